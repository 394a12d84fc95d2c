"""NAT gateways as AWS keeps them: deleted ones stay in sight, their addresses are free again.

AWS docs: CreateNatGateway, DeleteNatGateway, DescribeNatGateways, Amazon EC2 API Reference.
"""

from collections.abc import Mapping
from operator import attrgetter
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.exceptions import EC2ClientError

from sandbox.ec2 import filters
from sandbox.ec2.listings import page_of
from sandbox.ec2.paging import Bounds

FILTERS: Mapping[str, filters.Read] = {
    "nat-gateway-id": attrgetter("id"),
    "state": attrgetter("state"),
    "subnet-id": attrgetter("subnet_id"),
    "vpc-id": attrgetter("vpc_id"),
}


def describe_nat_gateways(response: Any) -> ActionResult:
    """In the place of moto's, which ignores tags and unknown ids."""
    ids, rows = response._get_param("NatGatewayIds", []), response.ec2_backend.nat_gateways
    for ident in ids:
        _known(rows, ident)
    test = filters.tests(response._filters_from_querystring(), FILTERS)
    chosen = [row for row in rows.values() if (not ids or row.id in ids) and test(row)]
    return page_of(response, "NatGateways", chosen, Bounds())


def delete_nat_gateway(backend: Any, nat_gateway_id: str) -> Any:
    """In the place of NatGatewayBackend's: the interface goes, the address is kept without an association."""
    row = _known(backend.nat_gateways, nat_gateway_id)
    for part in row.address_set:
        address = next((a for a in backend.addresses if a.allocation_id == part.get("allocationId")), None)
        if address is not None and address.association_id:
            backend.disassociate_address(association_id=address.association_id)
    backend.enis.pop(row._eni.id, None)
    row.state, row.delete_time = "deleted", utcnow()
    return row


def _known(rows: Mapping[str, Any], ident: str) -> Any:
    if ident not in rows:
        raise EC2ClientError("NatGatewayNotFound", f"NatGateway {ident} was not found")
    return rows[ident]
