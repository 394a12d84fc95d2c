"""What EC2 tells of single instances and moto does not know: credit modes and console output.

EC2 API Reference: DescribeInstanceCreditSpecifications, ModifyInstanceCreditSpecification, GetConsoleOutput.
"""

import base64
from collections.abc import Callable
from typing import Any, Literal

from moto.ec2.models import ec2_backends
from pydantic import BaseModel, ConfigDict

from sandbox.cloudformation.errors import Refused
from sandbox.cloudformation.records import Json
from sandbox.cloudformation.requests import Request
from sandbox.cloudwatch.burstable import FAMILIES
from sandbox.paging import page
from sandbox.seeds import form

MOST = 1000
LONGEST_CONSOLE = 65_536
ON_REQUEST = ("t2",)  # families that are standard unless asked otherwise; EC2 User Guide: Unlimited mode concepts


class ConsoleSeed(BaseModel):
    model_config = ConfigDict(extra="forbid")
    instance: str
    text: str


class CreditsSeed(BaseModel):
    model_config = ConfigDict(extra="forbid")
    instances: list[str]
    mode: Literal["standard", "unlimited"]


def plant_console(request: Request) -> Json:
    """POST /_sandbox/console."""
    seed = form(ConsoleSeed, request)
    request.world.seeded.consoles[request.place, seed.instance] = (request.now, seed.text)
    return {"made": 1}


def plant_credits(request: Request) -> Json:
    """POST /_sandbox/credits."""
    seed = form(CreditsSeed, request)
    request.world.seeded.credit_modes.update({(request.place, ident): seed.mode for ident in seed.instances})
    return {"made": len(seed.instances)}


def describe_instance_credit_specifications(request: Request) -> Json:
    """Without ids only the unlimited ones; one that is not burstable is an error."""
    asked = request.get("InstanceIds", [])
    known = _instances(request)
    for ident in asked:
        _check(known, ident)
    filters = {one["Name"]: one["Values"] for one in request.get("Filters", [])}
    wanted = asked or filters.get("instance-id") or [i for i in known if _mode(request, known[i]) == "unlimited"]
    modes = [(i, _mode(request, known[i])) for i in wanted if i in known]
    found = [{"InstanceId": ident, "CpuCredits": mode} for ident, mode in modes if mode]
    most = MOST if asked else int(request.get("MaxResults", MOST))
    return page(found, "InstanceCreditSpecifications", most, request.get("NextToken"), _bad_token)


def _bad_token(text: str) -> Refused:
    return Refused("InvalidNextToken", text)


def _instances(request: Request) -> dict[str, Any]:
    backend = ec2_backends[request.place.account][request.place.region]
    return {one.id: one for one in backend.all_instances() if one.state != "terminated"}


def _mode(request: Request, instance: Any) -> str:
    """Empty for a type without credits."""
    family = str(instance.instance_type).partition(".")[0]
    if family not in FAMILIES:
        return ""
    default = "standard" if family in ON_REQUEST else "unlimited"
    return request.world.seeded.credit_modes.get((request.place, instance.id), default)


def _check(known: dict[str, Any], ident: str) -> None:
    if ident not in known:
        raise Refused("InvalidInstanceID.NotFound", f"The instance ID '{ident}' does not exist")
    if str(known[ident].instance_type).partition(".")[0] not in FAMILIES:
        text = f"The instance {ident} does not support credit specifications."
        raise Refused("InstanceCreditSpecification.NotSupported", text)


def modify_instance_credit_specification(request: Request) -> Json:
    """Each instance succeeds or fails for itself."""
    known, done, failed = _instances(request), [], []
    for one in request.get("InstanceCreditSpecifications", []):
        ident = one["InstanceId"]
        try:
            _check(known, ident)
        except Refused as error:
            failed.append({"InstanceId": ident, "Error": {"Code": error.code, "Message": error.message}})
            continue
        request.world.seeded.credit_modes[request.place, ident] = one["CpuCredits"]
        done.append({"InstanceId": ident})
    return {"SuccessfulInstanceCreditSpecifications": done, "UnsuccessfulInstanceCreditSpecifications": failed}


def get_console_output(request: Request) -> Json:
    """The last 64 KB; nothing before anything was written."""
    ident = request.get("InstanceId", "")
    planted = request.world.seeded.consoles.get((request.place, ident))
    if planted is None and ident not in _instances(request):
        raise Refused("InvalidInstanceID.NotFound", f"The instance ID '{ident}' does not exist")
    at, text = planted or (request.now, "")
    last = text.encode()[-LONGEST_CONSOLE:]
    return {"InstanceId": ident, "Timestamp": int(at), "Output": base64.b64encode(last).decode()}


ACTIONS: dict[str, Callable[[Request], Json]] = {
    "DescribeInstanceCreditSpecifications": describe_instance_credit_specifications,
    "GetConsoleOutput": get_console_output,
    "ModifyInstanceCreditSpecification": modify_instance_credit_specification,
}
