"""Each page in a real browser: nothing from outside, no trouble in the console, nothing too wide or out of reach."""

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher

from opsportal.slack import people
from tests import factories
from tests.browser.looks import DARK_AND_NARROW, LIGHT_AND_WIDE, Looks
from tests.every_page import ERRORS, TOO_OFTEN, WITH_FACTOR, asking_run, visits
from tests.portal.test_signin import PASSWORD, code, with_factor
from tests.slack.bot import IDS

READERS = pytest.mark.parametrize(
    "options", [LIGHT_AND_WIDE, DARK_AND_NARROW], ids=["light and wide", "dark and narrow"]
)


@pytest.fixture
def looks(site):
    looks = Looks(site)
    yield looks
    assert (looks.wrong, looks.errors) == ([], looks.expected)


@pytest.fixture
def stranger(chrome, site, looks, transactional_db):
    """Opens a window of somebody who is not signed in."""
    contexts = []

    def open_window(**options):
        contexts.append(chrome.new_context(base_url=site, **options))
        return looks.watch(contexts[-1].new_page())

    yield open_window
    for context in contexts:
        context.close()


@READERS
def test_each_page_is_complete_by_itself_and_keeps_nobody_from_using_it(sign_in, stranger, looks, options):
    root = looks.watch(sign_in(factories.user(is_superuser=True), **options))
    for reader, path in visits(root, stranger(**options), asking_run()):
        reader.goto(path)
        looks.at(reader)
    looks.expected = ERRORS


@READERS
def test_so_is_each_page_of_signing_in(stranger, looks, options):
    person = factories.user(username="olga")
    person.password = PBKDF2PasswordHasher().encode(PASSWORD, "salt", iterations=1)  # as the portal reads it
    person.save()
    secret, page = with_factor(person), stranger(**options)
    RecoveryCodes.activate(person)
    enter(page, "olga", PASSWORD)
    looks.at(page)
    page.fill("[name=code]", code(secret))
    with page.expect_navigation(url="**/admin/"):
        page.keyboard.press("Enter")
    for path in WITH_FACTOR:
        page.goto(path)
        looks.at(page)


@READERS
def test_so_is_the_page_of_who_guesses_too_often(stranger, looks, options):
    page, name = stranger(**options), f"eve-{len(options)}"  # the limit outlives the test
    for _ in range(5):
        enter(page, name, "wrong")
    page.get_by_text("Wait 15 minutes").wait_for()
    looks.at(page)
    looks.expected = TOO_OFTEN


@READERS
def test_so_are_the_company_s_and_slack_s(sign_in, stranger, looks, workspace, options):
    mina = factories.user(username="mina", email="mina@example.com")
    page = looks.watch(sign_in(mina, **options))
    link = people.link(people.Claim(workspace.control("GET", "")["team"], IDS["mina"]))
    page.goto(link.removeprefix(settings.PUBLIC_URL))
    page.get_by_text("Mina Kim").wait_for()
    looks.at(page)
    for path in ("/accounts/login/", "/accounts/oidc/company/login/"):
        reader = stranger(**options)
        reader.goto(path)
        reader.get_by_text("Example Corp").first.wait_for()
        looks.at(reader)


@READERS
def test_so_is_the_description_of_the_api(stranger, looks, options):
    page = stranger(**options)
    page.goto("/api/v1/docs")
    page.locator(".opblock").first.wait_for()
    looks.at(page, but="nested-interactive")  # Swagger UI's button to copy an address is inside the one that opens it


def enter(page, name, password):
    page.goto("/accounts/login/")
    page.fill("[name=login]", name)
    page.fill("[name=password]", password)
    with page.expect_navigation():
        page.keyboard.press("Enter")
