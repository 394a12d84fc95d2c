"""Invariants 1, 2, 3, 9, 11, 13, 14, 16 of the design, in one process."""

from datetime import timedelta

import pytest

from opsportal import catalog, claims, clock, runs, steps, turns
from opsportal.catalog import Action
from opsportal.errors import Invalid, Lost, Refused, StepFailed
from opsportal.models import Event, Heartbeat, Run, Step
from tasks import engine, pump
from tests import factories, runbooks

from .conftest import let_lease_expire, numbers, statuses, texts

DIAMOND = {"a": [], "b": ["a"], "c": ["a"], "d": ["b", "c"]}


def test_a_graph_runs_to_its_end(drive):
    run = drive(factories.start(DIAMOND))
    assert run.status == "succeeded"
    assert set(statuses(run).values()) == {"succeeded"}


def test_a_runbook_with_a_fixed_graph_needs_no_planning(drive):
    run = runs.start("test.static", factories.environment(), {"graph": {}}, factories.user(), "k")
    assert run.status == "running"
    assert drive(run).status == "succeeded"


def test_without_a_single_nudge_the_pump_finds_what_is_due(hand):
    run = factories.start({"a": []})
    hand.sent.clear()
    Step.objects.update(nudge_at=clock.now())
    pump.tick()
    assert hand.sent == [run.steps.get().pk]


def test_two_pumps_in_the_same_two_seconds_do_one_round(hand):
    factories.start({"a": []})
    pump.tick()
    hand.sent.clear()
    Step.objects.update(nudge_at=clock.now())
    pump.tick()
    assert hand.sent == []


def test_the_pump_goes_on_when_the_clock_was_set_back(hand):
    factories.start({"a": []})
    Heartbeat.objects.create(name="pump", at=clock.now() + timedelta(hours=1))
    hand.sent.clear()
    Step.objects.update(nudge_at=clock.now())
    pump.tick()
    assert len(hand.sent) == 1


def test_only_one_of_two_claims_gets_the_step():
    step = factories.start({"a": []}).steps.get()
    assert claims.claim(step.pk).fence == 1
    assert claims.claim(step.pk) is None


def test_a_step_is_not_claimed_before_its_time():
    step = factories.start({"a": []}).steps.get()
    Step.objects.filter(pk=step.pk).update(wake_at=clock.now() + claims.lease())
    assert claims.claim(step.pk) is None


def test_a_worker_that_was_taken_over_settles_nothing():
    run = factories.start({"a": []})
    slow = claims.claim(run.steps.get().pk)
    let_lease_expire(slow)
    quick = claims.claim(slow.pk)
    with pytest.raises(Lost):
        turns.take(run.pk, lambda turn: steps.end(turn, slow, "succeeded"))
    assert quick.fence == 2
    assert numbers(run) == [1]


def test_two_parallel_settles_start_their_join_once(drive, hand):
    run = factories.start({"a": [], "b": [], "c": ["a", "b"]})
    engine.advance(run.steps.get(key="plan").pk)
    first, second = (claims.claim(run.steps.get(key=key).pk) for key in "ab")
    hand.sent.clear()
    turns.take(run.pk, lambda turn: steps.end(turn, first, "succeeded"))
    turns.take(run.pk, lambda turn: steps.end(turn, second, "succeeded"))
    assert hand.sent == [run.steps.get(key="c").pk]


def test_a_run_that_nothing_would_ever_wake_is_found_and_reported(drive):
    run = factories.start({"a": [], "b": ["a"]})
    engine.advance(run.steps.get(key="plan").pk)
    run.steps.filter(key="a").update(status="succeeded", nudge_at=None)
    pump.tick()
    assert statuses(run)["b"] == "due"
    assert "Nothing was under way" in texts(run)


def test_a_run_that_nothing_can_unblock_ends_instead_of_being_evaluated_for_ever(drive):
    run = factories.start({"a": [], "b": ["a"]})
    engine.advance(run.steps.get(key="plan").pk)
    run.steps.update(needs=["b"], status="blocked", nudge_at=None)
    turns.take(run.pk, pump.repair)
    run.refresh_from_db()
    assert (run.status, statuses(run)["b"]) == ("failed", "skipped")


def test_starting_again_with_the_same_key_gives_the_same_run():
    where, by = factories.environment(), factories.user()
    runs_ = [factories.start({"a": []}, environment=where, by=by, key="once") for _ in range(2)]
    assert runs_[0].pk == runs_[1].pk
    assert Run.objects.count() == 1


def test_the_same_key_with_other_parameters_is_refused():
    where, by = factories.environment(), factories.user()
    factories.start({"a": []}, environment=where, by=by, key="once")
    with pytest.raises(Invalid, match="Use a new key"):
        factories.start({"b": []}, environment=where, by=by, key="once")


def test_wrong_parameters_start_nothing_and_name_the_field():
    with pytest.raises(Invalid) as caught:
        runs.start("test.graph", factories.environment(), {"graph": 1}, factories.user(), "k")
    assert list(caught.value.fields) == ["graph"]
    assert not Run.objects.exists()


def test_a_parameter_the_runbook_does_not_have_is_refused_by_name():
    with pytest.raises(Invalid, match="timeuot: There is no such parameter") as caught:
        factories.start({"a": []}, timeuot=5)
    assert list(caught.value.fields) == ["timeuot"]


def test_an_unknown_runbook_is_a_sentence():
    with pytest.raises(Invalid, match=r"no runbook “no\.such”"):
        runs.start("no.such", factories.environment(), {}, factories.user(), "k")


def test_somebody_without_the_right_starts_nothing():
    with pytest.raises(Refused, match="don't have the right"):
        factories.start({"a": []}, by=factories.user("view_environment"))


def test_a_plan_with_mistakes_fails_with_all_of_them(drive):
    run = drive(factories.start({"a": ["b"], "b": ["a"], "c": ["x"]}))
    assert run.status == "failed"
    assert run.reason == "plan: The plan can't be run: c needs the unknown x; these need each other: a → b."


@pytest.mark.parametrize("key", ["undo", "undo-2", "plan", "k" * 121])
def test_a_plan_with_a_name_that_can_not_be_kept_fails_with_a_sentence(drive, key):
    run = drive(factories.start({key: []}))
    assert run.reason.startswith(f"plan: The plan can't be run: “{key}” is ")


def test_a_resource_with_a_name_too_long_fails_the_plan(drive):
    run = drive(factories.start({"a": []}, locks={"a": ["x" * 301]}))
    assert run.reason.endswith("is longer than 300 characters.")


def test_a_failure_skips_its_dependents_and_lets_siblings_end(drive):
    run = drive(factories.start({"a": [], "b": ["a"], "c": []}, do={"a": "fail"}))
    assert statuses(run) == {"plan": "succeeded", "a": "failed", "b": "skipped", "c": "succeeded"}
    assert (run.status, run.reason) == ("failed", "a: the first cause")


def test_retry_goes_on_from_what_failed_and_plans_nothing_again(drive, tmp_path):
    run = drive(factories.start({"a": [], "b": ["a"]}, do={"b": "fail:1"}, folder=str(tmp_path)))
    runs.retry(run.pk, factories.user())
    assert drive(run).status == "succeeded"
    assert [len((tmp_path / name).read_text().split()) for name in ("plan.plan", "a.run", "b.run")] == [1, 1, 2]


def test_what_is_still_open_or_went_well_can_not_be_retried(drive):
    run = factories.start({"a": []})
    with pytest.raises(Refused):
        runs.retry(run.pk, factories.user())
    drive(run)
    with pytest.raises(Refused):
        runs.retry(run.pk, factories.user())


def test_five_take_overs_in_a_row_end_the_step_with_that_reason(drive):
    run = factories.start({"a": []})
    step = run.steps.get()
    for _ in range(5):
        claims.claim(step.pk)
        let_lease_expire(step)
    drive_once = engine.advance(step.pk)
    run.refresh_from_db()
    assert drive_once is None
    assert (run.status, run.reason) == ("failed", "plan: 5 workers in a row died at this step.")


def test_four_take_overs_are_survived(drive):
    run = factories.start({"a": []}, do={"a": "wait:1,0"})
    step = run.steps.get()
    for _ in range(4):
        claims.claim(step.pk)
        let_lease_expire(step)
    engine.advance(step.pk)
    assert drive(run).status == "succeeded"
    assert run.steps.get(key="plan").fence == 5


def test_a_step_that_never_settles_ends_though_its_workers_live_a_while(drive):
    run = factories.start({"a": []})
    for _ in range(7):
        step = claims.claim(run.steps.get().pk)
        claims.renew(step, step.claimed_at, step.claimed_at + claims.lease())
        assert step.takeovers <= 1
        let_lease_expire(step)
    Step.objects.update(deadline_at=clock.now())
    for _ in range(5):
        step = claims.claim(step.pk)
        claims.renew(step, step.claimed_at, step.claimed_at + claims.lease())
        let_lease_expire(step)
    assert drive(run).status == "planning"
    engine.advance(step.pk)
    assert drive(run).status == "failed"


def test_a_step_that_lasts_has_a_deadline_before_it_first_settles():
    step = claims.claim(factories.start({"a": []}).steps.get().pk)
    claims.renew(step, step.claimed_at, step.claimed_at + claims.lease())
    step.refresh_from_db()
    assert step.deadline_at == step.started_at + timedelta(seconds=300)


def test_events_are_numbered_without_gaps(drive):
    run = drive(factories.start(DIAMOND, do={"b": "say:30", "c": "say:20"}))
    assert numbers(run) == list(range(1, run.events + 1))
    assert run.events > 50


def test_what_a_lost_worker_said_leaves_no_gap():
    run = factories.start({"a": []})
    with pytest.raises(ZeroDivisionError):
        turns.take(run.pk, lambda turn: (turn.say("never happened"), 1 / 0))
    turns.take(run.pk, lambda turn: turn.say("happened"))
    assert numbers(run) == [1, 2]


def test_a_secret_never_reaches_an_event():
    run = factories.start({"a": []})
    turns.take(run.pk, lambda turn: turn.say("password=hunter22 AKIAABCDEFGHIJKLMNOP", data_password="x"))
    event = Event.objects.last()
    assert "hunter22" not in event.text + str(event.data)
    assert "AKIA" not in event.text


def test_a_secret_in_a_failure_is_not_kept_as_its_reason(drive, monkeypatch):
    monkeypatch.setitem(runbooks.DO, "leak", lambda ctx, looks, rest: fail_with("password=hunter22"))
    run = drive(factories.start({"a": [], "b": []}, do={"a": "leak", "b": "leak"}))
    step = run.steps.get(key="a")
    assert "hunter22" not in run.reason + step.reason + step.cause


def fail_with(text):
    raise StepFailed(text)


def test_an_unknown_action_is_left_for_another_worker_and_fails_in_the_end(drive, monkeypatch):
    run = factories.start({"a": []}, do={"a": "wait:1,0"})
    engine.advance(run.steps.get().pk)
    Step.objects.filter(key="a").update(action="from.the.future")
    engine.advance(run.steps.get(key="a").pk)
    assert run.steps.get(key="a").status == "due"
    Step.objects.filter(key="a").update(wake_at=clock.now(), stranded_at=clock.now() - 20 * claims.lease())
    engine.advance(run.steps.get(key="a").pk)
    assert "Update the workers" in run.steps.get(key="a").reason


def test_a_newer_worker_ends_the_time_in_which_an_older_one_left_the_step_alone(drive):
    run = factories.start({"a": []}, do={"a": "wait:1,600"})
    engine.advance(run.steps.get().pk)
    Step.objects.filter(key="a").update(stranded_at=clock.now())
    drive(run)
    assert run.steps.get(key="a").stranded_at is None


def test_memory_carries_the_version_of_the_code_that_wrote_it(drive, monkeypatch):
    run = factories.start({"a": []}, do={"a": "wait:1,600"})
    engine.advance(run.steps.get().pk)
    monkeypatch.setitem(catalog.runbook("test.graph").actions, "count", Action(run=runbooks.count, memory_version=2))
    drive(run)
    assert run.steps.get(key="a").memory_version == 2


def test_what_an_older_worker_can_not_cancel_is_abandoned(drive):
    run = drive(factories.start({"a": []}, do={"a": "wait:1,600"}))
    runs.cancel(run.pk, factories.user())
    Step.objects.filter(key="a").update(action="from.the.future", stranded_at=clock.now() - 20 * claims.lease())
    assert drive(run).status == "cancelled"
    assert statuses(run)["a"] == "abandoned"


def test_memory_of_a_newer_version_is_not_touched():
    run = factories.start({"a": []})
    engine.advance(run.steps.get().pk)
    Step.objects.filter(key="a").update(memory_version=9, memory={"new": "shape"})
    engine.advance(run.steps.get(key="a").pk)
    assert run.steps.get(key="a").memory == {"new": "shape"}
    assert run.steps.get(key="a").status == "due"


def test_a_step_past_its_time_fails_with_that_sentence(drive):
    run = drive(factories.start({"a": []}, do={"a": "forever:600"}, timeout=60))
    Step.objects.filter(key="a").update(wake_at=clock.now(), deadline_at=clock.now())
    assert drive(run).status == "failed"
    assert "Took longer than" in run.reason


def test_throttling_backs_off_and_goes_on(drive):
    run = factories.start({"a": []}, do={"a": "later:3"})
    for _ in range(6):
        Step.objects.filter(run=run, status="due").update(wake_at=clock.now())
        drive(run)
    assert run.status == "succeeded"
    assert texts(run).count("AWS throttles. Trying again.") == 1


def test_a_refused_call_names_the_missing_permission(drive):
    run = drive(factories.start({"a": []}, do={"a": "denied"}))
    assert "ec2:DescribeVpcs" in run.reason


def test_a_fault_in_a_runbooks_code_fails_the_step_and_loses_nothing(drive):
    run = drive(factories.start({"a": [], "b": []}, do={"a": "bug"}))
    assert "ZeroDivisionError" in run.reason
    assert statuses(run)["b"] == "succeeded"


def test_the_catalog_knows_the_runbooks_of_the_tests():
    assert catalog.runbook("test.graph").title == "A graph for tests"


def test_an_event_may_carry_data_of_any_name():
    run = factories.start({"a": []})
    turns.take(run.pk, lambda turn: turn.say("a resource", at="10:00", run="x", text="y"))
    assert Event.objects.last().data == {"at": "10:00", "run": "x", "text": "y"}


def test_the_pump_backs_off_from_ten_seconds_to_five_minutes(hand):
    step = factories.start({"a": []}).steps.get()
    gaps = []
    for _ in range(8):
        Step.objects.filter(pk=step.pk).update(nudge_at=clock.now())
        Heartbeat.objects.all().delete()
        pump.tick()
        gaps.append(round((Step.objects.get(pk=step.pk).nudge_at - clock.now()).total_seconds()))
    assert gaps == [10, 20, 40, 80, 160, 300, 300, 300]


def test_the_pump_nudges_two_hundred_a_round(hand):
    run = factories.start({f"s{n}": [] for n in range(250)})
    engine.advance(run.steps.get().pk)
    hand.sent.clear()
    Step.objects.filter(status="due").update(nudge_at=clock.now())
    Heartbeat.objects.all().delete()
    pump.tick()
    assert len(hand.sent) == 200
