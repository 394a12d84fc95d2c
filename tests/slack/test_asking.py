"""Words typed to the bot by people of the simulated workspace: who they are, what they may, who reads the answer."""

import pytest
from pydantic import BaseModel, Field

from opsportal import catalog, rights
from opsportal.catalog import Runbook
from opsportal.models import Audit, Mute, Run, SlackPerson
from tests import factories

from .bot import buttons, words
from .conftest import MINA
from .seeing import NASTY


@pytest.fixture
def operator(transactional_db, known, mina):
    """mina, connected, who may start and answer everywhere."""
    return known("mina", mina)


def one(said):
    (message,) = said
    return message


def test_who_is_not_known_is_told_how_to_become_known_and_nothing_else(acts, dev):
    message = one(acts.command("status"))
    assert "I don’t know who you are in the portal" in words(message)
    assert "/admin/opsportal/slack/confirm/?token=" in words(message)
    assert message["seen_by"] == MINA
    assert "dev" not in words(message)


def test_help_lists_only_what_that_person_may_do(acts, known, dev):
    viewer = known("mina", factories.user("view_environment", username="viewer"))
    text = words(one(acts.command("help")))
    assert "/ops status dev" in text
    assert "/ops run" not in text
    assert "/ops mute" not in text
    rights.give("operator", viewer, dev)
    text = words(one(acts.command("help")))
    assert "/ops run" in text
    assert "/ops cancel 12" in text


def test_a_command_is_answered_to_its_asker_alone(acts, operator, dev):
    run = factories.run(environment=dev)
    message = one(acts.command("status"))
    assert message["seen_by"] == MINA
    assert f"Run {run.pk}" in words(message)


def test_status_of_a_run_has_its_buttons(acts, operator, dev):
    run = factories.run(environment=dev)
    assert set(buttons(one(acts.command(f"status {run.pk}")))) == {"run.open", "run.cancel"}


def test_what_one_may_not_see_is_not_there(acts, known, dev):
    known("mina", viewer := factories.user("none", username="viewer"))
    rights.give("viewer", viewer, factories.environment(name="other"))
    run = factories.run(environment=dev)
    assert f"There is no run {run.pk}, or you may not see it." in words(one(acts.command(f"status {run.pk}")))
    assert "There is no environment “dev”" in words(one(acts.command("status dev")))
    assert "nothing runs" in words(one(acts.command("status")))


def test_a_run_starts_with_what_was_typed(acts, operator, dev):
    message = one(acts.command("run environment.test dev"))
    run = Run.objects.get()
    assert (run.runbook, run.environment, run.requested_by) == ("environment.test", dev, operator)
    assert "has started" in words(message)
    assert Audit.objects.get(action="run.start").who == "mina (Slack)"


def test_plan_and_deploy_start_with_their_blueprint(acts, operator, dev):
    acts.command("plan ecs-service dev")
    acts.command("deploy ecs-service dev")
    assert list(Run.objects.order_by("pk").values_list("runbook", flat=True)) == ["stacks.plan", "stacks.deploy"]
    assert {run.params["blueprint"] for run in Run.objects.all()} == {"ecs-service"}


def test_who_may_not_start_is_refused_as_in_the_portal(acts, known, dev):
    known("mina", viewer := factories.user("none", username="viewer"))
    rights.give("operator", viewer, factories.environment(name="other"))
    rights.give("viewer", viewer, dev)
    assert "You don't have the right to start or steer runs on dev." in words(
        one(acts.command("run environment.test dev"))
    )
    assert not Run.objects.exists()


def test_what_is_missing_is_asked_for_in_a_modal(acts, operator, dev):
    assert acts.command("deploy") == []
    view = acts.view()
    assert view["callback_id"] == "run.start"
    assert "has started" in acts.submit({"run:environment": "dev", "param:blueprint": "ecs-service"})
    assert Run.objects.get().params["blueprint"] == "ecs-service"


def test_cancel_and_retry(acts, store, operator, dev):
    run = factories.start({"a": []}, environment=dev)
    assert "is being cancelled" in words(one(acts.command(f"cancel {run.pk}")))
    run.refresh_from_db()
    assert run.status == "cancelled"
    assert "goes on from what failed" in words(one(acts.command(f"retry {run.pk}")))
    run.refresh_from_db()
    assert run.status != "cancelled"
    whos = Audit.objects.filter(action__in=("run.cancel", "run.retry")).values_list("who", flat=True)
    assert set(whos) == {"mina (Slack)"}


def test_findings_are_the_worst_of_those_one_may_see(acts, known, dev):
    known("mina", viewer := factories.user("none", username="viewer"))
    rights.give("viewer", viewer, dev)
    factories.finding(environment=dev, resource="vol-mine")
    factories.finding(environment=factories.environment(), resource="vol-others")
    text = words(one(acts.command("findings")))
    assert "vol-mine" in text
    assert "vol-others" not in text
    assert "vol-mine" not in words(one(acts.command("findings dev eip-unassociated")))


def test_credits_are_those_that_run_out(acts, operator, dev):
    factories.finding(environment=dev, check_name="credits-run-out", resource="i-thirsty")
    factories.finding(environment=dev, resource="vol-1")
    text = words(one(acts.command("credits dev")))
    assert "i-thirsty" in text
    assert "vol-1" not in text


def test_who_says_who_one_is_and_who_may_answer(acts, operator, dev):
    dev.slack_on_duty = "U0JONASW01"
    dev.save()
    there = factories.user("none", username="approving")
    rights.give("approver", there, dev)
    text = words(one(acts.command("who dev")))
    assert "you are mina" in text
    assert "approving" in text
    assert "<@U0JONASW01>" in text


def test_mute_has_an_end_and_a_right(acts, operator, known, dev):
    assert "calls nobody until" in words(one(acts.command("mute dev 2h")))
    assert Mute.objects.get().by == operator
    assert Audit.objects.get(action="slack.mute").who == "mina (Slack)"
    assert "calls people again" in words(one(acts.command("mute dev off")))
    assert not Mute.objects.exists()
    assert "Seven days" in words(one(acts.command("mute dev 8d")))
    known("jonas", viewer := factories.user("none", username="viewer"))
    rights.give("viewer", viewer, dev)
    assert "don't have the right" in words(one(acts.command("mute dev", user="jonas")))
    assert not Mute.objects.exists()


def test_an_account_that_has_ended_may_nothing_any_more(acts, operator, dev):
    operator.is_active = False
    operator.save()
    assert "I don’t know who you are" in words(one(acts.command("run environment.test dev")))
    assert SlackPerson.objects.exists()
    assert not Run.objects.exists()


@pytest.mark.parametrize("text", [*NASTY, "run " + "x" * 5_000, "deploy name=" + "y" * 3_500])
def test_whatever_is_typed_is_answered_with_a_sentence(acts, operator, dev, text):
    for message in acts.command(text.replace("\ud800", "")):
        assert "Something went wrong" not in words(message)
        assert message["seen_by"] == MINA
    assert not Run.objects.exists()


class Secret(BaseModel):
    password: str = Field(json_schema_extra={"format": "password"})
    name: str = ""


def test_a_secret_that_is_typed_goes_nowhere(acts, operator, dev, monkeypatch):
    monkeypatch.setitem(catalog._runbooks, "test.secret", Runbook("test.secret", "Secret", "Has one.", Secret, (), {}))
    for said in (acts.command("run test.secret password=hunter22"), acts.mention("run test.secret password=hunter22")):
        assert "A secret is not taken from Slack" in words(one(said))
        assert "hunter22" not in str(said)
    assert not Run.objects.exists()
