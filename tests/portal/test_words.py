"""Durations, changes and verdicts as people read them."""

from datetime import timedelta

import pytest

from opsportal import clock
from opsportal.models import Run, Step
from opsportal.pages import changes, durations, mini
from opsportal.pages.verdict import verdict


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (48.4, "48 s"),
        (59.7, "1 min"),
        (192, "3 min 12 s"),
        (1440, "24 min"),
        (7200, "2 h"),
        (14280, "3 h 58 min"),
        (259200, "3 d"),
        (190000, "2 d 4 h"),
    ],
)
def test_durations_have_two_units_at_most(seconds, words):
    assert durations.words(seconds) == words


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (558, "9:18"), (3723, "1:02:03")])
def test_clocks_count_minutes_and_hours(seconds, text):
    assert durations.clock(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(36, "36 s ago"), (540, "9 min ago"), (7200, "2 h ago"), (200000, "2 d ago")]
)
def test_ages_have_one_unit(seconds, text):
    assert durations.ago(seconds) == text


def change(risk, **fields):
    return {"id": risk, "type": "T", "risk": risk, "stateful": False} | fields


def test_what_would_lose_data_comes_first():
    found = changes.read([change("add"), change("remove"), change("replace", stateful=True), change("modify")])
    assert [each.risk for each in found] == ["replace", "remove", "modify", "add"]
    assert [each.hot for each in found] == [True, False, False, False]


def test_a_removed_resource_that_is_kept_is_not_hot():
    assert not changes.read([change("remove", stateful=True, policy="Retain")])[0].hot
    assert changes.read([change("remove", stateful=True, policy="Snapshot")])[0].hot


@pytest.mark.parametrize("raw", [None, {}, "x", [1, None], [{"risk": "explode"}], [{}]])
def test_changes_of_another_shape_are_left_out(raw):
    assert changes.read(raw) == []


def test_a_detail_says_what_changes_and_what_that_needs():
    detail = {"property": "Encrypted", "before": "false", "after": "true", "recreation": "Always"}
    assert (
        changes.read([change("replace", details=[detail])])[0].details[-1]
        == "Encrypted: false → true (needs a new one)"
    )


def test_a_secret_that_changes_is_not_shown():
    detail = {"property": "MasterUserPassword", "before": "hunter22", "after": "hunter33"}
    assert "hunter" not in changes.read([change("modify", details=[detail])])[0].details[0]


def test_all_that_is_hot_stays_in_sight():
    raw = [change("replace", id=f"r{n}", stateful=True) for n in range(9)] + [change("add")]
    shown, folded = changes.split(changes.read(raw))
    assert (len(shown), len(folded)) == (9, 1)


def made(status, *steps, usual=None):
    now = clock.now()
    ended = now if status in Run.ENDED else None
    run = Run(status=status, created_at=now - timedelta(minutes=10), ended_at=ended, usual_seconds=usual)
    return run, [
        Step(key=key, status=state, position=n, ended_at=now, **more) for n, (key, state, more) in enumerate(steps)
    ]


@pytest.mark.parametrize(
    ("status", "steps", "sentence"),
    [
        ("running", [("a", "running", {})], None),
        ("running", [("a", "failed", {"cause": "It broke."}), ("b", "skipped", {})], "b won’t run."),
        ("failed", [("a", "failed", {}), ("b", "succeeded", {})], "The step that succeeded stays as it is."),
        ("succeeded", [("a", "succeeded", {"unchanged": True})], "Nothing had to change."),
        ("cancelled", [("a", "abandoned", {})], "AWS was still at work on a"),
        ("cancelling", [("a", "due", {})], "Waiting for a to come to rest in AWS."),
        ("undone", [("a", "undone", {})], ""),
        ("undo_failed", [("a", "failed", {"phase": "undo", "cause": "No."})], ""),
        ("failed", [], ""),
    ],
)
def test_a_run_says_what_it_came_to(status, steps, sentence):
    found = verdict(*made(status, *steps))
    assert (found is None) == (sentence is None)
    assert found is None or sentence in found.consequence


def test_the_first_cause_is_named():
    late, early = clock.now(), clock.now() - timedelta(minutes=1)
    run, steps = made("failed", ("late", "failed", {"cause": "cancelled"}), ("early", "failed", {"cause": "denied"}))
    steps[0].ended_at, steps[1].ended_at = late, early
    assert verdict(run, steps).cause == "early failed. denied"


def test_a_fast_run_says_so():
    assert verdict(*made("succeeded", ("a", "succeeded", {}), usual=900)).consequence == "5 min faster than usual."


def test_the_small_bar_has_a_segment_a_step():
    found = mini.segments({"ok": 2, "bad": 1}, 4)
    assert [each.colour for each in found] == ["ok", "ok", "bad", "rest"]
    assert found[-1].x + found[-1].width == pytest.approx(100, abs=0.1)


def test_many_steps_become_shares():
    assert [(each.colour, each.width) for each in mini.segments({"ok": 300}, 400)] == [("ok", 75), ("rest", 25)]
