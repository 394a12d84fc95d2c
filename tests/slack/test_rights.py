"""All that is typed or pressed in Slack × every role × the own and another environment. What has no row fails."""

import pytest
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from opsportal import clock, contexts, rights
from opsportal.models import Environment, Run
from opsportal.slack import pressing, reading, requests, run_words, status_words
from opsportal.slack.client import client
from tests import factories

from .bot import words

VIEW, OPERATE, APPROVE = rights.VIEW, rights.OPERATE, rights.APPROVE
ANYWHERE = "whoever is known"
TYPED = {
    "help": ANYWHERE,
    "status {run}": VIEW,
    "findings {name}": VIEW,
    "credits {name}": VIEW,
    "who {name}": VIEW,
    "mute {name} 1h": OPERATE,
    "run environment.test {name}": OPERATE,
    "plan ecs-service {name}": OPERATE,
    "deploy ecs-service {name}": OPERATE,
    "sweep {name}": OPERATE,
    "retry {failed}": OPERATE,
    "cancel {run}": OPERATE,
}
PRESSED = {
    "question.approve": APPROVE,
    "question.reject": APPROVE,
    "run.retry": OPERATE,
    "run.cancel": OPERATE,
}
FORM = "run.form"  # opens the form for a run, which names no environment but those one may start on: test_modals.py
REFUSALS = ("There is no", "the right to", "you may not see", "You can’t run")


def test_everything_typed_has_a_row():
    assert {line.split()[0] for line in TYPED} == set(requests.VERBS)


def test_every_button_has_a_row():
    assert {*PRESSED, FORM} == set(pressing.DEEDS)


@pytest.fixture
def places():
    return {name: rows(factories.environment(name=name)) for name in ("ours", "theirs")}


def rows(environment):
    run = factories.run(environment=environment, status="asking", requested_by=factories.user())
    factories.approval(factories.step(run, "web", status="asking"), digest=contexts.digest({}))
    failed = factories.run(environment=environment, status="failed", ended_at=clock.now())
    factories.step(failed, "web", status="failed")
    return {"name": environment.name, "run": run.pk, "failed": failed.pk}


@pytest.fixture
def somebody(known):
    """Makes the person behind mina one with this role on our environment."""

    def make(role):
        person = known("mina", factories.user("none", username=f"{role}-person"))
        if role != "none":
            rights.give(role, person, Environment.objects.get(name="ours"))

    return make


def allowed(needed, role, whose):
    return needed == ANYWHERE or (role != "none" and whose == "ours" and needed in rights.ROLES[role])


def turned_away(said):
    return any(sentence in words(message) for message in said for sentence in REFUSALS)


def wrong(table, role, places, act):
    """What was let in or turned away against the table."""
    for line, needed in table.items():
        for whose, row in places.items():
            said = act(line, row)
            if turned_away(said) == allowed(needed, role, whose):
                yield f"{line}, {whose}: {[words(message) for message in said]}"


@pytest.mark.parametrize("role", [*rights.ROLES, "none"])
def test_a_role_may_type_what_the_table_says_and_nothing_of_others(acts, places, somebody, role):
    somebody(role)
    assert list(wrong(TYPED, role, places, lambda line, row: acts.command(line.format(**row)))) == []


@pytest.mark.parametrize("role", [*rights.ROLES, "none"])
def test_a_role_may_press_what_the_table_says_and_nothing_of_others(acts, places, somebody, role):
    """The buttons stand where anybody may see them."""
    somebody(role)

    def press(action, row):
        run = Run.objects.select_related(*reading.BESIDE).get(pk=row["failed" if action == "run.retry" else "run"])
        seen, verb = reading.run(run), action.partition(".")[2]
        steers = action.startswith("run.")
        said = status_words.sure(seen, verb, clock.now()) if steers else run_words.message(seen, clock.now())
        bot = client()
        bot.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=5))  # one post a second in a channel
        posted = bot.chat_postMessage(channel="ops", text=said.text, blocks=said.blocks)
        return acts.click({"channel": "ops", "ts": posted["ts"], "blocks": said.blocks}, action)

    assert list(wrong(PRESSED, role, places, press)) == []
