"""Listings of EC2 that moto gives whole: the same rows in pages, with each action's own bounds of MaxResults.

AWS docs: the Describe… pages of the Amazon EC2 API Reference.
"""

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError

from sandbox.ec2 import filters, paging, rows
from sandbox.ec2.paging import CUT, Bounds

Answer = Callable[[Any], ActionResult]

# method: the key of its rows, the bounds, and how AWS calls ids that exclude MaxResults
PAGED: Mapping[str, tuple[str, Bounds, str]] = {
    "describe_images": ("Images", Bounds(least=1), "imageIdsSet"),
    "describe_instance_status": ("InstanceStatuses", Bounds(), "instancesSet"),
    "describe_instance_types": ("InstanceTypes", Bounds(most=100, default=100), ""),
    "describe_internet_gateways": ("InternetGateways", Bounds(), ""),
    "describe_network_interfaces": ("NetworkInterfaces", Bounds(), "networkInterfaceIdSet"),
    "describe_route_tables": ("RouteTables", Bounds(most=100), ""),
    "describe_security_groups": ("SecurityGroups", Bounds(), ""),
    "describe_subnets": ("Subnets", Bounds(), ""),
    "describe_tags": ("Tags", Bounds(), ""),
    "describe_volumes_modifications": ("VolumesModifications", Bounds(most=500, cut=True), ""),
    "describe_vpcs": ("Vpcs", Bounds(), ""),
}
ALL, TEMPLATES = 1_000_000, Bounds(least=1, most=200, default=200)
ID_PARAMETERS = {
    "imageIdsSet": "ImageIds",
    "instancesSet": "InstanceIds",
    "networkInterfaceIdSet": "NetworkInterfaceIds",
}
ENDPOINT_FILTERS: Mapping[str, filters.Read] = {
    "ip-address-type": lambda row: "ipv4",
    "service-name": attrgetter("service_name"),
    "service-region": lambda row: row.ec2_backend.region_name,
    "vpc-id": attrgetter("vpc_id"),
    "vpc-endpoint-id": attrgetter("id"),
    "vpc-endpoint-state": attrgetter("state"),
    "vpc-endpoint-type": attrgetter("vpc_endpoint_type"),
}


def paged(whole: Answer, key: str, bounds: Bounds, ids: str) -> Answer:
    """The answer of `whole` in pages."""

    def answer(response: Any) -> ActionResult:
        if ids:
            given = response._get_param(ID_PARAMETERS[ids], [])
            paging.refuse_ids(response._get_int_param("MaxResults"), given, ids)
        found = whole(response).result[key]  # type: ignore[index]
        return page_of(response, key, found, bounds)

    return answer


def page_of(response: Any, key: str, whole: list[Any], bounds: Bounds) -> ActionResult:
    """The page of these rows that the request asks for."""
    most = paging.size(response._get_int_param("MaxResults"), bounds)
    if not most:
        return ActionResult({key: whole})
    named = {getattr(row, "id", "") or str(place): row for place, row in enumerate(whole)}
    found, token = paging.page(named, lambda row: True, most, response._get_param("NextToken"))
    return ActionResult({key: found, "NextToken": token})


def without_disabled(whole: Answer) -> Answer:
    """A disabled image is shown when it is asked for. AWS docs: DescribeImages."""

    def answer(response: Any) -> ActionResult:
        found = whole(response).result["Images"]  # type: ignore[index]
        if response._get_param("ImageIds", []) or response._get_param("IncludeDisabled"):
            return ActionResult({"Images": found})
        return ActionResult({"Images": [row for row in found if row.state != "disabled"]})

    return answer


def launch_templates(whole: Answer, key: str) -> Answer:
    """Up to 200 a page, where moto shows 15 and no more; a version that is latest and default is one."""

    def answer(response: Any) -> ActionResult:
        given = response.params.get("MaxResults")
        response.params["MaxResults"] = ALL
        found = whole(response).result[key]  # type: ignore[index]
        response.params["MaxResults"] = given
        return page_of(response, key, [row for n, row in enumerate(found) if row not in found[:n]], TEMPLATES)

    return answer


def describe_addresses(response: Any) -> str:
    """In the place of moto's. AWS does not page addresses."""
    response.error_on_dryrun()
    ids, ips = response._get_param("AllocationIds", []), response._get_param("PublicIps", [])
    found = response.ec2_backend.describe_addresses(ids, ips, response._filters_from_querystring())
    return rows.answer("DescribeAddresses", "addressesSet", found, rows.address, None)


def describe_vpc_endpoints(response: Any) -> ActionResult:
    """In the place of moto's, which knows few of the filters."""
    ids, known = response._get_param("VpcEndpointIds", []), response.ec2_backend.vpc_end_points
    unknown = [ident for ident in ids if ident not in known]
    if unknown:
        text = f"The Vpc Endpoint Id '{unknown[0]}' does not exist"
        raise EC2ClientError("InvalidVpcEndpointId.NotFound", text)
    test = filters.tests(response._filters_from_querystring(), ENDPOINT_FILTERS)
    chosen = [row for row in known.values() if (not ids or row.id in ids) and test(row)]
    return page_of(response, "VpcEndpoints", chosen, CUT)
