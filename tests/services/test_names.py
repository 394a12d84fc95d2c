"""Names that a collation would fold, by case, by accent or by a space at the end, are different names."""

import pytest
from django.contrib.auth.models import Group

from opsportal.models import Run
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

NAMES = ("app", "App", "äpp", "app ")


def test_each_key_of_a_caller_starts_a_run_of_its_own():
    where, by = factories.environment(), factories.user()
    started = [factories.start({"a": []}, environment=where, by=by, key=name) for name in NAMES]
    again = [factories.start({"a": []}, environment=where, by=by, key=name) for name in NAMES]
    assert [run.pk for run in again] == [run.pk for run in started]
    assert len({run.pk for run in started}) == len(NAMES)


def test_steps_of_a_run_and_groups_and_users_are_told_apart():
    run = factories.run()
    for name in NAMES:
        factories.step(run, name)
        factories.user(username=name)
        factories.group(name)
    assert [run.steps.filter(key=name).count() for name in NAMES] == [1] * len(NAMES)
    assert list(Group.objects.filter(name__in=["APP", "app"]).values_list("name", flat=True)) == ["app"]


def test_a_search_still_finds_whatever_the_case():
    run = factories.run(environment=factories.environment(name="prod"))
    assert list(Run.objects.filter(environment__name__icontains="PROD")) == [run]
