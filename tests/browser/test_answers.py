"""Questions and deeds in a real browser: by mouse, by keyboard, and while somebody else acts."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from opsportal import clock
from opsportal.models import Approval, Run
from tests import factories
from tests.browser.test_run_page import say, show


@pytest.fixture
def run():
    """Asked for by somebody else: three steps wait for an answer."""
    run = factories.run(status="asking", requested_by=factories.user())
    for key in ("network", "service", "api"):
        asked = clock.now() - timedelta(seconds=20)
        step = factories.step(run, key, status="asking", started_at=run.created_at, usual_seconds=300)
        factories.approval(step, asked_at=asked)
    return run


def press(page, name):
    """Go to the button with the keyboard only, and press it."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if name in page.evaluate("document.activeElement.innerText").strip().split("\n"):
            return page.keyboard.press("Enter")
    raise AssertionError(f"{name} can't be reached")


def test_several_questions_are_approved_by_keyboard(browser_page, run):
    page = show(browser_page, run)
    press(page, "Approve these 3")
    expect(page.locator("#confirm-text")).to_have_text("Approve 3 questions? network, service, api.")
    press(page, "Go on")
    expect(page.locator(".notice.ok")).to_contain_text("network, service, api: Approved by")
    assert Approval.objects.filter(status="approved").count() == 3


def test_one_question_is_approved_by_keyboard(browser_page, run):
    page = show(browser_page, run)
    press(page, "Approve")
    expect(page.locator(".ask-panel")).to_have_count(2)
    assert Approval.objects.get(status="approved").step.key == "network"


def test_a_run_is_cancelled_by_keyboard(browser_page, run):
    page = show(browser_page, run)
    press(page, "Cancel run")
    press(page, "Go on")
    expect(page.locator(".run-title")).to_contain_text("Cancel")
    assert Run.objects.get().status in ("cancelling", "cancelled")


def test_a_question_counts_from_when_it_was_asked(browser_page, run):
    page = show(browser_page, run)
    row = page.locator("[data-key=service]")
    expect(row.locator(".g-say")).to_contain_text("asked 2")
    expect(row.locator(".g-time")).to_contain_text("0:40 / 5:00")


def test_the_time_a_person_took_is_not_the_steps(browser_page, run):
    step = run.steps.get(key="service")
    began = run.created_at
    Approval.objects.filter(step=step).update(
        status="approved", asked_at=began + timedelta(seconds=5), answered_at=began + timedelta(seconds=45)
    )
    type(step).objects.filter(pk=step.pk).update(status="succeeded", ended_at=began + timedelta(seconds=55))
    row = show(browser_page, run).locator("[data-key=service]")
    expect(row.locator(".g-time")).to_contain_text("0:15 / 5:00")
    expect(row.locator(".b-wait")).to_have_attribute("title", "waited 40 s for an answer")


def test_an_ended_run_shows_anothers_retry_without_reloading(browser_page, run):
    Run.objects.update(status="failed", ended_at=clock.now())
    run.steps.update(status="failed", ended_at=clock.now())
    page = show(browser_page, run)
    expect(page.locator(".run-title")).to_contain_text("Failed")
    Run.objects.update(status="running", ended_at=None)
    run.steps.filter(key="service").update(status="running", ended_at=None)
    say(run, "Tried again by ansel.")
    expect(page.locator(".run-title")).to_contain_text("Running", timeout=12_000)
    expect(page.locator("[data-key=service] .b-live")).to_be_visible()


def test_home_leads_to_the_very_question(browser_page, run):
    browser_page.goto("/admin/")
    browser_page.locator("a", has_text="Answer").nth(2).click()
    last = Approval.objects.order_by("pk").last()
    expect(browser_page.locator(f"#reason-{last.pk}")).to_be_visible()
