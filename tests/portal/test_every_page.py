"""Every address is among the pages that are looked at in a browser and read for words, or shows no page."""

import re

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
    """But the API's, which answer with JSON."""
    api = "/api/v1/"
    known = {name for route, name in entries() if name and not route.startswith(api)} | {"openapi-view"}
    assert known - set(shown()) - NO_PAGES == set()
    assert NO_PAGES - known == set()


@pytest.fixture
def made(db):
    """The number of a row of each kind, such as is in addresses."""
    rows = every_page.rows(every_page.asking_run())
    return {name: row.pk for name, row in rows.items()}


@pytest.mark.parametrize(("route", "name"), sorted((route, name) for route, name in entries() if name in NO_PAGES))
def test_what_is_no_page_shows_none(made, route, name):
    kind = re.search(r"/(\w+?)s?/<", route)
    path = address(route, str(made.get(kind[1], 1) if kind else 1))
    answers = [reader.get(path) for reader in (signed_in(factories.user(is_superuser=True)), Client())]
    assert all(each.streaming or each.status_code != 200 or b"<html" not in each.content for each in answers)
    assert answers[0].status_code == 405 or name not in every_page.POSTS
