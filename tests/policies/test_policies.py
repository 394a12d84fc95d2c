"""Policies are saved together with Beat's row, by who administers all of their environments."""

import json

import pytest
from django.db import IntegrityError
from django_celery_beat.models import CrontabSchedule, PeriodicTask, PeriodicTasks
from django_celery_beat.schedulers import DatabaseScheduler, ModelEntry

from config.celery import app
from opsportal import beat, clock, firings, policies, rights, schedules
from opsportal.errors import Invalid, Refused
from opsportal.models import Audit, Firing, Policy, Run
from tests import factories

from .conftest import administrator, at, due, end, fired, policy


def row(made):
    made.refresh_from_db()
    return PeriodicTask.objects.get(pk=made.periodic_task_id)


def told(action):
    return Audit.objects.filter(action=action).order_by("pk").last()


def test_a_policy_is_saved_with_beats_row_and_its_next_time():
    made = policy(name="nightly")
    task = row(made)
    assert (task.task, json.loads(task.args), task.enabled) == ("tasks.worker.fire", [made.pk], True)
    assert (task.crontab.hour, str(task.crontab.timezone)) == ("13", "Europe/Berlin")
    assert made.next_due == schedules.next_after("0 13 * * *", "Europe/Berlin", clock.now())
    assert told("policy.make").data["cron"] == "0 13 * * *"


def test_a_renamed_policy_keeps_its_row_which_has_the_new_name():
    made, by = policy(name="nightly"), administrator()
    task = row(made).pk
    made.name = "daily"
    policies.save(made, made.environments.all(), by)
    assert (row(made).pk, row(made).name) == (task, f"policy {made.pk}: daily")
    change = told("policy.change").data
    assert (change["name"], change["speaks for"][1]) == (["nightly", "daily"], str(by))


def test_a_changed_schedule_is_beats_too():
    made = policy()
    before = PeriodicTasks.last_change()
    made.cron, made.timezone = "30 4 * * mon-fri", "Asia/Seoul"
    policies.save(made, made.environments.all(), administrator())
    times = row(made).crontab
    assert (times.minute, times.hour, times.day_of_week) == ("30", "4", "1,2,3,4,5")
    assert (str(times.timezone), made.next_due.minute) == ("Asia/Seoul", 30)
    assert PeriodicTasks.last_change() > before


def test_disabling_and_enabling_keeps_beats_row_in_step():
    made, by = policy(), administrator()
    policies.disable(made.pk, by)
    assert (row(made).enabled, made.next_due, told("policy.disable").who) == (False, None, str(by))
    policies.enable(made.pk, by)
    assert (row(made).enabled, made.next_due > clock.now(), made.edited_by) == (True, True, by)
    assert told("policy.enable").who == str(by)


def test_disabling_twice_is_told_once():
    made = policy()
    for _ in range(2):
        policies.disable(made.pk, made.edited_by)
    assert Audit.objects.filter(action="policy.disable").count() == 1


def test_a_deleted_policy_takes_beats_row_along_and_leaves_its_runs():
    made = policy()
    fired(made)
    task = row(made).pk
    policies.delete(made.pk, made.edited_by)
    assert not PeriodicTask.objects.filter(pk=task).exists()
    assert (Firing.objects.count(), Run.objects.get().firing) == (0, None)
    assert told("policy.delete").data["firings"] == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"cron": "0 0 30 2 *"}, "No such day"),
        ({"cron": "at noon"}, "five fields"),
        ({"timezone": "Mars/Olympus"}, "no time zone"),
        ({"params": {"checks": []}}, "at least one check"),
        ({"params": {"checks": ["no_such"]}}, "no check “no_such”"),
        ({"params": {"checks": ["disk_idle"], "limits": {"disk_idle": {"days": 0}}}}, "1 or more"),
        ({"params": {"checks": ["disk_idle"], "limits": {"disk_idle": {"day": 3}}}}, "no such parameter"),
        ({"runbook": "no.such"}, "no runbook"),
        ({"runbook": "test.typed", "params": {}}, "Fill this in"),
        ({"tell": ["ops"]}, "neither an e-mail address nor the https:// address of a webhook"),
    ],
)
def test_what_is_wrong_gets_a_sentence_and_nothing_is_saved(fields, sentence):
    with pytest.raises(Invalid, match=sentence):
        policy(**fields)
    assert (Policy.objects.count(), PeriodicTask.objects.count()) == (0, 0)
    assert not Audit.objects.filter(kind="policy").exists()


def test_only_limits_that_are_not_as_usual_are_kept():
    limits = {"disk_idle": {"days": 14, "least": 2}, "address_idle": {"days": 14}}
    made = policy(params={"checks": ["disk_idle", "address_idle"], "limits": limits})
    assert made.params["limits"] == {"disk_idle": {"least": 2.0}}


def test_who_does_not_administer_all_environments_changes_nothing():
    person, ours, theirs = factories.user("none"), factories.environment(), factories.environment()
    rights.give("administrator", person, ours)
    rights.give("operator", person, theirs)
    made = policy([ours, theirs])
    for deed in (policies.enable, policies.disable, policies.delete):
        with pytest.raises(Refused, match="the right to change"):
            deed(made.pk, person)
    with pytest.raises(Refused, match="the right to change"):
        policies.save(made, [ours], person)
    assert not policies.covered(person, rights.ADMINISTER).exists()
    assert policies.covered(person).get() == made


def test_who_may_not_start_runs_somewhere_makes_no_policy_there():
    with pytest.raises(Refused, match="the right to start"):
        policy(by=factories.user("change_environment", "view_environment"))


def test_what_is_due_already_stays_due_when_the_policy_is_renamed():
    made = due(policy())
    made.name, made.next_due = "renamed", at("2040-01-01 00:00")  # a form that was open while it was due
    policies.save(made, made.environments.all(), made.edited_by)
    made.refresh_from_db()
    assert made.next_due == at("2026-06-01 11:00")


def test_a_policy_that_was_off_catches_nothing_up():
    made = policy()
    policies.disable(made.pk, made.edited_by)
    policies.enable(made.pk, made.edited_by)
    assert firings.fire(made.pk, clock.now()) is None


def test_what_waits_is_skipped_when_the_policy_is_disabled():
    made = policy(overlap="queue")
    fired(made)
    waiting = firings.run_now(made.pk, made.edited_by)
    policies.disable(made.pk, made.edited_by)
    end(made.firings.last())
    firings.look(made.pk, clock.now())
    waiting.refresh_from_db()
    assert (waiting.status, waiting.reason) == ("skipped", "The policy was disabled before it could start.")


CHANGES = {"name": "x", "enabled": False, "args": "[1]", "task": "x", "queue": "long"}


@pytest.mark.parametrize("name", CHANGES)
def test_nobody_else_changes_beats_row_of_a_policy(name):
    task = row(policy())
    setattr(task, name, CHANGES[name])
    with pytest.raises(IntegrityError, match="Change the policy"):
        task.save()


def test_nobody_else_deletes_beats_row_of_a_policy_nor_its_times():
    task = row(policy())
    for gone in (task, task.crontab):
        with pytest.raises(IntegrityError, match="Delete the policy"):
            gone.delete()


def test_beat_marks_its_own_row_and_goes_on_where_its_copy_is_old():
    made = policy()
    entry = ModelEntry(row(made), app=app)
    next(entry).save()
    assert row(made).total_run_count == 1
    made.name = "renamed"
    policies.save(made, made.environments.all(), made.edited_by)
    next(entry).save()
    assert row(made).name == f"policy {made.pk}: renamed"


def test_beat_reads_the_policies_beside_its_own_entries():
    made = policy(cron="*/5 * * * *")
    scheduler = DatabaseScheduler(app=app)
    assert {"pulse", "purge", row(made).name} <= set(scheduler.schedule)
    entry = scheduler.schedule[row(made).name]
    assert (entry.task, entry.args, entry.options["queue"]) == ("tasks.worker.fire", [made.pk], "engine")


def test_policies_of_the_same_times_share_them_with_beats_own_entries_and_leave_them():
    first, second = policy(), policy()
    assert row(first).crontab == row(second).crontab
    policies.delete(first.pk, first.edited_by)
    assert row(second).crontab == CrontabSchedule.objects.get()


def test_beat_looks_every_day_where_either_of_two_days_is_right():
    times = row(policy(cron="0 13 1 * mon")).crontab
    assert (times.day_of_month, times.day_of_week) == ("*", "*")


@pytest.mark.parametrize("cron", ["*/7 1-5 1,15 * *", "0 0 * jan-mar sun", "59 23 31 12 *", "1-59/2 */3 * * sat-sun"])
def test_celery_reads_a_line_as_we_do(cron):
    ours = schedules.parsed(cron)
    read = beat.times(Policy(cron=cron, timezone="UTC")).schedule
    theirs = (read.minute, read.hour, read.day_of_month, read.month_of_year, read.day_of_week)
    assert theirs == tuple(map(set, (ours.minutes, ours.hours, ours.days, ours.months, ours.weekdays)))


def test_a_policy_whose_environments_are_gone_is_for_who_administers_all():
    person, ours = factories.user("none"), factories.environment()
    rights.give("administrator", person, ours)
    made = policy([ours], by=person)
    made.environments.clear()
    with pytest.raises(Refused, match="all environments"):
        policies.delete(made.pk, person)
    policies.delete(made.pk, administrator())
    assert not Policy.objects.exists()
