"""Who a request comes from, with and without load balancers before the portal, and whoever pretends."""

import pytest
from django.test import RequestFactory
from pydantic import ValidationError

from config.env import Env
from opsportal.web import addresses

OURS = ["10.0.0.0/8", "fd00::/8", "127.0.0.1"]


def request(peer, forwarded=None):
    headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return RequestFactory().get("/", REMOTE_ADDR=peer, **headers)


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", None, "203.0.113.9"),
        ("10.0.0.7", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "203.0.113.9, 10.0.0.7", "203.0.113.9"),
        ("10.0.0.7", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.7", "nonsense", "10.0.0.7"),
        ("10.0.0.7", "203.0.113.9, nonsense", "10.0.0.7"),
        ("10.0.0.7", "", "10.0.0.7"),
        ("10.0.0.7", "10.1.1.1, 10.2.2.2", "10.1.1.1"),
        ("fd00::1", "2001:db8::9", "2001:db8::9"),
        ("::ffff:10.0.0.7", "::ffff:203.0.113.9", "203.0.113.9"),
        ("", "203.0.113.9", ""),
    ],
)
def test_the_client_is_the_rightmost_address_that_is_no_proxy_of_ours(settings, peer, forwarded, client):
    settings.TRUSTED_PROXIES = OURS
    assert addresses.client(request(peer, forwarded)) == client


def test_without_proxies_of_ours_the_header_counts_for_nothing(settings):
    settings.TRUSTED_PROXIES = []
    assert addresses.client(request("10.0.0.7", "203.0.113.9")) == "10.0.0.7"


@pytest.mark.parametrize(
    ("peer", "forwarded", "is_local"),
    [("127.0.0.1", None, True), ("::1", None, True), ("127.0.0.1", "127.0.0.1", False), ("10.0.0.7", None, False)],
)
def test_what_a_proxy_on_this_host_passes_on_is_not_local(peer, forwarded, is_local):
    assert addresses.local(request(peer, forwarded)) == is_local


def test_a_network_that_is_none_is_refused_with_its_name():
    with pytest.raises(ValidationError, match=r"“10\.0\.0/8” is no network"):
        Env(trusted_proxies="127.0.0.1, 10.0.0/8")
