"""Groups that launch and end instances over and over, seen while it happens.

Found when, within one hour, health checks ended several instances that had lived less than twice the grace period:
they never had the time to become healthy. What the newest instance wrote on its console is kept as evidence, because
it is gone with the instance; lines that look like secrets are left out.

AWS docs: Verify a scaling activity for an Auto Scaling group; Set the health check grace period for an Auto Scaling
group; GetConsoleOutput.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Read, Reader
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps import activities, plain_secrets, scaling_groups
from tasks.sweeps.activities import Life
from tasks.sweeps.resources import Resource, found

LINES = 20
LONGEST_GRACE = 2  # hours: lives are followed back as far as so long a grace period makes them short


class Limits(BaseModel):
    pairs: int = Field(
        3,
        ge=2,
        le=20,
        title=gettext_noop("Launches and terminations"),
        description=gettext_noop("This many short lives within an hour make a loop."),
    )
    times: float = Field(
        2.0,
        ge=1,
        le=10,
        title=gettext_noop("Times the grace period"),
        description=gettext_noop("A life is short when it lasts less than this many grace periods."),
    )
    least_seconds: int = Field(
        600,
        ge=60,
        le=7200,
        title=gettext_noop("Seconds of a short life"),
        description=gettext_noop("A life of fewer seconds than this is short whatever the grace period is."),
    )


@dataclass(frozen=True)
class Facts:
    """`lives`: those that ended in the last hour, the last first. `console`: last lines of the newest instance."""

    resource: Resource
    grace: int
    lives: tuple[Life, ...]
    console: tuple[str, ...] = ()


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    done = activities.by_group(reader, 1 + limits.times * LONGEST_GRACE)
    hour_ago = reader.now - timedelta(hours=1)
    for group in scaling_groups.listed(reader):
        lives = [
            life for life in activities.lives(done.get(group["AutoScalingGroupName"], ())) if life.ended >= hour_ago
        ]
        if len(lives) < limits.pairs:
            continue
        grace = group.get("HealthCheckGracePeriod", 0)
        looping = len(short(lives, grace, limits)) >= limits.pairs
        yield Facts(
            resource=scaling_groups.resource(group, reader.now),
            grace=grace,
            lives=tuple(lives),
            console=console(reader, group["Instances"]) if looping else (),
        )


def console(reader: Reader, instances: list[dict[str, Any]]) -> tuple[str, ...]:
    """The last lines of the first of these that has written any, without those that look like secrets."""
    reads = [Read("ec2", "get_console_output", {"InstanceId": each["InstanceId"]}) for each in instances[:3]]
    for answer in reader.several(reads):
        lines = [line for line in (answer or {}).get("Output", "").splitlines() if line.strip()]
        if lines:
            return tuple(line[:300] for line in lines[-LINES:] if not list(plain_secrets.kinds(line)))
    return ()


def short(lives: list[Life], grace: int, limits: Limits) -> list[Life]:
    longest = max(grace * limits.times, limits.least_seconds)
    return [life for life in lives if life.by_health_check and life.seconds < longest]


def judge(facts: Facts, limits: Limits) -> Found | None:
    ended = short(list(facts.lives), facts.grace, limits)
    if len(ended) < limits.pairs:
        return None
    text = _(
        "{n} instances were launched and ended by health checks within an hour. None lived longer than {longest} s."
    )
    lives = [{"instance": each.instance, "seconds": round(each.seconds)} for each in ended]
    return found(
        facts.resource,
        detail=text.format(n=len(ended), longest=round(max(life.seconds for life in ended))),
        advice=advice(facts),
        grace_seconds=facts.grace,
        lives=lives[:20],
        console=list(facts.console),
    )


def advice(facts: Facts) -> str:
    text = _(
        "Suspend ReplaceUnhealthy so that an instance stays to be looked at. Then see whether the grace period of "
        "{grace} s is shorter than its start, and whether the health check asks for what it answers."
    )
    return text.format(grace=facts.grace)


CHECK = Check(
    name="replacement-loop",
    title=gettext_noop("Instances are replaced over and over"),
    summary=gettext_noop("A group ends instances as soon as it has launched them."),
    group="reliability",
    severity="critical",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(scaling_groups.GROUPS,),
    permissions=(
        "autoscaling:DescribeAutoScalingGroups",
        "autoscaling:DescribeScalingActivities",
        "ec2:GetConsoleOutput",
    ),
    guide=__doc__ or "",
)
