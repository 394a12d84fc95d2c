"""Messages to the bot: English and Korean words, who reads the answer, and what is no business of the bot's."""

import time
from datetime import timedelta

import pytest

from opsportal import clock
from opsportal.models import Run
from opsportal.slack.client import client
from tests import factories

from .bot import buttons, until, words
from .conftest import MINA


@pytest.fixture(autouse=True)
def operator(transactional_db, known, mina):
    return known("mina", mina)


def channel(slack, name):
    return next(each["id"] for each in slack.workspace()["channels"] if each["name"] == name)


def swept(environment, minutes=60, **fields):
    """A sweep for costs that ended some time ago."""
    ended = clock.now() - timedelta(minutes=minutes)
    known = {"runbook": "sweep", "status": "succeeded", "ended_at": ended}
    return factories.run(environment=environment, params={"checks": ["ebs-unattached", "eip-unassociated"]}, **known)


def one(said):
    (message,) = said
    return message


@pytest.mark.parametrize("text", ["점검", "dev 점검해줘", "check dev please", "sweep"])
def test_a_sweep_starts_and_answers_with_what_is_unused_and_its_cost(acts, dev, text):
    swept(dev)
    factories.finding(environment=dev, resource="vol-1", usd="8.80")
    factories.finding(environment=dev, resource="eipalloc-1", check_name="eip-unassociated", usd="3.60")
    text = words(one(acts.mention(text)))
    run = Run.objects.get(status="planning")
    assert (run.runbook, set(run.params["checks"]) >= {"ebs-unattached", "eip-unassociated"}) == ("sweep", True)
    for part in ("has started", "1 h ago", "1 unused volume, 1 unused address, $12.40 a month", "vol-1", "eipalloc-1"):
        assert part in text


def test_before_any_sweep_nothing_known_is_not_nothing_found(acts, dev):
    text = words(one(acts.mention("점검 dev")))
    assert "Nothing is known of it yet" in text
    assert "no unused" not in text


def test_a_sweep_without_a_place_goes_wherever_one_may(acts, dev):
    prod = factories.environment(name="prod")
    acts.mention("점검")
    assert set(Run.objects.values_list("environment", flat=True)) == {dev.pk, prod.pk}


def test_a_deployment_out_of_a_sentence_is_put_before_the_person_first(acts, dev):
    message = one(acts.mention("dev에 ecs-service 배포해 주세요"))
    assert message["seen_by"] == MINA
    assert not Run.objects.exists()
    acts.click(message, "run.form")
    assert "has started" in acts.submit({})
    run = Run.objects.get()
    assert (run.runbook, run.environment, run.params["blueprint"]) == ("stacks.deploy", dev, "ecs-service")


def test_the_same_form_sent_twice_starts_one_run(acts, dev):
    message = one(acts.mention("please deploy ecs-service to dev"))
    for _ in range(2):
        acts.click(message, "run.form")
        acts.submit({}, acts.views()[-1])
    assert Run.objects.count() == 1


def test_status_is_answered_in_words_of_both_languages(acts, dev):
    run = factories.run(environment=dev)
    for text in ("상태", "dev 상태 어때?", "what is the status of dev?"):
        assert f"Run {run.pk}" in words(one(acts.mention(text)))


def test_a_cancel_out_of_a_sentence_asks_and_a_command_does_not(acts, dev):
    run = factories.start({"a": []}, environment=dev)
    message = one(acts.mention(f"{run.pk}번 취소해줘"))
    run.refresh_from_db()
    assert run.cancel_at is None
    assert set(buttons(message)) == {"run.open", "run.cancel"}
    acts.mention(f"취소 {run.pk}")
    run.refresh_from_db()
    assert run.cancel_at is not None


def test_a_cancel_names_the_environment_it_is_in(acts, dev):
    run = factories.start({"a": []}, environment=dev)
    factories.environment(name="prod")
    assert f"Run {run.pk} is in dev, not in prod." in words(one(acts.mention(f"cancel run {run.pk} in prod")))
    run.refresh_from_db()
    assert run.cancel_at is None


def test_only_an_environments_own_channel_reads_of_it(acts, slack, dev):
    dev.slack_channel = channel(slack, "deploys")
    dev.save()
    factories.run(environment=dev)
    here = one(acts.mention("status dev", channel="deploys"))
    assert (here["seen_by"], here["is_reply"]) == ("", True)
    assert one(acts.mention("status dev", channel="ops"))["seen_by"] == MINA
    prod = factories.environment(name="prod")
    factories.run(environment=prod)
    assert one(acts.mention("status prod", channel="deploys"))["seen_by"] == MINA


def test_in_an_environments_channel_that_one_is_meant(acts, slack, dev):
    factories.environment(name="prod")
    dev.slack_channel = channel(slack, "deploys")
    dev.save()
    acts.mention("점검", channel="deploys")
    assert Run.objects.get().environment == dev


@pytest.mark.parametrize(
    "text", ["status <#{id}|deploys>", "findings #deploys", "who <@U0JONASW01>", "mute <!channel>"]
)
def test_a_channel_that_is_named_is_not_written_to(acts, slack, dev, text):
    said = acts.mention(text.replace("{id}", channel(slack, "deploys")), channel="general")
    assert {(each["channel"], each["seen_by"]) for each in said} == {("general", MINA)}


def test_where_the_bot_is_no_member_it_answers_directly(acts, slack, dev):
    slack.act("member", channel="general", present=False)
    assert one(acts.command("help"))["seen_by"] == MINA


def test_a_direct_message_is_answered_there(acts, slack, dev):
    client().chat_postMessage(channel=MINA, text="hello")
    message = one(acts.message("상태", channel=f"dm-{MINA}"))
    assert (message["channel"], message["seen_by"]) == (f"dm-{MINA}", "")


def test_what_is_said_in_channels_is_no_business_of_the_bots(acts, dev):
    assert acts.message("sweep dev", channel="ops") == []
    assert not Run.objects.exists()


def event(team, **fields):
    """An event as Slack sends one, by a bot or of an edit."""
    inner = {"type": "app_mention", "user": MINA, "text": "<@U0SANDBOT1> sweep dev", "ts": "1.1", "channel": "C1"}
    known = {"type": "event_callback", "team_id": team, "event_id": f"Ev{time.time_ns()}", "event": inner | fields}
    return known | {"authorizations": [{"team_id": team, "user_id": "U0SANDBOT1", "is_bot": True}]}


@pytest.mark.parametrize(
    "fields",
    [
        {"bot_id": "B0OTHER"},
        {"bot_profile": {"id": "B1"}},
        {"user": "U0SANDBOT1"},
        {"subtype": "message_changed"},
        {"subtype": "bot_message"},
        {"edited": {"user": MINA, "ts": "1.2"}},
        {"user": None},
        {"user": {"id": MINA}},
        {"type": "message", "channel_type": "im", "subtype": "message_deleted"},
        {"type": "message", "channel_type": "im", "bot_id": "B0SANDBOT1"},
        {"type": "reaction_added"},
    ],
)
def test_bots_edits_and_the_bot_itself_are_not_answered(acts, team, deliver, dev, fields):
    assert deliver(event(team, **fields)) == 200
    assert acts.posts() == []
    assert not Run.objects.exists()


def test_an_event_that_comes_again_starts_nothing_twice(acts, team, deliver, dev):
    asked = event(team)
    for _ in range(2):
        deliver(asked)
    assert Run.objects.count() == 1


def test_an_acknowledgement_that_was_lost_starts_nothing_twice(acts, slack, dev):
    slack.set(ack_seconds=0.001, speed=10_000.0, events=["app_mention"])
    slack.act("message", user="mina", channel="ops", text="sweep dev", mention=True)
    until(lambda: slack.deliveries()[0]["attempts"] == 4 or slack.deliveries()[0]["acknowledged"])
    until(lambda: Run.objects.exists())
    assert Run.objects.count() == 1
