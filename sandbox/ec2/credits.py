"""Credit specifications of burstable instances.

AWS docs: DescribeInstanceCreditSpecifications and ModifyInstanceCreditSpecification, Amazon EC2 API Reference: without
ids only unlimited instances are listed. "Key concepts for burstable performance instances", Amazon EC2 User Guide: T2
starts as standard, T3, T3a and T4g as unlimited.
"""

import re
from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult

from sandbox.ec2 import instances, paging
from sandbox.ec2.listings import page_of

BURSTABLE = re.compile(r"t\d+[a-z]*\.")


def describe(response: Any) -> ActionResult:
    """In the place of moto's, which lists none."""
    ids, given = response._get_param("InstanceIds", []), response._get_int_param("MaxResults")
    paging.refuse_ids(given, ids, "instancesSet")
    rows = [instances.get_instance(response.ec2_backend, ident) for ident in ids] or _all(response.ec2_backend)
    burstable = [row for row in rows if BURSTABLE.match(row.instance_type)]
    lines = [{"InstanceId": row.id, "CpuCredits": specification(row)} for row in burstable]
    shown = [line for line in lines if ids or line["CpuCredits"] == "unlimited"]
    return page_of(response, "InstanceCreditSpecifications", shown, paging.Bounds())


def _all(backend: Any) -> list[Any]:
    return [row for reservation in backend.reservations.values() for row in reservation.instances]


def specification(row: Any) -> str:
    """`standard` or `unlimited`."""
    default = "standard" if row.instance_type.startswith("t2.") else "unlimited"
    return str(getattr(row, "cpu_credits", None) or default)


def modify(response: Any) -> ActionResult:
    changes = response._get_param("InstanceCreditSpecifications", [])
    for change in changes:
        instances.get_instance(response.ec2_backend, change["InstanceId"]).cpu_credits = change["CpuCredits"]
    done = [{"InstanceId": change["InstanceId"]} for change in changes]
    return ActionResult(
        {"SuccessfulInstanceCreditSpecifications": done, "UnsuccessfulInstanceCreditSpecifications": []}
    )


def kept(run: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """RunInstances, keeping the specification that it was given."""

    def answer(response: Any) -> Any:
        made = run(response)
        for row in made.result.instances:
            row.cpu_credits = response._get_param("CreditSpecification.CpuCredits")
        return made

    return answer
