"""Policies over HTTP."""

from opsportal import rights
from opsportal.models import Firing
from tests import factories

from .conftest import program


def test_policies_are_listed_by_name_as_far_as_the_token_sees_all_their_environments():
    person, ours, theirs = factories.user("none"), factories.environment(name="ours"), factories.environment()
    rights.give("viewer", person, ours)
    for name, places in (("b", [ours]), ("a", [ours]), ("c", [ours, theirs])):
        factories.policy(places, name=name)
    found = program(person).get("/policies").json()
    assert [(each["name"], each["environments"]) for each in found] == [("a", ["ours"]), ("b", ["ours"])]


def test_a_policy_is_run_and_tells_its_firings():
    where = factories.environment()
    made, caller = factories.policy([where]), program(factories.user())
    answer = caller.post(f"/policies/{made.pk}/run")
    assert (answer.status_code, answer.json()["status"]) == (202, "started")
    run = Firing.objects.get().runs.get()
    assert caller.get(f"/policies/{made.pk}").json()["firings"] == [answer.json()]
    assert (answer.json()["runs"], run.requested_by.username) == ([run.pk], answer.json()["by"])


def test_the_same_key_runs_it_once():
    made, caller = factories.policy([factories.environment()]), program(factories.user())
    answers = [caller.post(f"/policies/{made.pk}/run", **{"Idempotency-Key": "k"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    assert (Firing.objects.count(), len(answers[0].json()["runs"])) == (1, 1)


def test_a_key_that_is_too_long_is_told():
    made, caller = factories.policy([factories.environment()]), program(factories.user())
    answer = caller.post(f"/policies/{made.pk}/run", **{"Idempotency-Key": "k" * 101})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "Idempotency-Key")
    assert not Firing.objects.exists()


def test_running_it_again_meanwhile_is_a_conflict():
    made, caller = factories.policy([factories.environment()]), program(factories.user())
    caller.post(f"/policies/{made.pk}/run")
    answer = caller.post(f"/policies/{made.pk}/run")
    assert (answer.status_code, Firing.objects.count()) == (409, 1)
    assert "still open" in answer.json()["detail"]


def test_a_token_for_some_of_its_environments_neither_sees_nor_runs_it():
    ours, theirs = factories.environment(), factories.environment()
    made = factories.policy([ours, theirs])
    caller = program(factories.user(), environments=[ours])
    answers = caller.get(f"/policies/{made.pk}"), caller.post(f"/policies/{made.pk}/run")
    assert [answer.status_code for answer in answers] == [404, 404]


def test_secrets_among_the_parameters_are_not_told():
    made = factories.policy([factories.environment()])
    type(made).objects.update(params={"password": "hunter22"})
    assert "hunter22" not in program(factories.user()).get(f"/policies/{made.pk}").content.decode()
