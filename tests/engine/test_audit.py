"""The audit: who did what, in the same transaction, never changed."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader

from opsportal import approvals, audit, clock, holds, rights, runs, undoing
from opsportal.errors import Refused
from opsportal.models import Audit, Calendar, Environment
from tests import audits, factories

CHANGES = {"a": "change"}


def told(kind=None):
    """Actions in order, without how the test's rows were made."""
    rows = Audit.objects.exclude(action__in=("row.make",)).order_by("pk")
    rows = rows.filter(kind=kind) if kind else rows
    return [row.action for row in rows if row.data.get("user_permissions") is None]


def last(action):
    return Audit.objects.filter(action=action).latest("pk")


@pytest.fixture
def guarded():
    audits.is_kept()
    yield
    audits.may_be_emptied()


def entry(days=0):
    row = Audit(at=clock.now() - timedelta(days=days), who="kim", action="run.start")
    row.save()
    return row


def test_an_entry_is_refused_a_change_and_a_deletion():
    row = entry()
    row.who = "somebody else"
    with pytest.raises(Refused, match="never changed"):
        row.save()
    with pytest.raises(Refused, match="never deleted"):
        row.delete()


def test_the_database_refuses_every_change(guarded):
    row = entry(days=400)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Audit.objects.filter(pk=row.pk).update(who="somebody else")
    assert Audit.objects.get(pk=row.pk).who == "kim"


def test_the_database_keeps_an_entry_for_thirty_days(guarded):
    row = entry(days=29)
    with pytest.raises(DatabaseError, match="30 days"), transaction.atomic():
        Audit.objects.filter(pk=row.pk).delete()
    assert Audit.objects.filter(pk=row.pk).exists()


def test_the_database_lets_go_of_an_older_entry(guarded):
    row = entry(days=31)
    Audit.objects.filter(pk=row.pk).delete()
    assert not Audit.objects.filter(pk=row.pk).exists()


def test_the_migration_goes_back_and_forth(guarded):
    call_command("migrate", "opsportal", "0004_cache", verbosity=0)
    Audit.objects.filter(pk=entry().pk).delete()
    tables = MigrationLoader(connection).project_state([("opsportal", "0004_cache")]).apps
    rows = tables.get_model("opsportal", "Environment").objects
    rows.create(name="old", account="123456789012", regions=["eu-central-1"])
    call_command("migrate", "opsportal", verbosity=0)
    assert Environment.objects.get(name="old").history.count() == 1
    with pytest.raises(DatabaseError, match="30 days"), transaction.atomic():
        Audit.objects.filter(pk=entry().pk).delete()


def test_what_people_do_to_a_run_is_told(drive):
    run = drive(factories.start({"a": []}, do={"a": "ask"}))
    runs.cancel(run.pk, run.requested_by)
    runs.cancel(run.pk, run.requested_by)
    drive(run)
    runs.retry(run.pk, run.requested_by)
    assert told("run") == ["run.start", "run.cancel", "run.retry"]
    row = last("run.start")
    assert (row.who, row.user_id) == (str(run.requested_by), run.requested_by_id)
    assert (row.object_id, row.what, row.environment_id) == (run.pk, str(run), run.environment_id)
    assert row.address is None


def test_starting_again_with_the_same_key_tells_it_once():
    by, where = factories.user(), factories.environment()
    for _ in range(2):
        factories.start({"a": []}, by=by, environment=where, key="once")
    assert told("run") == ["run.start"]


def test_what_is_refused_is_not_told(drive):
    run = drive(factories.start({"a": []}))
    with pytest.raises(Refused):
        runs.retry(run.pk, run.requested_by)
    assert told("run") == ["run.start"]


def test_an_undo_is_told(drive):
    run = drive(factories.start({"a": []}, do=CHANGES))
    undoing.undo(run.pk, run.requested_by)
    assert told("run")[-1] == "run.undo"


def test_a_vote_is_told_with_its_reason(drive):
    run = drive(factories.start({"a": []}, do={"a": "ask"}))
    question = run.steps.get(key="a").approvals.get()
    approvals.answer(question.pk, factories.user(), False, "not on a Friday")
    row = last("question.reject")
    assert (row.object_id, row.data["step"], row.data["reason"]) == (run.pk, "a", "not on a Friday")
    assert row.data["question"] == question.question


def test_pauses_and_broken_glass_are_told():
    run = factories.start({"a": []}, do=CHANGES)
    by = run.requested_by
    pause = holds.pause(run.environment, by, "the bank audits")
    holds.resume(pause.pk, by)
    holds.resume(pause.pk, by)
    holds.break_glass(run.pk, by, "the certificate expires tonight")
    assert told() == ["run.start", "pause.begin", "pause.end", "run.glass"]
    assert last("pause.begin").environment == run.environment.name
    assert last("run.glass").data == {"reason": "the certificate expires tonight"}


def test_what_is_undone_with_its_transaction_is_not_told():
    with transaction.atomic():
        holds.pause(None, factories.user(), "the bank audits")
        transaction.set_rollback(True)
    assert told() == []


def test_an_edit_of_an_environment_is_told_by_field():
    where = factories.environment()
    where.regions, where.approvers = ["us-east-1"], factories.group("bank")
    where.save()
    where.save()
    rows = Audit.objects.filter(kind="environment", object_id=where.pk, action="row.change")
    assert [row.data for row in rows] == [{"regions": [["eu-central-1"], ["us-east-1"]], "approvers": [None, "bank"]}]


def test_an_edit_on_a_host_whose_clock_is_behind_has_the_right_before():
    where = factories.environment(changes_at_once=1)
    where.changes_at_once, where._history_date = 2, clock.now() + timedelta(seconds=9)
    where.save()
    where.changes_at_once, where._history_date = 3, clock.now()
    where.save()
    assert last("row.change").data == {"changes_at_once": [2, 3]}


def test_an_edit_of_a_calendar_is_told():
    calendar = Calendar.objects.create(name="all", rules="")
    calendar.rules = "daily 22:00 - 06:00"
    calendar.save()
    calendar.delete()
    assert told("calendar") == ["row.change", "row.delete"]


def test_a_secret_never_reaches_the_audit():
    where = factories.environment(variables={"db_password": "hunter22"})
    where.variables = {"db_password": "hunter33", "note": "key AKIAABCDEFGHIJKLMNOP"}
    where.save()
    person = factories.user()
    person.set_password("a long enough one")
    person.save()
    texts = str(list(Audit.objects.values_list("data", flat=True)))
    assert "hunter" not in texts
    assert "AKIA" not in texts
    assert "pbkdf2" not in texts
    assert set(last("row.change").data) == {"password"}


def test_an_edit_of_a_person_is_told_and_a_sign_in_is_none():
    person = factories.user(username="kim")
    person.is_active, person.email = False, "kim@example.com"
    person.save()
    person.save(update_fields=["last_login"])
    rows = Audit.objects.filter(action="row.change", kind="user", object_id=person.pk)
    changed = [row.data for row in rows if "user_permissions" not in row.data]
    assert changed == [{"is_active": [True, False], "email": ["", "kim@example.com"]}]


@pytest.mark.parametrize("side", ["person", "group"])
def test_a_membership_is_told_on_the_person_from_either_side(side):
    person, group = factories.user(), factories.group("bank")
    person.groups.add(group) if side == "person" else group.user_set.add(person)
    person.groups.clear() if side == "person" else group.user_set.clear()
    rows = Audit.objects.filter(kind="user", object_id=person.pk).order_by("pk")
    assert [row.data["groups"] for row in rows if "groups" in row.data] == [[[], ["bank"]], [["bank"], []]]


def test_a_right_on_an_environment_is_told():
    person, where = factories.user("view_calendar"), factories.environment()
    rights.give("viewer", person, where)
    rights.take_away(person, where)
    row = last("right.give")
    assert (row.object_id, row.environment_id, row.data) == (person.pk, where.pk, {"right": "view_environment"})
    assert last("right.take").data == {"right": "view_environment"}


def test_a_person_who_is_deleted_stays_in_the_audit_by_name():
    person = factories.user(username="kim")
    audit.record("sign.in", person, by=person)
    User.objects.filter(pk=person.pk).delete()
    assert last("sign.in").who == "kim"
    assert last("row.delete").what == "kim"


def test_an_action_without_a_name_is_refused():
    with pytest.raises(ValueError, match=r"audit\.ACTIONS"):
        audit.record("run.explode")
