"""A policy that is due fires once, whoever looks; nothing is lost by a crash or a downtime."""

import sys
import threading
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django_celery_beat.models import PeriodicTask

from opsportal import advances, approvals, clock, firings, policies, rights, runs
from opsportal.errors import Refused
from opsportal.models import Approval, Audit, Environment, Firing, Policy, Run
from tasks import pump, worker
from tests import factories

from .conftest import administrator, at, due, end, fired, policy, where

NOON = "2026-06-01 11:00"  # 13:00 in Berlin


def test_a_policy_that_is_due_starts_a_run_on_each_environment():
    places = [factories.environment(name=name) for name in ("dev", "prod")]
    made = due(policy(places), NOON)
    worker.fire(made.pk)
    firing = made.firings.get()
    assert (firing.status, where(firing)) == ("started", places)
    assert {run.params["checks"][0] for run in firing.runs.all()} == {"disk_idle"}
    assert {run.requested_by for run in firing.runs.all()} == {made.edited_by}


def test_it_is_not_due_before_its_time():
    made = due(policy(), NOON)
    assert firings.fire(made.pk, at(NOON) - timedelta(microseconds=1)) is None
    assert firings.fire(made.pk, at(NOON)).due_at == at(NOON)


def test_the_next_time_is_that_of_the_zone():
    made = due(policy(), "2026-10-24 11:00")
    firings.fire(made.pk, at("2026-10-24 11:00"))
    made.refresh_from_db()
    assert made.next_due == at("2026-10-25 12:00")


def together(*deeds):
    """Do these at once, each over a connection of its own; what they gave."""
    ready, found = threading.Barrier(len(deeds)), []

    def act(deed):
        ready.wait()
        try:
            found.append(deed())
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_any_number_of_racing_firers_fire_once():
    made, now = due(policy(), NOON), at("2026-06-01 11:00:01")
    found = together(*[lambda: firings.fire(made.pk, now)] * 6)
    assert (len(found), len([each for each in found if each])) == (6, 1)
    assert Firing.objects.count() == 1


def test_who_read_the_policy_before_another_fired_it_does_nothing(monkeypatch):
    made, following, first = due(policy(), NOON), firings.schedules.next_after, []

    def slow(*arguments):
        monkeypatch.setattr(firings.schedules, "next_after", following)
        first.append(firings.fire(made.pk, at(NOON)))
        return following(*arguments)

    monkeypatch.setattr(firings.schedules, "next_after", slow)
    assert firings.fire(made.pk, at(NOON)) is None
    assert Firing.objects.get() == first[0]


def test_racing_workers_start_each_run_once():
    made = due(policy([factories.environment() for _ in range(3)]), NOON)
    together(*[lambda: firings.look(made.pk, clock.now())] * 4)
    assert (made.firings.get().status, Run.objects.count()) == ("started", 3)


def test_after_a_downtime_one_firing_names_what_was_missed():
    made = due(policy(cron="*/30 * * * *"), NOON)
    firings.fire(made.pk, at("2026-06-01 13:10"))
    firing = made.firings.get()
    made.refresh_from_db()
    assert (firing.missed, firing.due_at, made.next_due) == (4, at("2026-06-01 13:00"), at("2026-06-01 13:30"))
    assert firing.reason == "Missed before it: 4, from 2026-06-01 11:00 UTC on. Nothing was there to fire."


def test_a_restart_loses_nothing():
    made = due(policy(), NOON)
    firings.fire(made.pk, at(NOON))  # and then the worker dies
    assert Run.objects.count() == 0
    assert list(firings.overlooked(at(NOON) + timedelta(seconds=9), 9)) == []
    assert list(firings.overlooked(at(NOON) + timedelta(seconds=10), 9)) == [made.pk]
    firings.look(made.pk, at(NOON) + timedelta(seconds=10))
    assert (made.firings.get().status, Run.objects.count()) == ("started", 1)


def test_a_worker_that_died_between_two_runs_starts_the_other_one_only(monkeypatch):
    made, start = due(policy([factories.environment() for _ in range(2)]), NOON), runs.start

    def once(*arguments):
        monkeypatch.setattr(runs, "start", lambda *_: sys.exit())
        return start(*arguments)

    monkeypatch.setattr(runs, "start", once)
    with pytest.raises(SystemExit):
        firings.look(made.pk, clock.now())
    monkeypatch.setattr(runs, "start", start)
    Policy.objects.update(params={"checks": ["address_idle"]})  # changed meanwhile
    firings.look(made.pk, clock.now())
    assert (made.firings.get().status, Run.objects.count()) == ("started", 2)


def test_the_pump_asks_for_what_is_ten_seconds_late(sent):
    made, other = policy(), policy()
    Policy.objects.filter(pk=made.pk).update(next_due=clock.now() - timedelta(seconds=11))
    Policy.objects.filter(pk=other.pk).update(next_due=clock.now() - timedelta(seconds=5))
    pump.tick()
    assert sent.policies == [made.pk]


def test_policies_that_nobody_can_fire_do_not_hide_the_others():
    for _ in range(3):
        due(policy(), NOON)
    Policy.objects.update(timezone="Mars/Olympus")
    other = due(policy(), NOON)
    found = [firings.overlooked(clock.now(), 3) for _ in range(40)]
    assert {len(set(each)) for each in found} == {3}
    assert any(other.pk in each for each in found)


def jumped(made):
    """As if it had been fired while the database's clock was a year ahead."""
    Policy.objects.filter(pk=made.pk).update(next_due=clock.now() + timedelta(days=366))
    return made


def is_right(made):
    made.refresh_from_db()
    return made.next_due <= clock.now() + timedelta(days=2)


def test_a_policy_fired_while_the_clock_was_a_year_ahead_is_put_right_by_the_pump():
    made, unknown = jumped(policy()), jumped(policy())
    Policy.objects.filter(pk=unknown.pk).update(timezone="Mars/Olympus")
    pump.tick()
    assert (is_right(made), is_right(unknown), Firing.objects.count()) == (True, False, 0)


def test_it_is_put_right_by_beats_look_too():
    made = jumped(policy())
    worker.fire(made.pk)
    assert (is_right(made), Firing.objects.count()) == (True, 0)


def test_beat_counts_from_now_where_its_own_clock_was_ahead_too():
    made, other = jumped(policy()), policy()
    PeriodicTask.objects.filter(pk=made.periodic_task_id).update(last_run_at=clock.now() + timedelta(days=366))
    PeriodicTask.objects.filter(pk=other.periodic_task_id).update(last_run_at=clock.now() - timedelta(hours=1))
    pump.tick()
    marks = [PeriodicTask.objects.get(pk=each.periodic_task_id).last_run_at for each in (made, other)]
    assert (marks[0], marks[1] is None) == (None, False)


def test_policies_are_looked_over_once_a_minute_and_when_the_clock_was_set_back():
    made, now = policy(), clock.now()
    advances.look_over(now + timedelta(days=366))
    jumped(made)
    advances.look_over(now)
    assert is_right(made)
    jumped(made)
    advances.look_over(now + timedelta(seconds=59))
    assert not is_right(made)
    advances.look_over(now + timedelta(seconds=60))
    assert is_right(made)


def test_a_look_by_an_older_time_fires_nothing_twice():
    made = due(policy(), NOON)
    firings.fire(made.pk, at(NOON))
    firings.look(made.pk, at(NOON) - timedelta(seconds=1))
    firings.look(made.pk, at(NOON))
    made.refresh_from_db()
    assert (made.next_due, Firing.objects.count()) == (at("2026-06-02 11:00"), 1)


def test_the_pump_asks_one_query_when_there_is_nothing(django_assert_num_queries):
    now = policy().next_due
    with django_assert_num_queries(1):
        assert list(firings.overlooked(now, 200)) == []


def test_a_disabled_policy_never_fires():
    made = due(policy(), NOON)
    policies.disable(made.pk, made.edited_by)
    assert firings.fire(made.pk, clock.now()) is None


def test_a_host_that_does_not_know_the_zone_leaves_it_to_another_one():
    made = due(policy(), NOON)
    Policy.objects.update(timezone="Mars/Olympus")
    firings.look(made.pk, clock.now())
    made.refresh_from_db()
    assert (made.next_due, Firing.objects.count()) == (at(NOON), 0)


def test_a_clock_that_was_set_back_fires_no_time_twice():
    made = due(policy(), NOON)
    firings.fire(made.pk, at(NOON))
    due(made, NOON)
    assert firings.fire(made.pk, at(NOON)) is None
    made.refresh_from_db()
    assert (made.next_due, Firing.objects.count()) == (at("2026-06-02 11:00"), 1)


def test_a_firing_is_skipped_while_runs_of_the_one_before_are_open():
    made = policy(overlap="skip")
    run = fired(made).runs.get()
    second = firings.fire(due(made).pk, clock.now())
    assert second.status == "skipped"
    assert second.reason.endswith(f"Runs of the firing before it are still open: {run.pk}.")
    assert Run.objects.count() == 1


def test_a_firing_waits_and_starts_when_the_one_before_has_ended(sent):
    made = policy(overlap="queue")
    first = fired(made)
    second = firings.fire(due(made).pk, clock.now())
    firings.look(made.pk, clock.now())
    pump.tick()
    second.refresh_from_db()
    assert (second.status, second.runs.count(), sent.policies) == ("waiting", 0, [])
    end(first)
    assert list(firings.overlooked(clock.now(), 9)) == [made.pk]
    firings.look(made.pk, clock.now())
    second.refresh_from_db()
    assert (second.status, second.runs.count()) == ("started", 1)


def test_one_firing_waits_at_most():
    made = policy(overlap="queue")
    fired(made)
    waiting = firings.fire(due(made, "2026-06-01 11:00").pk, at("2026-06-01 11:00"))
    third = firings.fire(due(made, "2026-06-02 11:00").pk, at("2026-06-02 11:00"))
    assert (waiting.status, third.status) == ("waiting", "skipped")


def test_racing_workers_start_what_waited_once():
    made = policy(overlap="queue")
    first = fired(made)
    waiting = firings.run_now(made.pk, made.edited_by)
    end(first)
    together(*[lambda: firings.look(made.pk, clock.now())] * 4)
    assert Run.objects.filter(firing=waiting).count() == 1


def test_an_environment_where_the_editor_lost_the_right_is_named_and_the_others_go_on():
    person = factories.user("none")
    ours, lost = factories.environment(name="ours"), factories.environment(name="lost")
    for place in (ours, lost):
        rights.give("administrator", person, place)
    made = policy([ours, lost], by=person)
    rights.give("viewer", person, lost)
    firing = fired(made)
    assert (firing.status, where(firing)) == ("started", [ours])
    assert firing.reason.endswith(f"lost: {person} has no right to start runs there.")


def test_a_policy_whose_editor_left_starts_nothing_and_says_so():
    made = policy([factories.environment(name="dev")])
    User.objects.filter(pk=made.edited_by_id).update(is_active=False)
    firing = fired(made)
    assert (firing.status, firing.runs.count()) == ("failed", 0)
    assert f"dev: {made.edited_by} has left. Save the policy anew" in firing.reason


def test_a_policy_without_environments_or_with_a_runbook_that_is_gone_says_so():
    gone, empty = policy(), policy()
    Policy.objects.filter(pk=gone.pk).update(runbook="no.such")
    empty.environments.clear()
    assert "There is no runbook “no.such”." in fired(gone).reason
    assert "names no environment any more" in fired(empty).reason


def test_the_last_editor_does_not_approve_what_the_policy_asks():
    where = factories.environment(protected=True)
    made = policy([where], by=administrator(is_superuser=True))
    step = factories.step(fired(made).runs.get(), "a", status="asking")
    factories.approval(step)
    with pytest.raises(Refused):
        approvals.answer(Approval.objects.get().pk, made.edited_by, True)


def test_run_now_starts_at_once_for_who_pressed_it():
    made, by = policy(), factories.user()
    firing = firings.run_now(made.pk, by)
    assert (firing.status, firing.by, firing.runs.get().requested_by) == ("started", by, by)
    assert Audit.objects.get(action="policy.run").who == str(by)
    assert Audit.objects.filter(action="run.start").get().who == f"{by} by “{made}”"


def test_run_now_is_refused_while_the_one_before_is_open_where_the_policy_skips():
    made = policy(overlap="skip")
    run = fired(made).runs.get()
    with pytest.raises(Refused, match=f"still open: {run.pk}"):
        firings.run_now(made.pk, made.edited_by)
    assert Firing.objects.count() == 1


def test_run_now_with_the_same_key_gives_the_same_firing():
    made, by = policy(overlap="queue"), factories.user()
    first, again = (firings.run_now(made.pk, by, "k") for _ in range(2))
    other, somebody = firings.run_now(made.pk, by, "l"), firings.run_now(policy().pk, factories.user(), "k")
    assert (first, Audit.objects.filter(action="policy.run").count()) == (again, 3)
    assert len({first.pk, other.pk, somebody.pk}) == Firing.objects.count() == 3


def test_a_key_is_the_callers_own():
    made = policy(overlap="queue")
    first, second = (firings.run_now(made.pk, factories.user(), "k") for _ in range(2))
    assert first != second


def test_racing_requests_with_one_key_make_one_firing():
    made, by = policy(overlap="queue"), factories.user()
    found = together(*[lambda: firings.run_now(made.pk, by, "k")] * 4)
    assert (len(found), len(set(found)), Run.objects.count()) == (4, 1, 1)


def test_a_key_is_free_again_after_seven_days():
    made, by = policy(), factories.user()
    first = firings.run_now(made.pk, by, "k")
    end(first)
    Firing.objects.update(due_at=clock.now() - timedelta(days=8))
    assert firings.run_now(made.pk, by, "k") != first


def test_run_now_takes_the_right_to_start_runs_on_all_its_environments():
    person, ours, theirs = factories.user("none"), factories.environment(), factories.environment()
    rights.give("operator", person, ours)
    made = policy([ours, theirs])
    with pytest.raises(Refused, match="the right to start"):
        firings.run_now(made.pk, person)
    assert Firing.objects.count() == 0


def test_starting_the_runs_again_starts_no_second_one_whatever_was_renamed():
    made = policy()
    firing = fired(made)
    Environment.objects.update(name="renamed")
    Policy.objects.update(name="renamed")
    firings.start_runs(Firing.objects.get())
    assert (firing.runs.get().caller, Run.objects.count()) == (f"policy:{made.pk}", 1)
