"""Invariants 10 and 12: cancel always ends, undo is planned."""

from datetime import timedelta

import pytest

from opsportal import approvals, claims, clock, runs, undoing
from opsportal.errors import Cancelling, Refused
from opsportal.models import Approval, Lock, Run, Step
from tasks import engine
from tasks.guard import Guard
from tasks.keeper import Hold
from tests import factories

from .conftest import let_lease_expire, statuses, texts


def cancel(run):
    runs.cancel(run.pk, factories.user())


def test_a_run_cancelled_before_anything_happened_is_over_at_once(drive):
    run = factories.start({"a": []})
    cancel(run)
    assert drive(run).status == "cancelled"


def test_a_step_that_waits_comes_to_rest_first(drive, tmp_path):
    run = drive(factories.start({"a": [], "b": ["a"]}, do={"a": "forever:600"}, folder=str(tmp_path)))
    cancel(run)
    run.refresh_from_db()
    assert run.status == "cancelling"
    assert drive(run).status == "cancelled"
    assert (tmp_path / "a.stop").exists()


def test_cancelled_is_not_said_while_a_dead_workers_lease_may_still_run(drive):
    run = factories.start({"a": []})
    engine.advance(run.steps.get().pk)
    held = claims.claim(run.steps.get(key="a").pk)
    cancel(run)
    assert drive(run).status == "cancelling"
    let_lease_expire(held)
    engine.advance(held.pk)
    assert drive(run).status == "cancelled"


def test_a_worker_learns_of_the_cancel_before_its_next_change(drive):
    run = factories.start({"a": []})
    engine.advance(run.steps.get().pk)
    held = claims.claim(run.steps.get(key="a").pk)
    cancel(run)
    with pytest.raises(Cancelling):
        Guard(Hold(held, False, 1e12, 1e12)).before("test:Change", "digest", 5)
    assert not held.intents.exists()


def test_cancelling_while_asking_withdraws_the_question(drive):
    run = drive(factories.start({"a": []}, do={"a": "ask"}))
    cancel(run)
    assert drive(run).status == "cancelled"
    assert Approval.objects.get().status == "withdrawn"


def test_a_step_that_never_comes_to_rest_is_abandoned_with_that_reason(drive):
    run = drive(factories.start({"a": []}, do={"a": "forever:600"}))
    Step.objects.filter(key="a").update(memory={"stuck": True, "looks": 1})
    cancel(run)
    drive(run, rounds=1)
    Step.objects.filter(key="a").update(wake_at=clock.now(), deadline_at=clock.now() - timedelta(seconds=1))
    assert drive(run).status == "cancelled"
    assert statuses(run)["a"] == "abandoned"
    assert "Not at rest 15 min after the cancel" in texts(run)


def test_cancelling_twice_is_the_same_as_once(drive):
    run = drive(factories.start({"a": []}, do={"a": "forever:600"}))
    cancel(run)
    cancel(run)
    assert texts(run).count("Cancelled by") == 1


def test_what_is_over_can_not_be_cancelled(drive):
    run = drive(factories.start({"a": []}))
    with pytest.raises(Refused, match="is over: succeeded"):
        cancel(run)


def test_a_cancelled_run_can_be_retried(drive):
    run = drive(factories.start({"a": [], "b": ["a"]}, do={"a": "ask"}))
    cancel(run)
    drive(run)
    runs.retry(run.pk, factories.user())
    assert drive(run).status == "asking"


CHANGES = {"do": {"a": "change", "b": "change", "c": "say:1"}, "locks": {"a": ["x"], "b": ["y"]}}


@pytest.fixture
def changed(drive, tmp_path):
    return drive(factories.start({"a": [], "b": ["a"], "c": ["b"]}, folder=str(tmp_path), **CHANGES))


def undo(run, drive, approve=True):
    undoing.undo(run.pk, factories.user())
    drive(run)
    approvals.answer(Approval.objects.latest("pk").pk, run.requested_by, approve, "as agreed")
    return drive(run)


def test_undo_asks_and_then_covers_what_acted_in_reverse(changed, drive, tmp_path):
    assert undo(changed, drive).status == "undone"
    assert statuses(changed) == {
        "plan": "succeeded",
        "a": "undone",
        "b": "undone",
        "c": "succeeded",
        "undo": "succeeded",
    }
    assert texts(changed).count("\nUndone in ") == 2
    order = changed.steps.filter(status="undone").order_by("ended_at").values_list("key", flat=True)
    assert list(order) == ["b", "a"]


def test_a_rejected_undo_leaves_the_run_as_it_was(changed, drive):
    assert undo(changed, drive, approve=False).status == "succeeded"
    assert statuses(changed)["a"] == "succeeded"
    assert texts(changed).endswith("The run stays as it was.")


def test_undo_covers_a_step_that_acted_and_failed(drive):
    run = factories.start({"a": [], "b": ["a"]}, do={"a": "change", "b": "fail"})
    drive(run)
    assert undo(run, drive).status == "undone"
    assert statuses(run) == {"plan": "succeeded", "a": "undone", "b": "failed", "undo": "succeeded"}


def test_undo_is_refused_when_somebody_else_was_there_since(changed, drive):
    drive(factories.start({"z": []}, do={"z": "change"}, locks={"z": ["y"]}, environment=changed.environment))
    with pytest.raises(Refused, match="Another run has changed y since b"):
        undoing.undo(changed.pk, factories.user())


def test_who_was_there_since_and_changed_nothing_does_not_stand_in_the_way(changed, drive):
    drive(factories.start({"z": []}, locks={"z": ["x", "y"]}, environment=changed.environment))
    assert undo(changed, drive).status == "undone"


def test_undo_of_a_run_that_changed_nothing_is_refused(drive):
    run = drive(factories.start({"a": []}))
    with pytest.raises(Refused, match="nothing to undo"):
        undoing.undo(run.pk, factories.user())


def test_an_undo_that_fails_can_be_tried_again(drive):
    run = drive(factories.start({"a": []}, do={"a": "change:no-way-back"}))
    assert undo(run, drive).status == "undo_failed"
    runs.retry(run.pk, factories.user())
    assert drive(run).status == "undone"


def test_on_a_protected_environment_the_requester_can_not_confirm_the_undo(drive):
    where = factories.environment(protected=True)
    run = drive(factories.start({"a": []}, do={"a": "change"}, environment=where))
    undoing.undo(run.pk, run.requested_by)
    drive(run)
    with pytest.raises(Refused, match="another person"):
        approvals.answer(Approval.objects.latest("pk").pk, run.requested_by, True)


def test_every_lock_is_free_after_an_undo(changed, drive):
    undo(changed, drive)
    assert not Lock.objects.exclude(holder=None).exists()


def test_undo_keeps_the_order_across_steps_that_changed_nothing(drive):
    run = factories.start({"a": [], "b": ["a"], "c": ["b"]}, do={"a": "change", "c": "change"})
    assert undo(drive(run), drive).status == "undone"
    order = run.steps.filter(status="undone").order_by("ended_at").values_list("key", flat=True)
    assert list(order) == ["c", "a"]


def test_an_approved_undo_is_refused_when_somebody_else_was_there_since_the_question(changed, drive):
    undoing.undo(changed.pk, changed.requested_by)
    drive(changed)
    drive(factories.start({"z": []}, do={"z": "change"}, locks={"z": ["y"]}, environment=changed.environment))
    approvals.answer(Approval.objects.get().pk, changed.requested_by, True)
    assert drive(changed).status == "succeeded"
    assert statuses(changed)["b"] == "succeeded"
    assert "Another run has changed y since b" in changed.steps.get(key="undo").reason
    assert changed.reason == changed.steps.get(key="undo").reason


def test_steps_of_the_same_run_that_share_a_lock_can_be_undone(drive):
    graph, do = {"a": [], "b": ["a"], "c": ["b"]}, {"a": "change", "b": "change", "c": "ask"}
    run = drive(factories.start(graph, do=do, locks={key: ["x"] for key in graph}))
    approvals.answer(Approval.objects.get().pk, factories.user(), True)
    assert undo(drive(run), drive).status == "undone"


def test_undo_is_refused_when_somebody_else_was_there_between_two_of_our_steps(drive):
    run = drive(factories.start({"a": [], "b": ["a"]}, do={"a": "change", "b": "ask"}, locks={"a": ["x"], "b": ["x"]}))
    drive(factories.start({"z": []}, do={"z": "change"}, locks={"z": ["x"]}, environment=run.environment))
    approvals.answer(Approval.objects.get().pk, factories.user(), True)
    drive(run)
    with pytest.raises(Refused, match="Another run has changed x since a"):
        undoing.undo(run.pk, factories.user())


def test_who_asks_for_an_undo_needs_another_person_and_who_started_the_run_is_one(drive):
    where = factories.environment(protected=True)
    run = drive(factories.start({"a": []}, do={"a": "change"}, environment=where))
    olga, starter = factories.user(), run.requested_by
    undoing.undo(run.pk, olga)
    drive(run)
    asked = Approval.objects.get()
    with pytest.raises(Refused, match="You asked for this undo"):
        approvals.answer(asked.pk, olga, True)
    approvals.answer(asked.pk, starter, True)
    assert drive(run).status == "undone"


def test_what_a_step_asks_while_it_is_undone_is_asked_by_who_wants_the_undo(drive):
    run, olga, kim = drive(factories.start({"a": []}, do={"a": "change"})), factories.user(), factories.user()
    Run.objects.filter(pk=run.pk).update(retried_by=kim)
    undoing.undo(run.pk, olga)
    drive(run)
    gate = Approval.objects.get()
    approvals.answer(gate.pk, run.requested_by, True)
    step = run.steps.get(key="a")
    step.phase, step.status = "undo", "asking"
    step.save()
    question = factories.approval(step)
    assert approvals.requesters(question) == {olga.pk}
    assert "You asked for this undo" in approvals.why_not(olga, question)
    assert [approvals.why_not(person, question) for person in (run.requested_by, kim)] == ["", ""]


def test_a_team_of_one_types_the_name_to_undo(drive):
    where = factories.environment(protected=True, requester_may_approve=True)
    run = drive(factories.start({"a": []}, do={"a": "change"}, environment=where))
    olga = factories.user()
    undoing.undo(run.pk, olga)
    drive(run)
    asked = Approval.objects.get()
    assert approvals.needs_typed_name(olga, asked)
    assert not approvals.needs_typed_name(run.requested_by, asked)


def test_the_question_says_what_an_undo_leaves(drive):
    run = drive(factories.start({"a": [], "b": ["a"]}, do={"a": "change:made", "b": "change"}))
    undoing.undo(run.pk, factories.user())
    drive(run)
    shown = Approval.objects.latest("pk").shown
    assert shown["undo"] == ["b", "a"]
    assert shown["stays"] == ["What it made in 2 looks stays."]
