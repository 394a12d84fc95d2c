"""Burstable instance types: what they earn, and which of them run.

One CPU credit is one vCPU at 100 % for one minute. AWS docs: Key concepts for burstable performance instances;
Unlimited mode for burstable performance instances.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from opsportal.checks import Read, Reader

from . import instances

FAMILIES = ("t2", "t3", "t3a", "t4g")
SIZES = ("nano", "micro", "small", "medium", "large", "xlarge", "2xlarge")
TYPES = [f"{family}.{size}" for family in FAMILIES for size in SIZES]
RUNNING = instances.reading("running", instance_type=TYPES)
UNLIMITED = Read("ec2", "describe_instance_credit_specifications")


@dataclass(frozen=True)
class Burst:
    """Credits earned an hour, vCPUs, and the baseline in % of each vCPU, as CloudWatch shows it."""

    earned: float
    vcpus: int
    baseline: float

    @property
    def most(self) -> float:
        """The credits that can be kept: 24 hours of earning."""
        return self.earned * 24


T2 = {
    "nano": Burst(3, 1, 5),
    "micro": Burst(6, 1, 10),
    "small": Burst(12, 1, 20),
    "medium": Burst(24, 2, 20),
    "large": Burst(36, 2, 30),
    "xlarge": Burst(54, 4, 22.5),
    "2xlarge": Burst(81.6, 8, 17),
}
T3 = {
    "nano": Burst(6, 2, 5),
    "micro": Burst(12, 2, 10),
    "small": Burst(24, 2, 20),
    "medium": Burst(24, 2, 20),
    "large": Burst(36, 2, 30),
    "xlarge": Burst(96, 4, 40),
    "2xlarge": Burst(192, 8, 40),
}


def burst(size: str) -> Burst | None:
    """What a type earns, such as t3.micro, db.t3.micro or cache.t4g.micro; None: it is not burstable or not known."""
    family, _, name = size.removeprefix("db.").removeprefix("cache.").partition(".")
    if family not in FAMILIES:
        return None
    return (T2 if family == "t2" else T3).get(name)


def running(reader: Reader) -> Iterator[dict[str, Any]]:
    """The running instances of burstable types, as EC2 describes them."""
    for instance in instances.listed(reader, RUNNING):
        if instance["State"]["Name"] == "running" and burst(instance["InstanceType"]):
            yield instance


def unlimited(reader: Reader) -> set[str]:
    """The instances that may spend surplus credits: asked for none, EC2 lists those, and such as once could.

    AWS docs: DescribeInstanceCreditSpecifications.
    """
    return {
        each["InstanceId"]
        for page in reader.pages(UNLIMITED)
        for each in page["InstanceCreditSpecifications"]
        if each["CpuCredits"] == "unlimited"
    }
