"""Pause and freeze: observations go on, changing calls are held, and what was held goes on by itself."""

from datetime import timedelta

import pytest

from opsportal import approvals, clock, holds, runs
from opsportal.errors import Held, Refused
from opsportal.models import Approval, Calendar, Pause, Step
from tests import factories

from .conftest import statuses, texts

ALWAYS = "daily 00:00 - 00:00 stock-taking"


@pytest.fixture
def changing():
    """A run of one step that changes something under a lock."""
    return factories.start({"a": []}, do={"a": "change"}, locks={"a": ["x"]})


def freeze(run, rules=ALWAYS):
    run.environment.calendar = Calendar.objects.create(name=f"calendar {run.pk}", rules=rules)
    run.environment.save()


def test_a_paused_step_changes_nothing_holds_no_lock_and_goes_on_when_the_pause_ends(changing, drive, hand):
    pause = holds.pause(changing.environment, factories.user(), "the bank audits")
    assert drive(changing).status == "running"
    step = changing.steps.get(key="a")
    assert (step.status, step.acted, step.held_locks.count()) == ("due", False, 0)
    assert step.wake_at > clock.now() + timedelta(minutes=4)
    assert texts(changing).count("Changes are paused by") == 1
    hand.sent.clear()
    holds.resume(pause.pk, factories.user())
    assert hand.sent == [step.pk]
    assert drive(changing).status == "succeeded"
    assert changing.steps.get(key="a").held_at is None


def test_a_held_step_that_looks_again_says_nothing_new(changing, drive):
    holds.pause(None, factories.user(), "the bank audits")
    drive(changing)
    for _ in range(3):
        Step.objects.filter(key="a").update(wake_at=clock.now())
        drive(changing)
    assert texts(changing).count("Changes are paused by") == 1


def test_a_pause_of_another_environment_holds_nothing_here(changing, drive):
    holds.pause(factories.environment(), factories.user(), "elsewhere")
    assert drive(changing).status == "succeeded"


def test_observing_goes_on_while_everything_is_paused(drive):
    holds.pause(None, factories.user(), "the bank audits")
    assert drive(factories.start({"a": []}, do={"a": "wait:2,0"})).status == "succeeded"


def test_the_deadline_of_a_held_step_stands_still(changing, drive):
    holds.pause(None, factories.user(), "the bank audits")
    Step.objects.filter(run=changing).update(budget=5)
    drive(changing)
    step = changing.steps.get(key="a")
    assert (step.deadline_at, 0 < step.budget <= 600) == (None, True)


def test_a_cancel_ends_a_paused_run(changing, drive):
    holds.pause(None, factories.user(), "the bank audits")
    drive(changing)
    runs.cancel(changing.pk, changing.requested_by)
    assert drive(changing).status == "cancelled"


def test_a_freeze_holds_and_says_until_when(changing, drive):
    freeze(changing)
    drive(changing)
    step = changing.steps.get(key="a")
    assert step.note.startswith("Frozen until ")
    assert "(UTC): stock-taking." in step.note
    assert step.wake_at <= clock.now() + timedelta(minutes=5)


def test_what_a_freeze_held_goes_on_when_the_calendar_is_changed(changing, drive):
    freeze(changing)
    drive(changing)
    Calendar.objects.update(rules="")
    holds.release([changing.environment_id])
    assert drive(changing).status == "succeeded"


def test_breaking_the_glass_lets_one_run_through_and_tells_why(changing, drive):
    freeze(changing)
    other = factories.start({"a": []}, do={"a": "change"}, environment=changing.environment)
    drive(changing)
    holds.break_glass(changing.pk, changing.requested_by, "the certificate expires tonight")
    assert drive(changing).status == "succeeded"
    assert "broke the glass" in texts(changing)
    assert "the certificate expires tonight" in texts(changing)
    assert drive(other).status == "running"


def test_the_glass_breaks_no_pause(changing, drive):
    holds.pause(None, factories.user(), "the bank audits")
    holds.break_glass(changing.pk, changing.requested_by, "now")
    drive(changing)
    assert not changing.steps.get(key="a").acted


def test_who_breaks_the_glass_says_why(changing):
    with pytest.raises(Refused, match="Say why"):
        holds.break_glass(changing.pk, changing.requested_by, "  ")


def test_an_undo_waits_for_the_end_of_a_freeze(changing, drive, monkeypatch):
    drive(changing)
    freeze(changing)
    held = holds.over(changing, clock.now(), cancelling=False)
    assert isinstance(held, Held)
    assert holds.over(changing, clock.now(), cancelling=True) is None


def test_a_pause_without_a_reason_or_twice_is_refused():
    by = factories.user()
    with pytest.raises(Refused, match="Say why"):
        holds.pause(None, by, " ")
    holds.pause(None, by, "the bank audits")
    with pytest.raises(Refused, match="the bank audits"):
        holds.pause(None, by, "again")


def test_resuming_twice_is_the_same_as_once():
    by, other = factories.user(), factories.user()
    pause = holds.pause(None, by, "the bank audits")
    holds.resume(pause.pk, by)
    holds.resume(pause.pk, other)
    assert Pause.objects.get().ended_by == by


@pytest.fixture
def asked(drive):
    """A question that two people have to approve."""
    where = factories.environment(protected=True, approvals_needed=2)
    run = drive(factories.start({"a": []}, do={"a": "ask"}, environment=where))
    return Approval.objects.get(step__run=run)


def test_it_takes_as_many_people_as_the_environment_wants(asked, drive):
    approvals.answer(asked.pk, factories.user(username="kim"), True, "fine")
    assert statuses(drive(asked.step.run))["a"] == "asking"
    approvals.answer(asked.pk, factories.user(username="lee"), True)
    assert drive(asked.step.run).status == "succeeded"
    assert asked.step.run.steps.get(key="a").output == {"by": "kim, lee"}
    assert "Approved by kim (1/2): “fine”" in texts(asked.step.run)


def test_nobody_counts_twice(asked):
    kim = factories.user()
    approvals.answer(asked.pk, kim, True)
    with pytest.raises(Refused, match="You have approved this"):
        approvals.answer(asked.pk, kim, True)


def test_one_rejection_is_enough(asked, drive):
    approvals.answer(asked.pk, factories.user(), True)
    approvals.answer(asked.pk, factories.user(), False, "too late in the day")
    assert drive(asked.step.run).status == "failed"


def test_only_the_group_of_approvers_answers(asked):
    asked.step.run.environment.approvers = group = factories.group("release managers")
    asked.step.run.environment.save()
    kim = factories.user()
    with pytest.raises(Refused, match="Only members of release managers answer here"):
        approvals.answer(asked.pk, kim, True)
    kim.groups.add(group)
    approvals.answer(asked.pk, kim, True)


def test_the_vote_of_somebody_who_lost_the_right_counts_no_more(asked, drive):
    kim = factories.user()
    approvals.answer(asked.pk, kim, True)
    kim.is_active = False
    kim.save()
    approvals.answer(asked.pk, factories.user(), True)
    assert statuses(drive(asked.step.run))["a"] == "asking"


def test_the_vote_of_somebody_who_left_the_approvers_counts_no_more(asked, drive):
    where, kim, lee = asked.step.run.environment, factories.user(), factories.user()
    where.approvers = group = factories.group("release managers")
    where.save()
    for each in (kim, lee):
        each.groups.add(group)
    approvals.answer(asked.pk, kim, True)
    kim.groups.remove(group)
    approvals.answer(asked.pk, lee, True)
    assert statuses(drive(asked.step.run))["a"] == "asking"


def test_a_vote_of_before_another_group_had_to_approve_counts_no_more(asked, drive):
    where, kim, lee = asked.step.run.environment, factories.user(), factories.user()
    approvals.answer(asked.pk, kim, True)
    where.approvers = factories.group("release managers")
    where.save()
    lee.groups.add(where.approvers)
    approvals.answer(asked.pk, lee, True)
    assert statuses(drive(asked.step.run))["a"] == "asking"


def test_a_leavers_votes_are_withdrawn_and_that_is_told(asked):
    kim = factories.user(username="kim")
    approvals.answer(asked.pk, kim, True)
    approvals.withdraw_votes(kim)
    assert not asked.votes.exists()
    assert "The approval of kim counts no more" in texts(asked.step.run)


def test_a_question_lives_as_long_as_the_environment_gives(drive):
    where = factories.environment(protected=True, approval_hours=2)
    drive(factories.start({"a": []}, do={"a": "ask"}, environment=where))
    asked = Approval.objects.get()
    assert asked.expires_at - asked.asked_at == timedelta(hours=2)
