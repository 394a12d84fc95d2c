"""Services that run with fewer tasks than they should, and target groups with unhealthy targets, right now.

A service is found when fewer tasks run than are desired and no young deployment explains it; a target group when it had
unhealthy targets for two periods of a minute, so that one failed check tells nobody. Where CloudWatch has no figure
yet, the targets themselves are read and the finding says that it may have just begun.

AWS docs: View Amazon ECS service event messages; CloudWatch metrics for your Application Load Balancer
(UnHealthyHostCount); Health checks for Application Load Balancer target groups.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Reader, Severity
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps import containers, metrics, target_groups
from tasks.sweeps.resources import Resource, found
from tasks.sweeps.target_groups import Watched

EVENTS = 5


class Limits(BaseModel):
    periods: int = Field(
        2,
        ge=1,
        le=10,
        title=gettext_noop("Minutes with unhealthy targets"),
        description=gettext_noop("A target group is found after this many minutes in a row."),
    )
    deploying_minutes: int = Field(
        15,
        ge=0,
        le=180,
        title=gettext_noop("Minutes of a deployment"),
        description=gettext_noop("A deployment explains for this long that tasks are missing."),
    )


@dataclass(frozen=True)
class Service:
    """`deploying`: since when a deployment goes on. `events`: its last words, newest first."""

    resource: Resource
    running: int
    desired: int
    deploying: datetime | None = None
    events: tuple[str, ...] = ()


@dataclass(frozen=True)
class Facts:
    """About an ECS service or a target group."""

    at: datetime
    service: Service | None = None
    group: Watched | None = None


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    for told in containers.services(reader):
        yield Facts(reader.now, service=service(told, reader.now))
    for group in target_groups.watched(reader):
        yield Facts(reader.now, group=group)


def service(told: Mapping[str, Any], now: datetime) -> Service:
    going = [each["createdAt"] for each in told.get("deployments", ()) if each.get("rolloutState") == "IN_PROGRESS"]
    return Service(
        resource=containers.resource(told, now),
        running=told["runningCount"],
        desired=told["desiredCount"],
        deploying=max(going, default=None),
        events=tuple(each["message"] for each in told.get("events", ())[:EVENTS]),
    )


def judge(facts: Facts, limits: Limits) -> Found | None:
    if facts.service:
        return of_service(facts.service, facts.at, limits)
    return of_group(facts.group, facts.at, limits) if facts.group else None


def of_service(service: Service, at: datetime, limits: Limits) -> Found | None:
    deploys = service.deploying and at - service.deploying < timedelta(minutes=limits.deploying_minutes)
    if service.running >= service.desired or deploys:
        return None
    text = _("{running} of {desired} tasks run.")
    last = _("Its last event: {event}").format(event=service.events[0]) if service.events else ""
    return found(
        service.resource,
        detail=f"{text.format(running=service.running, desired=service.desired)} {last}".strip(),
        advice=_("Find why its tasks stop: their stopped reason and their log say it."),
        severity="critical" if service.running == 0 else None,
        running=service.running,
        desired=service.desired,
        events=list(service.events),
    )


def of_group(group: Watched, at: datetime, limits: Limits) -> Found | None:
    last = group.unhealthy.values[-limits.periods :]
    if group.targets is None or (last and min(last) == 0):
        return None
    ill = [target for target in group.targets if target.state == "unhealthy"]
    if not ill:
        return None
    healthy = sum(target.state == "healthy" for target in group.targets)
    known = len(last) >= limits.periods
    reasons = Counter(target.description or target.reason for target in ill)
    return found(
        target_groups.resource(group.told, at),
        detail=sentence(len(ill), len(group.targets), last, limits, known, next(iter(reasons))),
        advice=_("See what the targets answer to the health check; a deployment or a full disk is often the cause."),
        severity=severity(healthy, known),
        unhealthy_by_minute=list(group.unhealthy.values),
        reasons=dict(reasons),
        targets=[f"{target.id}:{target.port}" for target in ill][:20],
    )


def sentence(ill: int, all_: int, last: tuple[float, ...], limits: Limits, known: bool, reason: str) -> str:
    if known:
        text = _("{n} of {all} targets have been unhealthy for {minutes} minutes at least: {reason}.")
    else:
        text = _("{n} of {all} targets are unhealthy: {reason}. Since when is not known, CloudWatch has no figures.")
    return text.format(n=ill, all=all_, minutes=len(last), reason=reason.rstrip("."))


def severity(healthy: int, known: bool) -> Severity | None:
    if healthy == 0:
        return "critical"
    return None if known else "medium"


CHECK = Check(
    name="service-unhealthy",
    title=gettext_noop("Service is unhealthy"),
    summary=gettext_noop("Tasks are missing, or targets have been unhealthy for two minutes."),
    group="reliability",
    severity="high",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(containers.CLUSTERS, target_groups.GROUPS),
    permissions=(
        *metrics.PERMISSIONS,
        "ecs:DescribeServices",
        "ecs:ListClusters",
        "ecs:ListServices",
        "elasticloadbalancing:DescribeTargetGroups",
        "elasticloadbalancing:DescribeTargetHealth",
    ),
    guide=__doc__ or "",
)
