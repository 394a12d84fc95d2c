"""Texts that are declared once and translated where a page shows them."""

from html import unescape

import pytest

from tests import languages

from .conftest import html


@pytest.fixture(autouse=True)
def tagged(monkeypatch):
    languages.tag(monkeypatch)


def test_the_form_says_titles_and_descriptions_in_the_readers_language(client):
    page = unescape(html(client.get("/admin/opsportal/run/add/?runbook=stacks.deploy")))
    assert "<en>Only these stacks" in page
    assert "<en>The folder of templates to deploy." in page


def test_a_parameter_without_a_description_has_none_in_any_language(client):
    page = unescape(html(client.get("/admin/opsportal/run/add/?runbook=test.graph")))
    assert "<en><" not in page


def test_the_filter_names_runbooks_in_the_readers_language(admin):
    assert "<en>Deploy stacks" in unescape(html(admin.get("/admin/opsportal/run/")))


def test_rights_to_tick_are_in_the_readers_language(admin):
    page = unescape(html(admin.get("/admin/auth/group/add/")))
    assert "| <en>Can answer approvals" in page
