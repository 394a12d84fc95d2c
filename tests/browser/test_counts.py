"""The sidebar's counts follow what happens anywhere, on any page, without reloading."""

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.browser.test_run_page import put


@pytest.fixture
def run(transactional_db):
    run = factories.run()
    factories.step(run, "a", status="running", started_at=run.created_at)
    return run


def count(page, name):
    return page.locator(f"[data-count={name}]")


@pytest.mark.parametrize("address", ["/admin/opsportal/environment/", "/admin/opsportal/run/{run}/"])
def test_a_question_is_counted_when_it_is_asked_and_no_more_when_answered(browser_page, run, address):
    browser_page.goto(address.format(run=run.pk))
    expect(count(browser_page, "questions")).to_be_hidden()
    approval = factories.approval(run.steps.get())
    put(run, status="asking")
    expect(count(browser_page, "questions")).to_have_text("1")
    type(approval).objects.update(status="approved")
    put(run, status="running")
    expect(count(browser_page, "questions")).to_be_hidden()


def test_a_run_that_ends_is_counted_no_more_even_on_its_own_page(browser_page, run):
    browser_page.goto(f"/admin/opsportal/run/{run.pk}/")
    expect(count(browser_page, "runs")).to_have_text("1")
    run.steps.update(status="succeeded", ended_at=factories.clock.now())
    put(run, status="succeeded", ended_at=factories.clock.now())
    expect(count(browser_page, "runs")).to_be_hidden()
    factories.run()
    put(run)
    expect(count(browser_page, "runs")).to_have_text("1")


def test_nothing_is_followed_in_a_hidden_tab(browser_page, run):
    streams = []
    browser_page.on("request", lambda request: streams.append(request.url) if "stream" in request.url else None)
    browser_page.add_init_script("Object.defineProperty(document, 'hidden', {value: true, writable: true})")
    browser_page.goto("/admin/opsportal/environment/")
    expect(count(browser_page, "runs")).to_have_text("1")
    assert streams == []
    with browser_page.expect_request("**/runs/0/stream"):
        browser_page.evaluate("document.hidden = false; document.dispatchEvent(new Event('visibilitychange'))")
