"""What comes with the frameworks, as our portal shows it."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType

from opsportal import clock
from opsportal.api import tokens
from tests import factories

PHONE = {"viewport": {"width": 390, "height": 800}}


@pytest.fixture
def root(transactional_db):
    return factories.user(is_superuser=True)


def token(person):
    return tokens.make(person, "ci", ["read", "run"], clock.now() + timedelta(days=30), None)[0]


@pytest.mark.parametrize(("scheme", "light"), [("dark", False), ("light", True)])
def test_the_page_to_try_the_api_is_as_dark_as_the_reader_wants_it(sign_in, root, scheme, light):
    page = sign_in(root, color_scheme=scheme)
    page.goto("/api/v1/docs")
    page.wait_for_selector(".swagger-ui .info .title")
    ground, text = (
        page.evaluate(f"getComputedStyle(document.querySelector('{where}')).{what}").strip("rgba()").split(",")
        for where, what in (("html", "backgroundColor"), (".swagger-ui .info .title", "color"))
    )
    assert (ground[3:] == [" 0"] or int(ground[0]) > 200) == light
    assert (int(text[0]) < 100) == light


def test_the_titles_of_a_history_stand_once(sign_in, root):
    page, made = sign_in(root), token(root)
    of = {"user": root, "content_type": ContentType.objects.get_for_model(made), "object_id": made.pk}
    LogEntry.objects.create(**of, object_repr="ci", action_flag=1)
    page.goto(f"/admin/opsportal/token/{made.pk}/history/")
    shown = "[...document.querySelectorAll('[data-label]')].map(e => getComputedStyle(e, '::before').display)"
    assert set(page.evaluate(shown)) == {"none"}


def test_five_tokens_are_not_long_on_a_phone(sign_in, root):
    for _ in range(5):
        token(root)
    page = sign_in(root, **PHONE)
    page.goto("/admin/opsportal/token/")
    assert page.evaluate("document.querySelector('#result_list').offsetHeight") < 800
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
