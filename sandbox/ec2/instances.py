"""Instances listed and found without a copy of all, and when one was stopped in AWS's words.

AWS docs: DescribeInstances and Instance, Amazon EC2 API Reference; the StateTransitionReason is
`User initiated (2026-01-31 18:00:00 GMT)`.
"""

import copy
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import InvalidInstanceIdError

from sandbox.ec2 import filters, paging

BOUNDS = paging.Bounds(default=1000)
FILTERS: Mapping[str, filters.Read] = {
    "architecture": attrgetter("architecture"),
    "availability-zone": attrgetter("availability_zone"),
    "client-token": attrgetter("client_token"),
    "dns-name": attrgetter("public_dns_name"),
    "hypervisor": attrgetter("hypervisor"),
    "image-id": attrgetter("image_id"),
    "instance-id": attrgetter("id"),
    "instance-lifecycle": attrgetter("lifecycle"),
    "instance-state-code": attrgetter("state_code"),
    "instance-state-name": attrgetter("state"),
    "instance-type": attrgetter("instance_type"),
    "instance.group-id": lambda row: [group.id for group in row.security_groups],
    "instance.group-name": lambda row: [group.name for group in row.security_groups],
    "ip-address": attrgetter("public_ip"),
    "key-name": attrgetter("key_name"),
    "launch-time": attrgetter("launch_time"),
    "monitoring-state": attrgetter("monitoring_state"),
    "network-interface.network-interface-id": lambda row: [nic.id for nic in row.nics.values()],
    "owner-id": attrgetter("owner_id"),
    "placement.availability-zone": attrgetter("availability_zone"),
    "platform": attrgetter("platform"),
    "private-dns-name": attrgetter("private_dns_name"),
    "private-ip-address": attrgetter("private_ip"),
    "reason": attrgetter("_reason"),
    "root-device-name": attrgetter("root_device_name"),
    "root-device-type": attrgetter("root_device_type"),
    "source-dest-check": attrgetter("source_dest_check"),
    "state-reason-code": attrgetter("state_reason.code"),
    "subnet-id": attrgetter("subnet_id"),
    "tenancy": attrgetter("placement.tenancy"),
    "virtualization-type": attrgetter("virtualization_type"),
    "vpc-id": attrgetter("vpc_id"),
    "product-code": attrgetter("product_codes"),
}


def describe_instances(response: Any) -> ActionResult:
    """In the place of moto's: AWS's filters and refusals, 1,000 reservations without MaxResults."""
    ids, given = response._get_param("InstanceIds", []), response._get_int_param("MaxResults")
    paging.refuse_ids(given, ids, "instancesSet")
    response.error_on_dryrun()
    unknown = set(ids) - {row.id for row in _rows(response.ec2_backend)} if ids else set()
    if unknown:
        raise InvalidInstanceIdError(min(unknown))
    test = filters.tests(response._filters_from_querystring(), FILTERS)
    wanted = _wanted(set(ids), test)
    rows, most = response.ec2_backend.reservations, paging.size(given, BOUNDS)
    found, token = paging.page(rows, lambda row: bool(wanted(row)), most, response._get_param("NextToken"))
    return ActionResult({"Reservations": [_with(row, wanted(row)) for row in found], "NextToken": token})


def _wanted(ids: set[str], test: filters.Test) -> Callable[[Any], list[Any]]:
    return lambda reservation: [row for row in reservation.instances if (not ids or row.id in ids) and test(row)]


def _with(reservation: Any, instances: list[Any]) -> Any:
    """The reservation as an answer shows it: without the instances that a filter holds back."""
    shown = copy.copy(reservation)
    shown.instances = instances
    return shown


def get_instance(backend: Any, instance_id: str) -> Any:
    """In the place of InstanceBackend's, which copies every reservation first."""
    found = get_instance_by_id(backend, instance_id)
    if found is None:
        raise InvalidInstanceIdError(instance_id)
    return found


def get_instance_by_id(backend: Any, instance_id: str) -> Any:
    """None when there is none, as moto has it."""
    return next((row for row in _rows(backend) if row.id == instance_id), None)


def _rows(backend: Any) -> Iterator[Any]:
    """The newest first: what was just made is what is asked for."""
    for reservation in reversed(backend.reservations.values()):
        yield from reservation.instances


def reason(at: datetime) -> str:
    return f"User initiated ({at:%Y-%m-%d %H:%M:%S} GMT)"


def in_gmt(change: Callable[..., Any]) -> Callable[..., Any]:
    """A state change of moto's, which says UTC, with the words of AWS."""

    def changed(instance: Any, *given: Any, **more: Any) -> Any:
        found = change(instance, *given, **more)
        instance._reason = instance._reason.replace(" UTC)", " GMT)")
        return found

    return changed
