"""Stacks whose resources were changed by hand since CloudFormation looked last.

The last known drift is read, and the finding says how old it is. Looking for drift anew (DetectStackDrift) takes
minutes for a stack and has to be polled; a sweep never waits, so this check does not start it. A stack that was never
looked at, or not for a week, is found as low: whether it has drifted is not known. Expected and actual values are shown
for properties whose names and values do not look like secrets.

AWS docs: Detect unmanaged configuration changes to stacks and resources with drift detection; API Reference:
DescribeStackResourceDrifts.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Read, Reader, Severity
from opsportal.words import gettext as _
from opsportal.words import gettext_noop, ngettext
from tasks.sweeps import plain_secrets, resources, tags
from tasks.sweeps.resources import Resource
from tasks.sweeps.spans import about

STACKS = Read("cloudformation", "describe_stacks")
DETECTABLE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED")
SECRET = re.compile(r"pass|secret|token|key|credential|userdata|environment", re.IGNORECASE)
HIDDEN = "…"


class Limits(BaseModel):
    days: int = Field(
        7,
        ge=1,
        le=365,
        title=gettext_noop("Days"),
        description=gettext_noop("A drift detection that is older than this says too little."),
    )
    unknown: bool = Field(
        True,
        title=gettext_noop("Stacks nobody has looked at"),
        description=gettext_noop("Whether stacks whose drift is not known are found."),
    )


@dataclass(frozen=True)
class Difference:
    """One property, with its values as JSON text, or … where they may be secret."""

    resource: str
    path: str
    expected: str
    actual: str


@dataclass(frozen=True)
class Facts:
    """`status`: DRIFTED, IN_SYNC, UNKNOWN or NOT_CHECKED. `deleted`: resources that are gone. `more`: not all are
    read."""

    resource: Resource
    status: str
    checked: datetime | None
    differences: tuple[Difference, ...] = ()
    deleted: tuple[str, ...] = ()
    more: bool = False


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    for page in reader.pages(STACKS):
        stacks = [each for each in page["Stacks"] if each["StackStatus"] in DETECTABLE and not each.get("ParentId")]
        drifted = [each["StackId"] for each in stacks if status(each) == "DRIFTED"]
        drifts = dict(zip(drifted, reader.several([asked(stack) for stack in drifted]), strict=True))
        for stack in stacks:
            yield facts(stack, drifts.get(stack["StackId"]) or {}, reader.now)


def status(stack: Mapping[str, Any]) -> str:
    return str(stack.get("DriftInformation", {}).get("StackDriftStatus", "NOT_CHECKED"))


def asked(stack: str) -> Read:
    wanted = {"StackResourceDriftStatusFilters": ["MODIFIED", "DELETED"], "MaxResults": 100}
    return Read("cloudformation", "describe_stack_resource_drifts", {"StackName": stack, **wanted})


def facts(stack: Mapping[str, Any], drifts: Mapping[str, Any], now: datetime) -> Facts:
    listed = drifts.get("StackResourceDrifts", ())
    return Facts(
        resource=Resource(stack["StackId"], now, stack["StackName"], tags.plain(stack.get("Tags"))),
        status=status(stack),
        checked=stack.get("DriftInformation", {}).get("LastCheckTimestamp"),
        differences=tuple(difference(each, one) for each in listed for one in each.get("PropertyDifferences", ())),
        deleted=tuple(each["LogicalResourceId"] for each in listed if each["StackResourceDriftStatus"] == "DELETED"),
        more="NextToken" in drifts,
    )


def difference(drift: Mapping[str, Any], told: Mapping[str, Any]) -> Difference:
    path, values = told["PropertyPath"], (told.get("ExpectedValue", ""), told.get("ActualValue", ""))
    secret = SECRET.search(path) or any(list(plain_secrets.kinds(value)) for value in values)
    expected, actual = (HIDDEN, HIDDEN) if secret else (value[:500] for value in values)
    return Difference(drift["LogicalResourceId"], path, expected, actual)


def judge(facts: Facts, limits: Limits) -> Found | None:
    age = None if facts.checked is None else (facts.resource.read_at - facts.checked).total_seconds() / 3600
    if facts.status == "DRIFTED":
        advice = _("Put the change into the template and deploy, or deploy the template again to take it back.")
        return found(facts, drifted(facts, age), advice, None)
    stale = age is None or age > limits.days * 24 or facts.status != "IN_SYNC"
    if not stale or not limits.unknown:
        return None
    text = _("Whether it has drifted is not known: nobody has looked for it.")
    if age is not None:
        text = _("Whether it has drifted is not known: it was looked for {span} ago.").format(span=about(age))
    return found(facts, text, _("Detect drift in CloudFormation, and sweep again."), "low")


def drifted(facts: Facts, age: float | None) -> str:
    """Which resources, and how old the look is."""
    resources = list(dict.fromkeys([*(each.resource for each in facts.differences), *facts.deleted]))
    n = len(resources)
    shown = ", ".join(resources[:5]) + (", …" if n > 5 or facts.more else "")
    seen = _("as seen {span} ago").format(span=about(age)) if age is not None else _("at a time not known")
    if n == 0:
        return _("It has drifted, {seen}. Which resources is not known.").format(seen=seen)
    text = ngettext("{names} differs from the template, {seen}.", "{names} differ from the template, {seen}.", n)
    detail = text.format(names=shown, seen=seen)
    if facts.deleted:
        gone = _("Gone: {names}.").format(names=", ".join(facts.deleted[:5]))
        return f"{detail} {gone}"
    return detail


def found(facts: Facts, detail: str, advice: str, severity: Severity | None) -> Found:
    return resources.found(
        facts.resource,
        detail=detail,
        advice=advice,
        severity=severity,
        status=facts.status,
        checked=facts.checked and facts.checked.isoformat(),
        differences=[vars(each) for each in facts.differences[:50]],
        deleted=list(facts.deleted),
    )


CHECK = Check(
    name="stack-drift",
    title=gettext_noop("Stack has drifted"),
    summary=gettext_noop("Resources of a stack were changed by hand, or nobody knows whether they were."),
    group="reliability",
    severity="medium",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(STACKS,),
    permissions=("cloudformation:DescribeStackResourceDrifts", "cloudformation:DescribeStacks"),
    guide=__doc__ or "",
)
