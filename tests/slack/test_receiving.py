"""Requests over HTTP: signed, fresh and taken once; the same handlers as by Socket Mode."""

import itertools
import json
import time
from contextlib import contextmanager
from urllib.parse import urlencode

import pytest
from slack_sdk.signature import SignatureVerifier

from opsportal.live.hints import connect
from opsportal.models import Run
from opsportal.slack import replays, work
from tests import factories

from .bot import until, words
from .conftest import MINA, SECRET, post

NUMBERS = itertools.count(1)
CHALLENGE = {"type": "url_verification", "challenge": "c123", "token": "x"}


@pytest.fixture
def away(monkeypatch):
    """No Redis answers."""
    monkeypatch.setattr(replays, "broker", lambda: connect("redis://127.0.0.1:1", 0.2))


def mention(team, text="sweep dev"):
    """A mention as Slack sends one, each an event of its own."""
    inner = {"type": "app_mention", "user": MINA, "text": f"<@U0SANDBOT1> {text}", "ts": "1.1", "channel": "C1"}
    return {"type": "event_callback", "team_id": team, "event_id": f"Ev{next(NUMBERS)}", "event": inner}


def test_the_address_is_confirmed_by_its_challenge(slack):
    answer = post(CHALLENGE)
    assert (answer.status_code, json.loads(answer.content)) == (200, {"challenge": "c123"})


def test_without_a_secret_there_is_no_such_address(slack, settings):
    settings.SLACK_SIGNING_SECRET = ""
    assert post(CHALLENGE).status_code == 404


def now(seconds=0):
    return str(int(time.time()) + seconds)


@pytest.mark.parametrize("secret", ["another", "sandbox-signing-secre", "sandbox-signing-secret "])
def test_a_request_of_another_secret_is_refused(slack, secret):
    assert post(CHALLENGE, secret).status_code == 401


@pytest.mark.parametrize(
    "at", ["five minutes ago", "in an hour", "", "now", "1e9", "1.5", " 1", "-1", "٣", "9" * 400, "0x1", "1_0"]
)
def test_a_time_that_is_none_or_not_now_is_refused(slack, at):
    at = {"five minutes ago": now(-302), "in an hour": now(3600)}.get(at, at)
    assert post(CHALLENGE, at=at).status_code == 401


@pytest.mark.parametrize("signature", ["", "v0=", "v0=" + "0" * 64, "v1=" + "0" * 64, "x" * 5_000])
def test_a_forged_signature_is_refused(slack, signature):
    assert post(CHALLENGE, signature=signature or "v0").status_code == 401


def test_a_changed_body_is_refused(slack):
    at = now()
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=at, body=json.dumps(CHALLENGE))
    assert post(CHALLENGE | {"challenge": "other"}, at=at, signature=signature).status_code == 401


@pytest.mark.parametrize("body", [b"", b"{", b"payload=%7B", b"payload=[]", b"null", b"[1]", b'{"type":7}', b"a=\0"])
def test_a_body_that_is_none_of_slacks_breaks_nothing(slack, transactional_db, body):
    assert post(body).status_code in (200, 400, 404)


def test_bytes_that_are_no_text_are_refused(slack):
    assert post(b"\xff\xfe", signature="v0=x").status_code == 401


def test_a_body_of_any_size_is_not_taken(slack):
    assert post(b"x" * 1_000_001).status_code in (400, 413)


def test_an_exact_replay_is_refused(slack, store, operator, dev, team):
    at, asked = now(), mention(team)
    assert post(asked, at=at).status_code == 200
    assert post(asked, at=at).status_code == 401
    assert work.drained(10)
    assert Run.objects.count() == 1


def test_an_event_that_is_sent_again_is_passed_over(slack, store, operator, dev, team):
    asked = mention(team, "help")
    for seconds in (0, 1):
        assert post(asked, at=now(seconds)).status_code == 200
        assert work.drained(10)
    assert len(slack.calls("chat.postMessage")) == 1


def test_without_redis_a_replay_starts_nothing_twice(slack, away, operator, dev, team):
    at, asked = now(), mention(team)
    for _ in range(2):
        assert post(asked, at=at).status_code == 200
        assert work.drained(10)
    assert Run.objects.count() == 1


def failed(dev):
    run = factories.start({"a": []}, environment=dev)
    Run.objects.filter(pk=run.pk).update(status="failed", ended_at=run.created_at)
    return run


def test_without_redis_a_retry_is_put_before_the_person_with_its_failure(slack, away, operator, dev, team):
    run = failed(dev)
    post(mention(team, f"retry {run.pk}"))
    assert work.drained(10)
    run.refresh_from_db()
    assert run.status == "failed"
    assert "run.retry" in str(slack.calls("chat.postMessage")[-1]["params"])


def test_a_retry_by_word_that_is_replayed_is_done_once(slack, store, operator, dev, team):
    run, at = failed(dev), now()
    asked = mention(team, f"retry {run.pk}")
    for seconds in (0, 1):
        post(asked, at=str(int(at) + seconds))
        assert work.drained(10)
        Run.objects.update(status="failed", ended_at=run.created_at)
    assert run.lines.filter(text__startswith="Tried again").count() == 1


@contextmanager
def portal(slack, live_server):
    url = f"{live_server.url}/slack/events"
    slack.set(events_url=url, interactivity_url=url, commands_url=url)
    yield
    slack.set(events_url="", interactivity_url="", commands_url="")


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_the_same_handlers_serve_requests_over_http(acts, slack, operator, dev, live_server):
    with portal(slack, live_server):
        assert "/ops status dev" in words(acts.command("help")[0])
        acts.command("deploy")
        assert "has started" in acts.submit({"run:environment": "dev", "param:blueprint": "ecs-service"})
        run = Run.objects.get()
        (message,) = acts.command(f"status {run.pk}")
        assert acts.click(message, "run.cancel")
        assert acts.home()["blocks"]
        acts.mention("점검")
    assert {each["way"] for each in slack.deliveries()} == {"http"}
    assert Run.objects.filter(runbook="sweep").exists()


def test_commands_come_as_forms(operator, slack, dev, team):
    fields = {
        "command": "/ops",
        "text": "run environment.test dev",
        "team_id": team,
        "user_id": MINA,
        "trigger_id": "1.2",
    }
    answer = post(urlencode(fields).encode())
    assert answer.status_code == 200
    until(lambda: Run.objects.exists())
