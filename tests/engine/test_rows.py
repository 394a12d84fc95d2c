"""Rows that are read and written without Django's compiler are those that Django reads and writes."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction

from opsportal import clock, inserts, rows
from opsportal.models import Environment, Event, Finding, Run, Step
from tests import factories

WHEN = datetime(2031, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)


@pytest.fixture
def step():
    run = factories.run(params={"a": ["ä", None, 1.5]}, glass_by=factories.user(), cancel_at=WHEN)
    memory = {"deep": [{"x": 1}], "quote": "'\"%s"}
    odd = {"note": '“ä” 🚀 \\ " \n', "reason": "[1]", "usual_seconds": 2.0, "budget": 0.1 + 0.2}
    return factories.step(run, "one", memory=memory, acted=True, wake_at=WHEN, locks=["a"], **odd)


def values(found):
    """Each column with its kind, for True is equal to 1, and 2.0 to 2."""
    columns = ((field.attname, getattr(found, field.attname)) for field in found._meta.concrete_fields)
    return {name: (type(value), value) for name, value in columns}


@pytest.mark.parametrize("model", [Step, Run, Environment])
def test_a_row_is_what_django_reads(step, model):
    key = model.objects.get().pk
    assert values(rows.row(model, key)[0]) == values(model.objects.get(pk=key))


def test_some_columns_of_several_rows_are_what_django_reads(step):
    factories.step(step.run, "two", needs=["one"], position=7)
    names = ("key", "needs", "memory", "wake_at", "acted", "usual_seconds", "note")
    found = rows.several(Step, names, "run_id = %s ORDER BY position DESC", [step.run_id])
    assert found == list(Step.objects.filter(run=step.run_id).order_by("-position").values(*names))


def test_what_a_rows_keys_lead_to_comes_along(step, django_assert_num_queries):
    with django_assert_num_queries(1):
        found, _ = rows.row(Step, step.pk, "run", "environment")
        where = found.run.environment
    assert values(found.run) == values(Run.objects.get())
    assert values(where) == values(Environment.objects.get())


def test_a_row_that_is_held_is_the_same(step):
    with transaction.atomic():
        found, at = rows.held(Run, step.run_id)
    assert values(found) == values(Run.objects.get())
    assert abs((at - clock.now()).total_seconds()) < 60


def test_a_row_that_is_read_can_be_saved(step):
    found, _ = rows.row(Step, step.pk)
    found.note = "again"
    found.save()
    assert Step.objects.get().note == "again"


def test_a_row_that_is_not_there_is_told(step):
    with pytest.raises(ObjectDoesNotExist):
        rows.row(Step, step.pk + 1, "run")


@pytest.mark.parametrize(
    "changes",
    [
        {"wake_at": WHEN, "lease_until": None, "acted": False, "budget": 0.125, "key": "two"},
        {"memory": {"%": [None, True, "'"]}, "needs": [], "output": {}, "answer": None},
        {"answer": {"approved": True}, "note": "50 %, “ä”", "takeovers": 3},
    ],
)
def test_a_change_is_what_django_writes(step, changes):
    assert rows.update(Step, changes, "id = %s AND fence = %s", [step.pk, step.fence]) == 1
    ours = values(Step.objects.get())
    Step.objects.filter(pk=step.pk).update(**changes)
    assert ours == values(Step.objects.get())
    assert {name: ours[name][1] for name in changes} == changes


def test_a_change_of_a_foreign_key_takes_the_object(step):
    somebody = factories.user()
    rows.update(Run, {"glass_by": somebody}, "id = %s", [step.run_id])
    assert Run.objects.get().glass_by == somebody


def test_a_change_spares_rows_that_do_not_match(step):
    assert rows.update(Step, {"note": "no"}, "id = %s AND fence = %s", [step.pk, step.fence + 1]) == 0
    assert Step.objects.get().note == step.note


def test_a_change_to_what_is_there_already_counts(step):
    assert rows.update(Step, {"note": step.note}, "id = %s", [step.pk]) == 1


def test_lines_are_inserted_in_their_order_however_many(step):
    now, many = clock.now(), 2 * inserts.TOGETHER + 1
    lines = [Event(run=step.run, number=n, at=now, text=f"{n} %s", data={"n": n}) for n in range(1, many + 1)]
    inserts.insert(Event, lines)
    found = list(Event.objects.order_by("pk").values_list("number", "text", "data", "at", "level"))
    assert found == [(n, f"{n} %s", {"n": n}, now, "info") for n in range(1, many + 1)]


def test_what_is_added_learns_its_key_and_is_what_django_writes(step):
    known = {"run": step.run, "action": "count", "needs": ["one"]}
    fresh = [Step(key=f"more-{n}", position=n, **known) for n in range(inserts.BATCH + 2)]
    inserts.add(Step, fresh)
    assert [Step.objects.get(pk=each.pk).key for each in fresh] == [each.key for each in fresh]
    ours = values(Step.objects.get(pk=fresh[0].pk))
    again = Step.objects.create(key="again", position=0, **known)
    theirs = values(Step.objects.get(pk=again.pk))
    assert {name for name in ours if ours[name] != theirs[name]} == {"id", "key"}
    fresh[0].note = "saved"
    fresh[0].save()
    assert Step.objects.get(pk=fresh[0].pk).note == "saved"


def test_what_is_put_is_inserted_or_written_over_in_the_columns_that_are_named(step):
    old = factories.finding(environment=step.run.environment, resource="vol-1", detail="then", advice="keep")
    new = [
        factories.unsaved_finding(old.environment, fingerprint=mark, detail="now", advice="%s", usd=1.5)
        for mark in (old.fingerprint, "f" * 64)
    ]
    keys = inserts.put(Finding, new, "fingerprint", ["detail", "usd"])
    found = {row.fingerprint: row for row in Finding.objects.all()}
    assert keys == {mark: row.pk for mark, row in found.items()}
    assert [(row.detail, row.advice, row.usd) for row in found.values()] == [
        ("now", "keep", Decimal("1.50")),
        ("now", "%s", Decimal("1.50")),
    ]
