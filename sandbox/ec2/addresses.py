"""Elastic IP addresses found by an index: moto looks through all of them for each network interface it shows."""

from typing import Any

from moto.ec2.exceptions import InvalidAddressError


def address_by_ip(backend: Any, ips: list[str], fail_if_not_found: bool = True) -> list[Any]:
    """In the place of ElasticAddressBackend's."""
    known = _index(backend)
    found = [known[ip] for ip in ips if ip in known]
    if fail_if_not_found and (not found or len(ips) > len(found)):
        raise InvalidAddressError(ips)
    return found


def _index(backend: Any) -> dict[str, Any]:
    """Made anew when the number of addresses or the newest of them is another: rows are only added at the end."""
    rows = backend.addresses
    version = (len(rows), rows[-1].public_ip if rows else "")
    kept = backend.__dict__.get("addresses_by_ip")
    if kept is None or kept[0] != version:
        kept = backend.addresses_by_ip = (version, {row.public_ip: row for row in rows})
    found: dict[str, Any] = kept[1]
    return found
