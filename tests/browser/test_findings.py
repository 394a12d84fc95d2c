"""Choosing findings and doing something to them, with a mouse and without."""

import pytest
from playwright.sync_api import expect

from opsportal.models import Finding
from tests import factories

LIST = "/admin/opsportal/finding/"


@pytest.fixture
def volumes(transactional_db):
    where = factories.environment(name="prod")
    return [factories.finding(environment=where, name=f"data-{number}", usd=number + 0.5) for number in (1, 2, 3)]


def test_what_is_chosen_is_counted_and_summed(browser_page, volumes):
    browser_page.goto(LIST)
    bar = browser_page.locator("[data-bulk]")
    expect(bar).to_contain_text("Choose findings to handle them")
    expect(bar.get_by_role("button", name="Acknowledge")).to_be_hidden()
    browser_page.get_by_label("Select data-1").check()
    browser_page.get_by_label("Select data-3").check()
    expect(bar).to_contain_text("2 selected $5.00 a month")
    browser_page.get_by_label("Select all on this page").check()
    expect(bar).to_contain_text("3 selected $7.50 a month")


def test_those_chosen_are_exempt_with_a_reason_and_leave_the_list(browser_page, volumes):
    browser_page.goto(LIST)
    browser_page.get_by_label("Select all on this page").check()
    browser_page.get_by_text("Exempt…").click()
    browser_page.get_by_label("Reason", exact=True).fill("kept for the auditors")
    browser_page.get_by_role("button", name="Exempt", exact=True).click()
    expect(browser_page.get_by_text("3 findings are exempt.")).to_be_visible()
    expect(browser_page.get_by_label("Select data-1")).to_have_count(0)
    assert set(Finding.objects.values_list("state", "reason")) == {("exempt", "kept for the auditors")}


def test_a_reason_that_is_missing_is_asked_for_with_the_choice_kept(browser_page, volumes):
    browser_page.goto(LIST)
    browser_page.get_by_label("Select data-2").check()
    browser_page.get_by_text("Exempt…").click()
    browser_page.get_by_role("button", name="Exempt", exact=True).click()
    expect(browser_page.get_by_role("alert")).to_contain_text("Say why they are exempt")
    expect(browser_page.get_by_label("Select data-2")).to_be_checked()
    expect(browser_page.get_by_label("Reason", exact=True)).to_be_visible()


def test_a_finding_is_acknowledged_without_a_mouse(browser_page, volumes):
    browser_page.goto(LIST)
    browser_page.get_by_label("Select data-2").focus()
    browser_page.keyboard.press("Space")
    browser_page.get_by_text("Snooze…").focus()
    browser_page.keyboard.press("Enter")
    expect(browser_page.locator("#snooze-until")).to_be_visible()
    browser_page.keyboard.press("Escape")
    expect(browser_page.locator("#snooze-until")).to_be_hidden()
    browser_page.get_by_role("button", name="Acknowledge").press("Enter")
    expect(browser_page.get_by_text("1 finding is acknowledged.")).to_be_visible()


def test_a_clean_up_is_told_for_what_is_chosen_and_its_form_is_filled_in(browser_page, volumes):
    factories.finding(environment=volumes[0].environment, check_name="nat-idle", name="nat-1")
    browser_page.goto(LIST)
    expect(browser_page.get_by_text("Clean up…")).to_be_hidden()
    browser_page.get_by_label("Select nat-1").check()
    expect(browser_page.get_by_text("Clean up…")).to_be_hidden()
    browser_page.get_by_label("Select data-1").check()
    browser_page.get_by_text("Clean up…").click()
    button = browser_page.get_by_role("button", name="Plan a clean-up")
    expect(button).to_be_disabled()
    browser_page.get_by_label("Select nat-1").uncheck()
    expect(browser_page.get_by_text("Takes a snapshot of the volume")).to_be_visible()
    button.click()
    expect(browser_page.get_by_label("Only these findings")).to_have_value(f"{volumes[0].pk}")
    expect(browser_page.locator("[name=degree]")).to_have_value("report")
    assert set(Finding.objects.values_list("state", flat=True)) == {"open"}
