"""Finds Lambda functions with far more memory than they use.

How much memory a function uses is a metric only where Lambda Insights is on; without it a function is not judged. What
is saved is reckoned as if each call took as long with less memory. Lambda gives processor time by memory, so a call
may take longer: try it first.

AWS docs: AWS Lambda Developer Guide, Configure Lambda function memory; Amazon CloudWatch User Guide, Metrics collected
by Lambda Insights.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Read, Reader
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps import metrics, money, tags
from tasks.sweeps.metrics import DAY, Metric, complete, midnight
from tasks.sweeps.money import Cost
from tasks.sweeps.resources import Resource, found

FUNCTIONS = Read("lambda", "list_functions")
KIND = "lambda:function"
LEAST, STEP = 128, 64  # MB: the least there is, and what is advised goes in such steps
ITEMS = {"x86_64": "x86.duration.first-tier", "arm64": "arm.duration.first-tier"}


class Limits(BaseModel):
    days: int = Field(
        14, ge=2, le=63, title=gettext_noop("Days"), description=gettext_noop("The calls of this many days count.")
    )
    percent: int = Field(
        40,
        ge=1,
        le=90,
        title=gettext_noop("Used, in %"),
        description=gettext_noop("A function is found when it never used more of its memory than this."),
    )
    headroom: int = Field(
        30,
        ge=0,
        le=500,
        title=gettext_noop("Headroom, in %"),
        description=gettext_noop("The advice leaves this much above the most it used."),
    )
    usd: float = Field(
        1,
        ge=0,
        le=10_000,
        title=gettext_noop("USD a month"),
        description=gettext_noop("Functions that would save less than this are left alone."),
    )


@dataclass(frozen=True)
class Facts:
    """MB of memory: what it has, the most it `used` (None: Lambda Insights is off), and `enough`."""

    resource: Resource
    memory: int
    used: float | None
    enough: int
    saved: Cost


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    held = tags.of_kind(reader, KIND)
    functions = (told for page in reader.pages(FUNCTIONS) for told in page["Functions"])
    wanted = ((told, (used_memory(told), duration(told))) for told in functions)
    for told, (used, durations) in complete(reader, wanted, midnight(reader.now, limits.days)):
        yield facts(reader, told, held, max(used.values, default=None), sum(durations.values) / 1000, limits)


def used_memory(told: Mapping[str, Any]) -> Metric:
    return Metric("LambdaInsights", "used_memory_max", {"function_name": told["FunctionName"]}, "Maximum", DAY)


def duration(told: Mapping[str, Any]) -> Metric:
    return Metric("AWS/Lambda", "Duration", {"FunctionName": told["FunctionName"]}, "Sum", DAY)


def facts(
    reader: Reader,
    told: Mapping[str, Any],
    held: Mapping[str, dict[str, str]],
    used: float | None,
    seconds: float,
    limits: Limits,
) -> Facts:
    """`seconds`: of all its calls in the days."""
    arn, memory = told["FunctionArn"], told["MemorySize"]
    enough = min(memory, max(LEAST, ceil((used or 0) * (1 + limits.headroom / 100) / STEP) * STEP))
    price = reader.price("lambda", ITEMS[(told.get("Architectures") or ["x86_64"])[0]])
    month = seconds / limits.days * money.HOURS_A_MONTH / 24
    saved = money.monthly(price, month * (memory - enough) / 1024)
    return Facts(Resource(told["FunctionName"], reader.now, tags=held.get(arn, {})), memory, used, enough, saved)


def judge(facts: Facts, limits: Limits) -> Found | None:
    if facts.used is None or facts.used > facts.memory * limits.percent / 100 or facts.enough >= facts.memory:
        return None
    if facts.saved.usd is not None and facts.saved.usd < limits.usd:
        return None
    told = _("It has {memory} MB of memory, of which its calls of {days} days used {used} MB at most.")
    return found(
        facts.resource,
        detail=told.format(memory=facts.memory, days=limits.days, used=round(facts.used)),
        advice=_("Try it with {enough} MB and compare how long its calls take.").format(enough=facts.enough),
        cost=facts.saved,
        memory_mb=facts.memory,
        used_mb=round(facts.used),
        days=limits.days,
    )


CHECK = Check(
    name="lambda-oversized",
    title=gettext_noop("Function with too much memory"),
    summary=gettext_noop("A Lambda function has far more memory than it uses."),
    group="cost",
    severity="low",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(FUNCTIONS, tags.reading(KIND)),
    permissions=("lambda:ListFunctions", *metrics.PERMISSIONS, *tags.PERMISSIONS),
    guide=__doc__ or "",
)
