"""Instances that Systems Manager reaches. Systems Manager API Reference: DescribeInstanceInformation."""

from collections.abc import Callable
from typing import Literal

from pydantic import BaseModel, ConfigDict

from sandbox.cloudformation.errors import Refused
from sandbox.cloudformation.records import Json
from sandbox.cloudformation.requests import Request
from sandbox.paging import page
from sandbox.seeds import form

HOUR = 3600
MOST = 50
FILTERS = {"InstanceIds": "InstanceId", "PingStatus": "PingStatus", "PlatformTypes": "PlatformType"}
FILTERS |= {"AgentVersion": "AgentVersion", "ResourceType": "ResourceType"}


class ManagedSeed(BaseModel):
    """`hours` is how long ago the agents were last heard."""

    model_config = ConfigDict(extra="forbid")
    instances: list[str]
    ping: Literal["Online", "ConnectionLost", "Inactive"] = "Online"
    hours: float = 0
    agent: str = "3.3.1611.0"


def plant(request: Request) -> Json:
    """POST /_sandbox/managed: the instances run an agent that Systems Manager has heard."""
    seed = form(ManagedSeed, request)
    kept = request.world.seeded.managed.setdefault(request.place, {})
    for ident in seed.instances:
        kept[ident] = {
            "InstanceId": ident,
            "PingStatus": seed.ping,
            "LastPingDateTime": request.now - seed.hours * HOUR,
            "AgentVersion": seed.agent,
            "IsLatestVersion": True,
            "PlatformType": "Linux",
            "PlatformName": "Amazon Linux",
            "PlatformVersion": "2023",
            "ResourceType": "EC2Instance",
        }
    return {"made": len(seed.instances)}


def describe_instance_information(request: Request) -> Json:
    """Instances that never were heard are simply not there."""
    filters = {one["Key"]: one["Values"] for one in request.get("Filters", [])}
    filters |= {one["key"]: one["valueSet"] for one in request.get("InstanceInformationFilterList", [])}
    for key in filters:
        if key not in FILTERS:
            raise Refused("InvalidFilterKey", f"The filter key {key} is not simulated.")
    kept = request.world.seeded.managed.get(request.place, {}).values()
    found = [one for one in kept if all(one[FILTERS[key]] in values for key, values in filters.items())]
    most = int(request.get("MaxResults", MOST))
    return page(found, "InstanceInformationList", most, request.get("NextToken"), _bad_token)


def _bad_token(text: str) -> Refused:
    return Refused("InvalidNextToken", text)


ACTIONS: dict[str, Callable[[Request], Json]] = {"DescribeInstanceInformation": describe_instance_information}
