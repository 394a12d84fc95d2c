"""How long things usually take."""

from datetime import timedelta

from opsportal import approvals, history
from opsportal.models import Approval, Step
from tests import factories


def test_the_usual_time_of_a_step_is_the_median_of_its_last_ones(drive):
    where = factories.environment()
    for seconds in (2, 4, 60):
        run = drive(factories.start({"a": []}, environment=where))
        step = run.steps.get(key="a")
        Step.objects.filter(pk=step.pk).update(ended_at=step.started_at + timedelta(seconds=seconds))
    assert history.usual(factories.start({"a": []}, environment=where), ["a"])["a"] == 4


def test_waiting_for_a_person_is_no_part_of_it(drive):
    run = drive(factories.start({"a": []}, do={"a": "ask"}))
    approvals.answer(Approval.objects.get().pk, factories.user(), True)
    drive(run)
    step, question = run.steps.get(key="a"), Approval.objects.get()
    Approval.objects.update(asked_at=question.answered_at - timedelta(hours=1))
    Step.objects.filter(pk=step.pk).update(started_at=question.answered_at - timedelta(hours=1, seconds=5))
    usual = history.usual(factories.start({"a": []}, environment=run.environment), ["a"])["a"]
    assert 5 <= usual < 10


def test_runs_further_back_are_asked_where_the_last_ones_know_too_little(drive):
    where = factories.environment()
    for seconds in (1, 3, 5):
        step = drive(factories.start({"a": []}, environment=where)).steps.get(key="a")
        Step.objects.filter(pk=step.pk).update(ended_at=step.started_at + timedelta(seconds=seconds))
    for _ in range(history.SAMPLES):
        step = drive(factories.start({"b": []}, environment=where)).steps.get(key="b")
        Step.objects.filter(pk=step.pk).update(ended_at=step.started_at + timedelta(seconds=7))
    run = factories.start({"a": []}, environment=where)
    assert history.usual(run, ["a", "b", "c"]) == {"a": 3, "b": 7}


def test_what_has_been_seen_often_enough_is_not_looked_for_further_back(drive, django_assert_num_queries):
    where = factories.environment()
    for _ in range(history.SAMPLES + 1):
        drive(factories.start({"a": []}, environment=where))
    run = factories.start({"a": []}, environment=where)
    with django_assert_num_queries(2):
        history.usual(run, ["a"])
