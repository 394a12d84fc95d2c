"""The run page in a real browser: it is seen live, and it never fights its reader."""

import itertools
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from playwright.sync_api import expect

from opsportal import events
from opsportal.live import hints
from opsportal.models import Event, Run
from tests import factories


def show(page, run):
    page.goto(f"/admin/opsportal/run/{run.pk}/")
    return page


def say(run, *texts, level="info"):
    """What a worker does: lines in one transaction, a hint after it."""
    with transaction.atomic():
        run.refresh_from_db()
        lines = [events.line(run, factories.clock.now(), text, level, None, {}) for text in texts]
        events.record(run, lines)
        Run.objects.filter(pk=run.pk).update(events=run.events)
    hints.publish(run.pk, run.events)


def put(row, **fields):
    type(row).objects.filter(pk=row.pk).update(**fields)
    run = row if isinstance(row, Run) else row.run
    hints.publish(run.pk, run.events)


@pytest.fixture
def run(person):
    run = factories.run(usual_seconds=600, requested_by=factories.user())
    factories.step(run, "network", status="succeeded", usual_seconds=10)
    factories.step(run, "service", status="due", started_at=run.created_at, needs=["network"], usual_seconds=300)
    factories.step(run, "api", needs=["service"], usual_seconds=60)
    factories.line(run, "Started.", at=run.created_at)
    factories.line(run, "Made.", step_key="network")
    return run


def lines(page):
    return page.locator(".ev:visible p")


def test_bars_show_what_is_done_under_way_and_expected(browser_page, run):
    page = show(browser_page, run)
    expect(page.locator("[data-key=network] .bar.b-ok")).to_be_visible()
    expect(page.locator("[data-key=service] .bar.b-live")).to_be_visible()
    expect(page.locator("[data-key=service] .g-say")).to_contain_text("left")
    expect(page.locator("[data-key=api] .ghost")).to_be_visible()
    expect(page.locator("[data-key=api] .g-say")).to_have_text("after service")


def test_a_new_line_appears_without_reloading(browser_page, run):
    page = show(browser_page, run)
    page.evaluate("window.same = true")
    say(run, "Task definition made.")
    expect(lines(page).last).to_have_text("Task definition made.")
    assert page.evaluate("window.same")


def test_every_line_of_a_burst_arrives_once_and_in_order(browser_page, run):
    page = show(browser_page, run)
    for start in range(0, 300, 50):
        say(run, *[f"line {n}" for n in range(start, start + 50)])
    expect(lines(page)).to_have_count(302)
    assert lines(page).all_text_contents()[2:] == [f"line {n}" for n in range(300)]


def test_a_step_that_ends_changes_its_row_and_the_tally(browser_page, run):
    page = show(browser_page, run)
    step = run.steps.get(key="service")
    put(step, status="succeeded", ended_at=factories.clock.now(), output={"outputs": {"Url": "https://api.example"}})
    expect(page.locator("[data-key=service] .bar.b-ok")).to_be_visible()
    expect(page.locator("[data-part=tally]")).to_contain_text("2 done")
    expect(page.locator("[data-part=outputs]")).to_contain_text("https://api.example")


def test_the_last_line_and_the_end_are_seen(browser_page, run):
    page = show(browser_page, run)
    run.steps.update(status="succeeded", ended_at=factories.clock.now())
    Run.objects.filter(pk=run.pk).update(status="succeeded", ended_at=factories.clock.now())
    say(run, "Succeeded in 1 min.")
    expect(lines(page).last).to_have_text("Succeeded in 1 min.")
    expect(page.locator("[data-part=head] .st.ok")).to_have_text("Succeeded")
    expect(page.locator("[data-part=notices]")).to_contain_text("3 steps are done.")


def test_the_steps_of_a_fresh_plan_get_their_rows(browser_page, person):
    run = factories.run(status="planning")
    factories.step(run, "plan", status="running", started_at=run.created_at)
    page = show(browser_page, run)
    expect(page.locator(".g-row")).to_have_count(1)
    factories.step(run, "vpc", needs=["plan"], usual_seconds=5)
    put(run, status="running")
    expect(page.locator(".g-row")).to_have_count(2)
    expect(page.locator("#ev-step option")).to_have_count(3)


def test_a_question_appears_and_is_answered(browser_page, run):
    page = show(browser_page, run)
    step = run.steps.get(key="service")
    risky = {"id": "OrdersDb", "type": "AWS::RDS::DBInstance", "risk": "replace", "stateful": True}
    approval = factories.approval(step, question="Replace OrdersDb?", shown={"changes": [risky]})
    run.steps.filter(key="service").update(status="asking")
    put(run, status="asking")
    expect(page.locator("#ask h2")).to_contain_text("service asks: Replace OrdersDb?")
    expect(page.locator("#ask .hot")).to_contain_text("The new one starts empty.")
    page.fill(f"#reason-{approval.pk}", "checked")
    page.click("button:has-text('Approve')")
    expect(page.locator("[data-part=notices]")).to_contain_text("service: Approved by")
    approval.refresh_from_db()
    assert (approval.status, approval.reason) == ("approved", "checked")


def test_what_somebody_is_writing_is_left_alone(browser_page, run):
    approval = factories.approval(run.steps.get(key="service"))
    page = show(browser_page, run)
    page.fill(f"#reason-{approval.pk}", "half a sen")
    put(run.steps.get(key="network"), status="failed", cause="It broke.")
    expect(page.locator("[data-part=notices]")).to_contain_text("network failed. It broke.")
    expect(page.locator(f"#reason-{approval.pk}")).to_have_value("half a sen")


def test_a_rejection_without_a_reason_is_not_sent(browser_page, run):
    approval = factories.approval(run.steps.get(key="service"))
    page = show(browser_page, run)
    page.click("button:has-text('Reject')")
    assert page.evaluate("document.activeElement.id") == f"reason-{approval.pk}"
    approval.refresh_from_db()
    assert approval.status == "open"


def test_cancelling_asks_first(browser_page, run):
    page = show(browser_page, run)
    page.click("text=Cancel run")
    expect(page.locator("#confirm")).to_be_visible()
    page.click("#confirm [data-no]")
    assert Run.objects.get(pk=run.pk).status == "running"
    page.click("text=Cancel run")
    page.click("#confirm [data-yes]")
    expect(page.locator("[data-part=head] [role=status]")).to_contain_text("Cancel")


def test_picking_a_row_shows_what_it_needs_and_only_its_events(browser_page, run):
    page = show(browser_page, run)
    page.click("[data-key=network] .g-name")
    expect(page.locator("#detail")).to_contain_text("network needs nothing · needed by service")
    expect(lines(page)).to_have_text(["Made."])
    page.keyboard.press("Escape")
    expect(lines(page)).to_have_count(2)


def test_rows_are_walked_by_the_arrow_keys(browser_page, run):
    page = show(browser_page, run)
    page.focus("[data-key=network] .g-name")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("[data-key=service] .g-name")).to_have_attribute("aria-expanded", "true")


def test_the_graph_has_a_node_a_step(browser_page, run):
    page = show(browser_page, run)
    page.check("[name=view][value=graph]")
    expect(page.locator("#graph .node")).to_have_count(3)
    page.click("#graph [data-key=service]")
    expect(page.locator("#ev-step")).to_have_value("service")
    put(run.steps.get(key="service"), status="failed")
    expect(page.locator("#graph [data-key=service].n-bad")).to_be_visible()


def test_warnings_and_errors_can_be_seen_alone(browser_page, run):
    page = show(browser_page, run)
    say(run, "It broke.", level="error")
    page.click("text=Errors")
    expect(lines(page)).to_have_text(["It broke."])


def test_reading_back_stops_following_and_a_pill_counts_what_is_new(browser_page, run):
    say(run, *[f"line {n}" for n in range(100)])
    page = show(browser_page, run)
    page.hover("#log")
    page.mouse.wheel(0, -600)
    expect(page.locator("#follow")).not_to_be_checked()
    top = page.evaluate("document.getElementById('log').scrollTop")
    say(run, "news")
    expect(page.locator("#pill")).to_have_text("1 new")
    assert page.evaluate("document.getElementById('log').scrollTop") == top
    page.click("#pill")
    expect(page.locator("#follow")).to_be_checked()
    expect(lines(page).last).to_be_in_viewport()


# A hundred thousand lines like the first one; as objects they take six seconds.
LINES = """
WITH RECURSIVE numbers(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM numbers WHERE n < 100000)
INSERT INTO opsportal_event (run_id, number, at, level, step_key, text, data)
SELECT run_id, n, at, level, CASE WHEN n %% 1000 THEN 'a' ELSE 'rare' END, 'line ' || n, data
FROM opsportal_event, numbers WHERE run_id = %s
"""


@pytest.fixture
def long_run(person):
    run = factories.run(status="succeeded", ended_at=factories.clock.now(), events=100_000)
    factories.step(run, "a", status="succeeded")
    factories.step(run, "rare", status="succeeded")
    Event.objects.create(run=run, number=1, at=run.created_at, text="line 1", step_key="a")
    with connection.cursor() as cursor:
        cursor.execute(LINES, [run.pk])
    return run


def test_of_a_hundred_thousand_events_the_page_gets_the_last_ones(browser_page, long_run):
    page = show(browser_page, long_run)
    expect(lines(page)).to_have_count(200)
    expect(lines(page).last).to_contain_text("line 100000")


def test_older_lines_come_on_demand_and_stay_in_order(browser_page, long_run):
    page = show(browser_page, long_run)
    page.click("#older")
    expect(lines(page)).to_have_count(400)
    assert lines(page).all_text_contents() == [f"line {n}" for n in range(99_601, 100_001)]


def test_a_filter_finds_older_lines_too(browser_page, long_run):
    page = show(browser_page, long_run)
    page.select_option("#ev-step", "rare")
    expect(lines(page)).to_have_count(100)
    assert lines(page).first.text_content() == "line 1000"
    page.select_option("#ev-step", "")
    expect(lines(page)).to_have_count(200)


def test_a_lost_connection_is_said_and_what_was_missed_is_filled_in(browser_page, run):
    page = show(browser_page, run)
    say(run, "before")
    expect(lines(page).last).to_have_text("before")
    page.context.set_offline(True)
    page.evaluate("window.dispatchEvent(new Event('offline'))")
    page.route("**/stream*", lambda route: route.abort())
    page.evaluate("document.querySelector('#away [data-try]').click()")
    expect(page.locator("#away")).to_be_visible()
    expect(page.locator("[data-away]")).to_contain_text("Reconnecting.")
    say(run, *[f"missed {n}" for n in range(5)])
    page.unroute("**/stream*")
    page.context.set_offline(False)
    page.evaluate("document.querySelector('#away [data-try]').click()")  # by itself it may be quicker, and hide it
    expect(page.locator("#away")).to_be_hidden()
    expect(lines(page).last).to_have_text("missed 4")
    assert lines(page).all_text_contents()[-6:] == ["before", *[f"missed {n}" for n in range(5)]]


def test_the_timeline_of_an_undo_begins_when_it_was_asked_for(browser_page):
    asked = factories.clock.now() - timedelta(minutes=2)
    run = factories.run(status="undoing", created_at=asked - timedelta(days=3), usual_seconds=600)
    factories.step(run, "network", status="succeeded")
    gate = factories.step(run, "undo", status="asking", gate=True, started_at=asked, position=10_000)
    factories.approval(gate, asked_at=asked)
    page = show(browser_page, run)
    expect(page.locator("[data-elapsed]")).to_contain_text("2 min")
    expect(page.locator("[data-key=undo] .b-ask")).to_be_visible()
    expect(page.locator("[data-key=network] .bar")).to_have_count(0)
    expect(page.locator(".g-ticks")).to_contain_text("1 min")
    expect(page.locator(".usual-end")).to_have_count(0)


@pytest.mark.parametrize("options", [{"viewport": {"width": 390, "height": 800}}, {"color_scheme": "dark"}])
def test_it_fits_a_phone_and_the_dark(sign_in, person, run, options):
    page = show(sign_in(person, **options), run)
    expect(page.locator("[data-key=service] .bar.b-live")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


LABELS = "[...document.querySelectorAll('.g-ticks span')].map((s) => s.getBoundingClientRect())"


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("seconds", [12, 61, 95, 1500, 40_000, 400_000])
def test_the_labels_of_the_axis_keep_apart_and_inside(sign_in, person, width, seconds):
    began = factories.clock.now() - timedelta(seconds=seconds)
    run = factories.run(created_at=began, usual_seconds=seconds * 0.9)
    factories.step(run, "network", status="running", started_at=began)
    page = show(sign_in(person, viewport={"width": width, "height": 800}), run)
    expect(page.locator(".g-ticks .usual-end")).to_be_visible()
    labels = sorted((box["left"], box["right"]) for box in page.evaluate(f"{LABELS}.map((box) => box.toJSON())"))
    assert len(labels) >= 3
    assert all(left[1] + 4 <= right[0] for left, right in itertools.pairwise(labels))
    assert labels[-1][1] <= width


def test_a_long_log_does_not_stretch_the_page(browser_page, run):
    say(run, *[f"line {n}" for n in range(150)], level="warning")
    page = show(browser_page, run)
    expect(lines(page)).to_have_count(152)
    assert page.evaluate("document.documentElement.scrollHeight") < 1600


def test_nothing_is_asked_of_another_host(browser_page, run, site):
    seen = []
    browser_page.on("request", lambda request: seen.append(request.url))
    show(browser_page, run)
    time.sleep(0.5)
    assert [url for url in seen if not url.startswith((site, "data:"))] == []


def test_what_cannot_be_answered_by_the_requester_has_no_buttons(sign_in, run):
    factories.approval(run.steps.get(key="service"))
    page = show(sign_in(run.requested_by), run)
    expect(page.locator("#ask")).to_contain_text("another person has to answer")
    expect(page.locator("button:has-text('Approve')")).to_have_count(0)


def test_one_of_two_questions_is_answered_while_the_other_is_being_written(browser_page, run):
    first = factories.approval(run.steps.get(key="service"))
    second = factories.approval(run.steps.get(key="api"))
    page = show(browser_page, run)
    page.locator("summary", has_text="api asks").click()
    page.fill(f"#reason-{second.pk}", "half a sen")
    type(first).objects.filter(pk=first.pk).update(status="approved", answered_at=factories.clock.now())
    put(run.steps.get(key="service"), status="succeeded", ended_at=factories.clock.now())
    expect(page.locator(".ask-panel")).to_have_count(1)
    expect(page.locator(f"#reason-{second.pk}")).to_have_value("half a sen")
    assert page.evaluate("document.activeElement.id") == f"reason-{second.pk}"
