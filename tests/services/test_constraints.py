"""What the models forbid, the database itself forbids."""

import pytest
from django.apps import apps
from django.db import IntegrityError, connection
from django.db.models import ProtectedError

from opsportal import clock
from opsportal.models import Environment, Event, Intent, Run, Step, UsedToken, Vote
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def in_database(model):
    """The names of the constraints that the database keeps for this model."""
    with connection.cursor() as cursor:
        return connection.introspection.get_constraints(cursor, model._meta.db_table)


@pytest.mark.parametrize("model", list(apps.get_app_config("opsportal").get_models()))
def test_each_constraint_is_in_the_database(model):
    wanted = {constraint.name for constraint in model._meta.constraints}
    assert wanted <= set(in_database(model))


def again(row):
    """Insert the same once more."""
    row.pk = None
    row._state.adding = True
    row.save(force_insert=True)


def intent(step):
    return Intent.objects.create(step=step, phase="do", try_no=1, n=1, call="a:B", token="t", sent_at=clock.now())


def vote(step):
    return Vote.objects.create(approval=factories.approval(step), by=factories.user(), approve=True, at=clock.now())


ROWS = {
    Run: lambda step: step.run,
    Step: lambda step: step,
    Event: lambda step: factories.line(step.run, "said"),
    Intent: intent,
    Vote: vote,
    UsedToken: lambda step: UsedToken.objects.create(issuer="https://gitlab.com", jti="a", expires_at=clock.now()),
}


@pytest.mark.parametrize("model", ROWS)
def test_what_is_there_once_can_not_be_inserted_again(model):
    row = ROWS[model](factories.step(factories.run(), "a"))
    with pytest.raises(IntegrityError):
        again(row)


@pytest.mark.parametrize("field", ["changes_at_once", "approvals_needed"])
def test_an_environment_without_room_for_a_change_or_an_answer_is_refused(field):
    with pytest.raises(IntegrityError):
        factories.environment(**{field: 0})


def test_an_environment_with_runs_stays():
    where = factories.run().environment
    with pytest.raises(ProtectedError):
        where.delete()
    with pytest.raises(IntegrityError):
        Environment.objects.filter(pk=where.pk)._raw_delete("default")
