"""Every address is among the pages that are looked at in a browser and read for words, or shows no page."""

import pytest
from django.test import Client
from django.urls import Resolver404, resolve

from tests import every_page, factories
from tests.portal.conftest import signed_in
from tests.routes import address, entries

NO_PAGES = every_page.POSTS | every_page.DATA | every_page.ELSEWHERE | every_page.REFUSED
SHOWN = (*every_page.PAGES, *every_page.SIGNED_OUT, *every_page.WITH_FACTOR, *every_page.ON_THE_WAY)


def shown():
    """The names of the addresses that are opened."""
    for path in SHOWN:
        try:
            yield resolve(path.format_map(Anything()).partition("?")[0]).url_name
        except Resolver404:
            assert path == "/nowhere"


class Anything(dict):
    def __missing__(self, name):
        return 1


def test_every_address_is_opened_or_no_page():
    api = {name for route, name in entries() if route.startswith("/api/v1/")} - {"openapi-view"}
    known = {name for _, name in entries() if name} - api
    assert known - set(shown()) - NO_PAGES == set()
    assert NO_PAGES - known - api == set()


@pytest.mark.parametrize("route", sorted(route for route, name in entries() if name in NO_PAGES))
def test_what_is_no_page_shows_none(db, route):
    every_page.addresses(every_page.asking_run())
    for reader in (signed_in(factories.user(is_superuser=True)), Client()):
        answer = reader.get(address(route, "1"))
        assert answer.streaming or answer.status_code != 200 or b"<html" not in answer.content
