"""What leaves by age, and what stays."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from pydantic import ValidationError

from config.env import Env
from opsportal import clock, history
from opsportal.models import (
    Approval,
    Audit,
    Event,
    Finding,
    FindingChange,
    Firing,
    Heartbeat,
    Intent,
    Page,
    Run,
    Step,
    Vote,
)
from opsportal.upkeep import outdated, retention
from tasks import pump, worker
from tests import factories

DAY = timedelta(days=1)
LATER = ["runs", "audit", "pages", "firings", "unwatched", "findings"]


def ago(days):
    return clock.now() - days * DAY


def ended(days, where, **fields):
    """A run that ended so many days ago, with two steps, a line of then, an intent and an answered question."""
    at = ago(days)
    run = factories.run(environment=where, status="succeeded", created_at=at, ended_at=at, **fields)
    step = factories.step(run, "a", status="succeeded")
    factories.step(run, "b", status="succeeded")
    factories.line(run, "long ago", at=at)
    Intent.objects.create(step=step, try_no=1, n=1, phase="do", call="c", digest="d", token="t", sent_at=at)
    asked = factories.approval(step, status="approved")
    Vote.objects.create(approval=asked, by=factories.user(), approve=True, digest="d", at=at)
    return run


def history_of(where, days):
    """So many younger runs there that usual times are made of."""
    return [ended(days, where) for _ in range(history.RUNS)]


def purge(*words):
    out = StringIO()
    call_command("purge", *words, stdout=out)
    return out.getvalue().strip()


def test_old_lines_leave_and_their_run_is_marked():
    run = ended(91, factories.environment())
    factories.line(run, "yesterday", at=ago(1))
    assert purge() == "Left: 1 lines, 0 runs, 0 audit entries, 0 firings, 0 findings."
    run.refresh_from_db()
    assert [line.text for line in run.lines.all()] == ["yesterday"]
    assert run.purged_at


def test_lines_of_an_open_run_stay_however_old():
    run = factories.run(created_at=ago(400))
    factories.line(run, "long ago", at=ago(400))
    purge()
    run.refresh_from_db()
    assert run.lines.count() == 1
    assert run.purged_at is None


def test_an_old_run_leaves_with_all_that_belongs_to_it():
    where = factories.environment()
    ended(366, where)
    young = history_of(where, 10)
    purge()
    assert set(Run.objects.all()) == set(young)
    for model, each in ((Step, 2), (Intent, 1), (Approval, 1), (Vote, 1), (Event, 1)):
        assert model.objects.count() == each * len(young)


def test_runs_that_usual_times_are_made_of_stay_however_old():
    where = factories.environment()
    _left, *others = [ended(500 - n, where) for n in range(history.RUNS + 1)]
    purge()
    assert set(Run.objects.all()) == set(others)


def test_an_open_run_stays_however_old():
    where = factories.environment()
    run = factories.run(environment=where, created_at=ago(500))
    history_of(where, 10)
    purge()
    assert Run.objects.filter(pk=run.pk).exists()


def test_a_run_with_more_lines_than_a_batch_leaves_in_several(settings, monkeypatch):
    settings.RETENTION_EVENTS_DAYS = 0
    monkeypatch.setattr(retention, "LINES", 3)
    where = factories.environment()
    run = ended(366, where)
    for n in range(10):
        factories.line(run, f"line {n}", at=ago(366))
    history_of(where, 10)
    purge()
    assert Event.objects.count() == Run.objects.count() == history.RUNS


def test_a_run_that_is_tried_again_while_it_is_about_to_leave_stays():
    run = ended(366, factories.environment())
    Run.objects.filter(pk=run.pk).update(status="running", ended_at=None)
    assert retention.alone(lambda: retention.take_runs([run.pk])) == 0
    assert Run.objects.filter(pk=run.pk).exists()


def test_old_entries_of_the_audit_leave():
    _left, young = (Audit.objects.create(at=ago(days), who="olga", action="sign.in") for days in (731, 729))
    purge()
    assert list(Audit.objects.filter(action="sign.in")) == [young]


def test_zero_days_mean_for_ever(settings):
    settings.RETENTION_EVENTS_DAYS = settings.RETENTION_RUNS_DAYS = settings.RETENTION_AUDIT_DAYS = 0
    settings.RETENTION_FIRINGS_DAYS = settings.RETENTION_FINDINGS_DAYS = 0
    where = factories.environment()
    ended(9000, where)
    closed(9000)
    fired(factories.policy([where]), 9000, 8999)
    history_of(where, 10)
    assert purge("--dry-run") == purge().replace("Left", "Would leave")
    assert Run.objects.count() == history.RUNS + 1


def test_a_dry_run_says_what_would_leave_and_takes_nothing():
    where = factories.environment()
    ended(366, where)
    history_of(where, 100)
    assert (
        purge("--dry-run") == f"Would leave: {history.RUNS + 1} lines, 1 runs, 0 audit entries, 0 firings, 0 findings."
    )
    assert Run.objects.count() == Event.objects.count() == history.RUNS + 1


def test_a_purge_begins_once_a_day_whoever_fires_it():
    now = clock.now()
    assert not retention.begin(now)
    assert not retention.begin(now + timedelta(hours=19))
    assert [retention.begin(now + DAY) for _ in range(3)] == [True, False, False]


def test_the_pump_fires_it_when_beat_is_silent_for_more_than_a_day(monkeypatch):
    sent = []
    monkeypatch.setattr(pump, "send_purge", lambda: sent.append("purge"))
    pump.tick()
    assert not sent
    Heartbeat.objects.filter(name="pump").update(at=clock.now() - timedelta(seconds=5))
    Heartbeat.objects.filter(name="purge").update(at=ago(2))
    pump.tick()
    assert sent == ["purge"]


@pytest.fixture
def messages(monkeypatch):
    """What a task would send, in order: its arguments, queue and delay."""
    sent = []
    monkeypatch.setattr(worker.current_app, "send_task", lambda name, args, **options: sent.append((args, options)))
    return sent


def test_each_batch_sends_the_next_so_that_no_worker_is_held(monkeypatch, messages):
    monkeypatch.setattr(retention, "LINES", 2)
    run = ended(91, factories.environment())
    for n in range(5):
        factories.line(run, f"line {n}", at=ago(91))
    retention.begin(ago(2))
    worker.purge()
    for args, options in messages:  # grows meanwhile
        assert options["queue"] == "notify"
        worker.purge(*args)
    assert not run.lines.exists()
    assert [args[0] for args, _ in messages] == ["lines"] * 3 + LATER


def test_what_a_sweep_has_read_leaves_once_its_step_has_ended_without_dropping_it(monkeypatch):
    monkeypatch.setattr(retention, "PAGES", 2)
    run = factories.run()
    over, open_ = factories.step(run, "over", status="failed"), factories.step(run, "open", status="due")
    for number in range(3):
        Page.objects.create(step=over, call="c", number=number, content=b"")
    Page.objects.create(step=open_, call="c", number=0, content=b"")

    purge()

    assert list(Page.objects.values_list("step__key", flat=True)) == ["open"]


def fired(policy, *days, **fields):
    """Firings of this policy so many days ago."""
    known = {"policy": policy, "status": "started"} | fields
    return [Firing.objects.create(due_at=ago(each), fired_at=ago(each), **known) for each in days]


def test_old_firings_leave_but_the_last_of_each_policy_and_their_runs_stay():
    often, seldom = (factories.policy([factories.environment()]) for _ in range(2))
    old, young = fired(often, 366, 364)
    (only,) = fired(seldom, 900)
    run = factories.run(status="succeeded", ended_at=ago(1), firing=old)
    assert purge("--dry-run").endswith("1 firings, 0 findings.")
    purge()
    run.refresh_from_db()
    assert set(Firing.objects.all()) == {young, only}
    assert run.firing is None


def test_a_firing_that_waits_or_whose_runs_are_open_stays():
    policy = factories.policy([factories.environment()])
    (running,), (waiting,) = fired(policy, 500), fired(policy, 499, status="waiting")
    fired(policy, 498, 1)
    factories.run(firing=running)
    purge()
    assert {running, waiting} < set(Firing.objects.all())
    assert Firing.objects.count() == 3


def test_firings_leave_in_batches(monkeypatch):
    monkeypatch.setattr(outdated, "FIRINGS", 2)
    fired(factories.policy([factories.environment()]), *range(405, 400, -1), 1)
    purge()
    assert Firing.objects.count() == 1


def closed(days, **fields):
    return factories.finding(**{"state": "closed", "closed_at": ago(days)} | fields)


def test_findings_that_were_closed_long_ago_leave_with_their_history(monkeypatch):
    monkeypatch.setattr(outdated, "FINDINGS", 2)
    for days in range(366, 371):
        closed(days)
    young, standing = closed(364), factories.finding(opened_at=ago(900))
    assert purge("--dry-run").endswith("0 firings, 5 findings.")
    purge()
    assert set(Finding.objects.all()) == {young, standing}
    assert FindingChange.objects.count() == 2


def test_a_finding_that_is_opened_again_while_it_is_about_to_leave_stays():
    finding = closed(400)
    Finding.objects.filter(pk=finding.pk).update(state="open", closed_at=None)
    assert retention.alone(lambda: outdated.take_findings([finding.pk], ago(365))) == 0
    assert Finding.objects.filter(pk=finding.pk).exists()


def test_findings_stay_for_the_weeks_that_home_tells_of():
    with pytest.raises(ValidationError, match="use 0 or at least 90"):
        Env(retention_findings_days=83)
