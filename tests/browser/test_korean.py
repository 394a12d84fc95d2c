"""The portal in Korean, in a real browser: nothing is too wide, and a reader changes the language by hand."""

import pytest

from tests import factories
from tests.every_page import addresses, asking_run

PHONE = {"viewport": {"width": 390, "height": 800}, "locale": "ko-KR"}
PARTS = ("/admin/opsportal/run/", "/admin/opsportal/finding/", "/admin/opsportal/policy/add/", "stacks.deploy")


@pytest.fixture
def reader(sign_in, transactional_db):
    return sign_in(factories.user(is_superuser=True), **PHONE)


def test_no_page_is_wider_than_a_phone(reader):
    wide = []
    for path in ["/admin/", *(path for path in addresses(asking_run()) if any(part in path for part in PARTS))]:
        reader.goto(path)
        assert reader.evaluate("document.documentElement.lang") == "ko"
        wide += [path] if reader.evaluate("document.documentElement.scrollWidth > innerWidth") else []
    assert wide == []


def test_korean_words_stay_whole(reader):
    reader.goto("/admin/")
    assert reader.evaluate("getComputedStyle(document.querySelector('main.ops')).wordBreak") == "keep-all"


def test_a_reader_chooses_a_language_where_they_sign_in(site, chrome, transactional_db):
    context = chrome.new_context(base_url=site, locale="ko-KR")
    page = context.new_page()
    page.goto("/accounts/login/?next=/admin/")
    page.get_by_role("button", name="English").click()
    page.get_by_role("heading", name="Sign in").wait_for()
    assert page.url.endswith("/accounts/login/?next=/admin/")
    context.close()
