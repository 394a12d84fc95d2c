"""Finds running instances of types that AWS counts among its previous generations, and T2.

The newer families do more for the same money, and T3 also costs less than T2. All that are proposed have the same
processor architecture; they need an image with drivers for ENA and NVMe. What is saved is known only where both
prices are: elsewhere the finding has no figure.

AWS docs: EC2 API Reference, DescribeInstanceTypes (CurrentGeneration); Amazon EC2 User Guide, Change the instance type.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Read, Reader
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps import instances, money
from tasks.sweeps.filters import filters
from tasks.sweeps.instances import Instance
from tasks.sweeps.money import Cost
from tasks.sweeps.resources import found

PREVIOUS = Read("ec2", "describe_instance_types", {"Filters": filters(current_generation=["false"])})
NEWER: Mapping[str, str] = {
    "t1": "t3",
    "t2": "t3",
    "m1": "m6i",
    "m2": "r6i",
    "m3": "m6i",
    "m4": "m6i",
    "c1": "c6i",
    "c3": "c6i",
    "c4": "c6i",
    "r3": "r6i",
    "r4": "r6i",
    "i2": "i4i",
    "i3": "i4i",
    "d2": "d3",
}


class Limits(BaseModel):
    leave: list[str] = Field(
        [],
        max_length=20,
        title=gettext_noop("Families to leave alone"),
        description=gettext_noop("Instances of these families, such as t2, are left alone."),
    )


@dataclass(frozen=True)
class Facts:
    """`previous`: AWS says so of its type. `newer`: of the same size, empty: none is known; `saved` by that."""

    instance: Instance
    previous: bool
    newer: str
    saved: Cost


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    types = (told for page in reader.pages(PREVIOUS) for told in page["InstanceTypes"])
    previous = {told["InstanceType"] for told in types if not told.get("CurrentGeneration")}
    for instance in instances.instances(reader, instances.RUNNING):
        newer = successor(instance.kind)
        then = money.hourly(reader.price("ec2", newer)) if newer and instance.plain else Cost()
        yield Facts(
            instance, instance.kind in previous, newer, money.saving(instances.cost(reader.price, instance), then)
        )


def successor(kind: str) -> str:
    """The type of the same size in the newer family; empty when there is none newer."""
    family, _dot, size = kind.partition(".")
    return f"{NEWER[family]}.{size}" if family in NEWER else ""


def judge(facts: Facts, limits: Limits) -> Found | None:
    instance = facts.instance
    family = instance.kind.partition(".")[0]
    if instance.state != "running" or not (facts.previous or facts.newer) or family in limits.leave:
        return None
    detail = _("{kind} is of a previous generation.").format(kind=instance.kind)
    advice = _("Test the image on a type of a current generation, then stop it, change its type and start it.")
    if facts.newer:
        detail = _("{kind} is of a family that {newer} replaces.").format(kind=instance.kind, newer=facts.newer)
        advice = _("Test the image on {newer}, then stop it, change its type and start it.").format(newer=facts.newer)
    return found(
        instance.resource,
        detail=detail,
        advice=advice,
        cost=facts.saved,
        kind=instance.kind,
        newer=facts.newer,
    )


CHECK = Check(
    name="ec2-old-generation",
    title=gettext_noop("Instance of an old generation"),
    summary=gettext_noop("A newer type does the same for as much or less money."),
    group="cost",
    severity="low",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(instances.RUNNING, PREVIOUS),
    permissions=("ec2:DescribeInstanceTypes", "ec2:DescribeInstances"),
    guide=__doc__ or "",
)
