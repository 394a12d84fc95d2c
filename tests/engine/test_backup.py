"""One file of everything, and everything from one file."""

import json
import os
import stat
import threading
from datetime import timedelta
from io import StringIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import Error, IntegrityError, connection

from opsportal import claims, clock, steps
from opsportal.errors import Lost
from opsportal.models import (
    Audit,
    Environment,
    Event,
    Finding,
    Firing,
    Heartbeat,
    Page,
    Pause,
    Policy,
    Price,
    Run,
    SlackMessage,
    Step,
)
from opsportal.upkeep import aftermath, backup, restore
from tests import audits, factories
from tests.engine.conftest import numbers


@pytest.fixture(autouse=True)
def _guarded(transactional_db):
    """A restore leaves the audit's triggers in place, which would keep the tables from being emptied after the test."""
    yield
    audits.is_kept()
    audits.may_be_emptied()


@pytest.fixture
def file(tmp_path):
    return tmp_path / "backup.zip"


def taken(file):
    call_command("backup", str(file), stdout=StringIO())
    return file


def brought_back(file, *words):
    out = StringIO()
    call_command("restore", str(file), "--replace", *words, stdout=out)
    return out.getvalue()


def everything():
    """All rows of all tables that a backup holds, but for what a restore changes on purpose."""
    changed = {"opsportal.step": {"fence"}, "opsportal.run": set()}
    found = {}
    for model in backup.kept(apps):
        name = model._meta.label_lower
        if name not in ("opsportal.pause", "opsportal.audit"):
            columns = [column for column in backup.columns(model) if column not in changed.get(name, ())]
            found[name] = list(model._base_manager.order_by("pk").values_list(*columns))
    return found


def rewritten(file, change):
    """The file with its header and rows changed, and a digest that fits again."""
    with ZipFile(file) as archive:
        header, rows = json.loads(archive.read(backup.HEADER)), archive.read(backup.ROWS)
    rows = change(header, rows) or rows
    header["sha256"] = backup.hashlib.sha256(rows).hexdigest()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        archive.writestr(backup.ROWS, rows)
        archive.writestr(backup.HEADER, json.dumps(header))


def test_everything_comes_back_as_it_was(drive, file):
    run = drive(factories.start({"a": [], "b": ["a"]}, do={"a": "say:3", "b": "change"}))
    factories.environment(name="old", variables={"ümläut": "“ß” 🚀", "n": 1.5, "yes": True})
    factories.line(run, "a line\nwith “quotes”, \\ and 🚀", data={"deep": [None, {"x": "1"}]})
    before = everything()
    taken(file)
    Run.objects.all().delete()
    Environment.objects.all().delete()
    brought_back(file)
    assert everything() == before


def test_policies_with_beats_rows_findings_and_prices_come_back_as_they_were(file, settings):
    settings.EMAIL_FROM = "opsportal@example.com"
    run = factories.run(status="succeeded")
    policy = factories.policy([run.environment], tell=["ops@example.com"])
    factories.notice(policy, run)
    price = {"service": "ec2", "item": "t3.micro", "unit": "hour", "region": "eu-central-1", "usd": "0.012"}
    Price.objects.create(**price, as_of="2026-11-01")
    factories.finding(seen_run=run, price=price, tags={"Owner": "ümläut"}, until=clock.now())
    before = everything()
    taken(file)
    for model in (Policy, Finding, Price):
        model.objects.all().delete()
    brought_back(file)
    assert everything() == before
    assert Firing.objects.get().policy.periodic_task.enabled


def test_what_was_to_be_told_is_not_told_twice(file):
    run = factories.run(status="succeeded")
    waiting = {"status": "waiting", "due_at": clock.now(), "error": ""}
    notice = factories.notice(factories.policy([run.environment]), run, **waiting)
    Firing.objects.update(told=-1)
    brought_back(taken(file))
    notice.refresh_from_db()
    assert (notice.status, notice.due_at) == ("failed", None)
    assert notice.error == "Restored from a backup: it may have arrived since."
    assert Firing.objects.get().told is None


def test_what_may_stand_in_slack_already_is_looked_for_before_it_is_posted(file):
    run = factories.run()
    SlackMessage.objects.create(run=run, channel="C0123456", due_at=clock.now())
    posted = SlackMessage.objects.create(run=run, about="end:3", channel="C0123456", ts="1.2", due_at=clock.now())
    SlackMessage.objects.create(run=run, about="end:4", channel="C0123456", cursor="place")  # given up
    told = SlackMessage.objects.create(run=factories.run(), channel="C0123456", ts="1.1", due_at=clock.now())
    brought_back(taken(file))
    looked_for = SlackMessage.objects.exclude(pk=told.pk)
    assert set(looked_for.values_list("posting_at", "cursor")) == {(run.created_at, "")}
    assert SlackMessage.objects.get(pk=told.pk).posting_at is None
    posted.refresh_from_db()
    assert posted.ts == "1.2"


def test_what_a_sweep_is_reading_is_not_kept_for_aws_has_gone_on(file):
    Page.objects.create(step=factories.step(factories.run(), "a"), call="c", number=0, content=b"\x00\xff")
    brought_back(taken(file))
    assert not Page.objects.exists()


def test_automatic_times_are_those_of_the_backup(file):
    where = factories.environment()
    Environment.objects.filter(pk=where.pk).update(changed_at=clock.now() - timedelta(days=9))
    before = Environment.objects.get(pk=where.pk)
    brought_back(taken(file))
    after = Environment.objects.get(pk=where.pk)
    assert (after.changed_at, after.created_at) == (before.changed_at, before.created_at)


def test_only_its_owner_may_read_the_file(file):
    taken(file)
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600


def test_a_backup_that_fails_leaves_the_last_one_and_nothing_else(file, monkeypatch):
    content = taken(file).read_bytes()
    monkeypatch.setattr(backup, "release", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        backup.write(file)
    assert file.read_bytes() == content
    assert list(file.parent.iterdir()) == [file]


def test_a_file_that_cant_be_written_is_said_with_its_name(tmp_path):
    with pytest.raises(CommandError, match=r"nowhere/x can't be written: No such file or directory\."):
        call_command("backup", str(tmp_path / "nowhere/x"))


def test_it_holds_one_moment_however_long_it_takes():
    factories.environment()
    other = threading.Thread(target=lambda: (factories.environment(), connection.close()))
    with backup.snapshot():
        before = Environment.objects.count()
        other.start()
        other.join()
        assert Environment.objects.count() == before
    assert Environment.objects.count() == before + 1


def test_nobody_who_writes_waits_for_a_backup():
    factories.environment()
    with backup.snapshot():
        Environment.objects.count()
        other = threading.Thread(target=lambda: (factories.environment(), connection.close()))
        other.start()
        other.join(5)
        assert not other.is_alive()


def test_the_header_says_what_the_file_holds(file):
    run = factories.run()
    with ZipFile(taken(file)) as archive:
        header = json.loads(archive.read(backup.HEADER))
    assert header["counts"]["opsportal.run"] == 1
    assert header["highest"]["opsportal.run"] == run.pk
    assert "opsportal.0005_retention" in header["migrations"]
    assert not {"sessions.session", "opsportal.heartbeat"} & set(header["counts"])


def test_a_database_in_use_is_not_replaced_without_the_word(file):
    factories.environment()
    taken(file)
    with pytest.raises(CommandError, match=r"not empty: it has rows of opsportal\.environment.*--replace"):
        call_command("restore", str(file))


def test_workers_have_to_be_stopped_first(file):
    taken(file)
    Heartbeat.objects.create(name="pump", at=clock.now())
    with pytest.raises(CommandError, match=r"A worker was at work \d s ago\. Stop opsportal on every host first\."):
        brought_back(file)


DAMAGES = {
    "cut": lambda content: content[: len(content) // 2],
    "changed": lambda content: content[:400] + bytes(byte ^ 255 for byte in content[400:420]) + content[420:],
    "empty": lambda content: b"",
    "another file": lambda content: b"CREATE TABLE x (id int);" * 99,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_file_is_refused_and_nothing_done(file, damage):
    factories.environment()
    file.write_bytes(damage(taken(file).read_bytes()))
    before = everything()
    with pytest.raises(CommandError, match="is damaged"):
        brought_back(file)
    assert everything() == before
    assert not Pause.objects.exists()


def test_rows_that_are_not_those_of_the_header_are_refused(file):
    with ZipFile(taken(file)) as archive:
        header, rows = archive.read(backup.HEADER), archive.read(backup.ROWS)
    with ZipFile(file, "w") as archive:
        archive.writestr(backup.HEADER, header)
        archive.writestr(backup.ROWS, rows + b"{}\n")
    with pytest.raises(CommandError, match="its rows are not those it was written with"):
        brought_back(file)


def test_a_missing_file_is_said_with_its_name(tmp_path):
    with pytest.raises(CommandError, match=r"nothing can't be read: No such file or directory\."):
        brought_back(tmp_path / "nothing")


def test_a_backup_of_a_newer_release_is_refused(file):
    rewritten(taken(file), lambda header, rows: header["migrations"].append("opsportal.9999_later"))
    with pytest.raises(CommandError, match=r"newer than this one, which lacks opsportal\.9999_later\. Upgrade first"):
        brought_back(file)


def test_a_backup_of_an_older_release_names_the_commands_that_let_it_in(file):
    *_, before, last = [name for name in backup.migrations() if name.startswith("opsportal.")]
    rewritten(taken(file), lambda header, rows: header["migrations"].remove(last))
    with pytest.raises(CommandError, match=f"Run: manage.py migrate {before.replace('.', ' ')}. Then restore"):
        brought_back(file)


def test_a_restore_that_fails_half_way_leaves_everything_as_it_was(file):
    factories.line(factories.run(), "one line")

    def twice(header, rows):
        line = next(line for line in rows.splitlines(keepends=True) if b"one line" in line)
        return rows.replace(line, line + line)

    rewritten(taken(file), twice)
    before = everything()
    with pytest.raises(IntegrityError):
        brought_back(file)
    assert everything() == before
    assert not Pause.objects.exists()


def test_all_changes_are_paused_and_the_reason_names_the_backup(file):
    factories.environment()
    brought_back(taken(file))
    pause = Pause.objects.get()
    assert (pause.environment, pause.by, pause.ended_at) == (None, None, None)
    assert pause.reason.startswith("Restored from backup.zip, as everything was at 20")
    assert Audit.objects.filter(action="pause.begin", object_id=pause.pk).exists()


def test_a_step_that_was_running_is_looked_at_again_later_than_any_call_of_before(file):
    step = claimed(factories.start({"a": []}))
    brought_back(taken(file))
    after = Step.objects.get(pk=step.pk)
    assert (after.status, after.lease_until, after.takeovers) == ("due", None, 0)
    assert after.wake_at > clock.now() + timedelta(seconds=aftermath.CALL - 10)
    assert claims.claim(step.pk) is None


def test_a_worker_that_lived_on_writes_nothing_even_when_it_claimed_after_the_backup(file):
    step = claimed(factories.start({"a": []}))
    taken(file)
    Step.objects.filter(pk=step.pk).update(lease_until=clock.now() - timedelta(seconds=1))
    living = claims.claim(step.pk)
    brought_back(file)
    Step.objects.filter(pk=step.pk).update(wake_at=clock.now())
    assert claims.claim(step.pk).fence > living.fence
    with pytest.raises(Lost):
        steps.update(living, note="I am still here")


def test_deadlines_stand_still_between_the_backup_and_its_return(file):
    step = claimed(factories.start({"a": []}))
    end = clock.now() + timedelta(minutes=5)
    Step.objects.filter(pk=step.pk).update(deadline_at=end)
    long_ago = (clock.now() - timedelta(days=3)).isoformat()
    rewritten(taken(file), lambda header, rows: header.update(taken_at=long_ago))
    brought_back(file)
    assert Step.objects.get(pk=step.pk).deadline_at > end + timedelta(days=2.9)


def test_an_open_run_says_that_it_was_brought_back_without_a_gap(file):
    run = factories.run()
    factories.line(run, "before")
    brought_back(taken(file))
    run.refresh_from_db()
    assert numbers(run) == list(range(1, run.events + 1))
    assert run.lines.last().text.startswith("Restored from backup.zip")


def test_no_number_of_a_run_a_step_or_a_question_is_given_twice(file):
    taken(file)
    lost = factories.start({"a": []}).steps.get()
    asked = factories.approval(lost)
    brought_back(file)
    fresh = factories.start({"a": []}).steps.get()
    assert factories.approval(fresh).pk > asked.pk + 1000
    assert fresh.run_id > lost.run_id + 1000
    assert fresh.pk > lost.pk + 1000


def test_new_rows_of_every_other_table_get_the_next_number(file):
    last = factories.environment()
    Event.objects.all().delete()
    brought_back(taken(file))
    assert factories.environment().pk > last.pk


def test_the_audit_is_guarded_again(file):
    audits.is_kept()
    Audit.objects.create(at=clock.now(), who="olga", action="sign.in")
    brought_back(taken(file))
    with pytest.raises(Error, match="30 days"):
        Audit.objects.all().delete()


def test_what_the_databases_own_tool_brought_back_is_settled_too():
    step = claimed(factories.start({"a": []}))
    call_command("restore", "--settle", "2026-11-21T03:00Z", stdout=StringIO())
    assert Pause.objects.get().reason.startswith(
        "Restored from a copy of the database, as everything was at 2026-11-21"
    )
    assert Step.objects.get(pk=step.pk).status == "due"
    with pytest.raises(Lost):
        steps.update(step, note="I am still here")


def test_pages_of_rows_follow_each_other_without_a_gap(file, monkeypatch):
    monkeypatch.setattr(backup, "PAGE", 3)
    monkeypatch.setattr(restore, "BATCH", 3)
    run = factories.run()
    for n in range(10):
        factories.line(run, f"line {n}")
    before = everything()
    brought_back(taken(file))
    assert len(before["opsportal.event"]) == 10
    assert run.lines.count() == 11


def claimed(run):
    """The run's first step, held by a worker."""
    return claims.claim(run.steps.first().pk)
