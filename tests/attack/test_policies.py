"""Policies under attack: what starts after it must not, what is lost when clocks jump, and who sees what."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from opsportal import clock, firings, policies, rights, runs, schedules
from opsportal.models import Policy, Run
from tests import factories
from tests.policies.conftest import Sent, administrator, at, due, fired, policy, sent
from tests.policies.test_pages import HERE, html, signed_in

__all__ = ["Sent", "sent"]
NOON = "2026-06-01 11:00"


def test_what_a_dead_worker_left_starts_nothing_once_the_policy_is_disabled():
    made = due(policy(), NOON)
    firings.fire(made.pk, at(NOON))  # and then the worker dies
    policies.disable(made.pk, made.edited_by)
    for pk in firings.overlooked(clock.now(), 9):
        firings.look(pk, clock.now())
    assert Run.objects.count() == 0


def test_saving_a_policy_whose_next_time_is_absurd_mends_it():
    made = policy()
    Policy.objects.filter(pk=made.pk).update(next_due=clock.now() + timedelta(days=400))
    made.refresh_from_db()
    policies.save(made, list(made.environments.all()), made.edited_by)
    assert made.next_due < clock.now() + timedelta(days=2)


def test_a_reader_of_what_a_policy_names_today_sees_no_run_of_what_it_named_before():
    ours, theirs = factories.environment(name="ours"), factories.environment(name="hidden-one")
    made = policy([ours, theirs])
    run = fired(made).runs.get(environment=theirs)
    policies.save(made, [ours], made.edited_by)
    person = factories.user("none")
    rights.give("viewer", person, ours)
    text = html(signed_in(person).get(f"{HERE}{made.pk}/"))
    assert ("hidden-one" in text, f"/run/{run.pk}/" in text) == (False, False)


def test_a_reader_sees_no_reason_about_an_environment_that_is_hidden():
    ours, theirs = factories.environment(name="ours"), factories.environment(name="hidden-one")
    person = factories.user("none")
    for place in (ours, theirs):
        rights.give("administrator", person, place)
    made = policy([ours, theirs], by=person)
    rights.give("viewer", person, theirs)
    fired(made)
    rights.give("administrator", person, theirs)
    policies.save(made, [ours], person)
    reader = factories.user("none")
    rights.give("viewer", reader, ours)
    assert "hidden-one" not in html(signed_in(reader).get(f"{HERE}{made.pk}/"))


def test_a_fault_at_one_environment_starts_the_others_and_ends_the_firing(monkeypatch):
    bad, good = factories.environment(name="a"), factories.environment(name="b")
    made, start = due(policy([bad, good]), NOON), runs.start

    def broken(book, where, *rest):
        return 1 / 0 if where == bad else start(book, where, *rest)

    monkeypatch.setattr(runs, "start", broken)
    try:
        firings.look(made.pk, clock.now())
    except ZeroDivisionError:
        pass
    assert (made.firings.get().status, Run.objects.count()) == ("started", 1)


@pytest.mark.parametrize(
    "zone", ["../../etc/passwd", "/etc/localtime", "", ".", "..", "Europe", "UTC\0", "zone.tab", "x" * 5000, "\udc80"]
)
def test_a_zone_that_is_a_path_is_refused_with_a_sentence(zone):
    with pytest.raises(schedules.Invalid):
        schedules.located(zone)


@pytest.mark.parametrize(
    "line", ["0 0 29 2 sun", "0 0 29 2 */7", "59 23 31 12 *", "0 0 */31 2-3 *", "1-59 1-23 2-31 * *"]
)
def test_beat_can_reckon_each_line_that_we_take(line):
    made = policy(cron=line)
    made.periodic_task.refresh_from_db()
    crontab = made.periodic_task.crontab.schedule
    assert crontab.is_due(clock.now()).next > 0


@pytest.mark.parametrize(
    "line", ["0 0 30 2 *", "0 0 31 4,6,9,11 *", "*/0 * * * *", "5-1 * * * *", "* * * * * *", "٣ * * * *"]
)
def test_a_line_that_never_comes_or_is_none_is_refused_quickly(line):
    begun = time.process_time()
    with pytest.raises(schedules.Invalid):
        schedules.next_after(line, "UTC", datetime(2026, 11, 26, tzinfo=UTC))
    assert time.process_time() - begun < 1


def test_an_editor_who_left_does_not_start_what_waited():
    made = policy(overlap="queue")
    first = fired(made)
    firings.fire(due(made).pk, clock.now())
    type(made.edited_by).objects.filter(pk=made.edited_by_id).update(is_active=False)
    first.runs.update(status="succeeded", ended_at=clock.now())
    firings.look(made.pk, clock.now())
    assert Run.objects.count() == 1


def test_a_token_of_one_environment_starts_nothing_elsewhere_by_a_firing_that_waited():
    ours, later = factories.environment(name="ours"), factories.environment(name="later")
    made = policy([ours], by=administrator(is_superuser=True), overlap="queue")
    first = fired(made)
    from opsportal.api.callers import Caller
    from opsportal.models import Token

    person = factories.user()
    token = Token(person=person, name="t", prefix="p", scopes=["read", "run"])
    caller = Caller(token, person, frozenset([ours.pk]))
    waiting = firings.run_now(made.pk, caller)
    policies.save(made, [ours, later], made.edited_by)
    first.runs.update(status="succeeded", ended_at=clock.now())
    firings.look(made.pk, clock.now())
    assert [run.environment.name for run in waiting.runs.all()] == ["ours"]
