"""Starting a run in a real browser."""

from playwright.sync_api import expect

from opsportal import catalog
from opsportal.models import Run
from tests import factories
from tests.browser.test_answers import press


def tab_to(page, name):
    """Go to the field with the keyboard only."""
    for _ in range(80):
        if page.evaluate("document.activeElement.name") == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{name} can't be reached")


def test_a_run_is_started_from_home(browser_page):
    factories.environment(name="dev")
    page = browser_page
    page.goto("/admin/")
    page.click("text=Start a run >> nth=0")
    page.click("text=A graph for tests")
    page.select_option("[name=environment]", "dev")
    page.fill("[name=graph]", '{"a": [], "b": ["a"]}')
    page.click("button:has-text('Start')")
    expect(page.locator("h1")).to_have_text("A graph for tests in dev")
    assert Run.objects.get().params["graph"] == {"a": [], "b": ["a"]}


def test_a_double_click_starts_one_run(browser_page):
    factories.environment(name="dev")
    page = browser_page
    page.goto("/admin/opsportal/run/add/?runbook=test.graph&environment=dev")
    page.fill("[name=graph]", '{"a": []}')
    page.dblclick("button:has-text('Start')")
    expect(page.locator("h1")).to_have_text("A graph for tests in dev")
    assert Run.objects.count() == 1


def test_what_is_wrong_is_said_beside_its_field(browser_page):
    factories.environment(name="dev")
    page = browser_page
    page.goto("/admin/opsportal/run/add/?runbook=test.graph&environment=dev")
    page.fill("[name=graph]", "{")
    page.click("button:has-text('Start')")
    expect(page.locator("#w-graph")).to_contain_text("This is not JSON")
    expect(page.locator("[name=graph]")).to_have_attribute("aria-invalid", "true")


def test_a_run_is_started_by_keyboard(browser_page):
    factories.environment(name="dev")
    page = browser_page
    page.goto("/admin/")
    press(page, "Start a run")
    expect(page.locator(".book").first).to_be_visible()
    press(page, "A graph for tests")
    expect(page.locator("#f-environment")).to_be_visible()
    tab_to(page, "environment")
    page.keyboard.type("dev")
    tab_to(page, "graph")
    page.keyboard.type('{"a": []}')
    press(page, "Start")
    expect(page.locator("h1")).to_have_text("A graph for tests in dev")
    assert Run.objects.get().params["graph"] == {"a": []}


def test_checks_are_ticked_by_keyboard(browser_page):
    factories.environment(name="dev")
    page = browser_page
    page.goto("/admin/opsportal/run/add/?runbook=sweep&environment=dev")
    tab_to(page, "checks")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    press(page, "Start")
    expect(page.locator("h1")).to_contain_text("in dev")
    assert Run.objects.get().params["checks"] == [name for name, _title in catalog.choices("checks")[:2]]
