"""The Content-Security-Policy in a real browser: no page of the sign-in breaks it, and it stops what is not ours."""

import pytest

from tests import factories

SIGN_IN = ("/accounts/login/", "/nowhere")
ACCOUNT = ("/accounts/password/change/", "/accounts/2fa/", "/accounts/2fa/totp/activate/", "/accounts/sessions/")


@pytest.fixture
def broken():
    """Watches a page for what its policy stops; gives what was stopped."""
    stopped = []

    def watch(page):
        page.on("console", lambda message: stopped.append(message.text) if "Content Security" in message.text else None)
        return stopped

    return watch


def test_nothing_on_the_way_in_is_against_the_policy(chrome, site, broken):
    context = chrome.new_context(base_url=site)
    page = context.new_page()
    stopped = broken(page)
    for path in SIGN_IN:
        page.goto(path)
    context.close()
    assert stopped == []


def test_nothing_about_the_own_account_is_against_the_policy(sign_in, person, broken):
    page = sign_in(person)
    stopped = broken(page)
    for path in ACCOUNT:
        page.goto(path)
    assert stopped == []


@pytest.mark.parametrize("path", ["/admin/", "/accounts/login/"])
def test_a_script_that_was_slipped_into_a_page_is_not_run(sign_in, broken, path):
    page = sign_in(factories.user(is_superuser=True))
    stopped = broken(page)
    page.goto(path)
    page.evaluate("document.body.appendChild(Object.assign(document.createElement('script'), {text: 'window.in = 1'}))")
    assert page.evaluate("window.in") is None
    assert len(stopped) == 1
