"""Where a request comes from, also behind load balancers that nobody may pretend to be."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def client(request: HttpRequest) -> str:
    """The address of whoever sent the request, "" when it is not known (a UNIX socket).

    It is the rightmost one of X-Forwarded-For that is no proxy of ours (TRUSTED_PROXIES): each proxy appends the
    address it was called from, and what stands left of that is the sender's own writing. Without such proxies the
    header counts for nothing.
    """
    found = parsed(request.META.get("REMOTE_ADDR", ""))
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    while found and trusted(found) and hops:
        before = parsed(hops.pop())
        if before is None:
            break
        found = before
    return str(found or "")


def forget_forged(request: HttpRequest) -> None:
    """Leave out what only a proxy of ours may say: that the browser came by https."""
    peer = parsed(request.META.get("REMOTE_ADDR", ""))
    if peer is None or not trusted(peer):
        request.META.pop("HTTP_X_FORWARDED_PROTO", None)


def local(request: HttpRequest) -> bool:
    """Whether the request was made on this host and passed on by nobody."""
    peer = parsed(request.META.get("REMOTE_ADDR", ""))
    return peer is not None and peer.is_loopback and "HTTP_X_FORWARDED_FOR" not in request.META


def trusted(address: Address) -> bool:
    """Whether it is a proxy of ours."""
    return any(address in network for network in proxies(tuple(settings.TRUSTED_PROXIES)))


@lru_cache(maxsize=4)
def proxies(networks: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ip_network(network) for network in networks)


def parsed(text: str) -> Address | None:
    """The address as one writes it, an IPv4 one inside IPv6 as the IPv4 it is; None: it is none."""
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
