import json
from urllib.parse import parse_qs

import pytest
from slack_sdk.signature import SignatureVerifier

from tests.sandbox.slack.app import Server, until


@pytest.fixture
def listening(slack):
    """Starts a server that answers in this way, and sets it as all request URLs."""
    started = []

    def begin(*answers):
        started.append(Server(*answers))
        url = started[0].url
        slack.set(events_url=url, interactivity_url=url, commands_url=url, events=["app_mention"])
        return started[0]

    yield begin
    for server in started:
        server.close()


def mention(slack):
    slack.act("message", user="mina", channel="ops", mention=True, text="status")


def test_requests_are_signed(slack, listening):
    server = listening((200, {}, b""))
    slack.act("command", user="mina", channel="ops", command="/ops", text="a & b")
    headers, body = server.next()
    assert SignatureVerifier("sandbox-signing-secret").is_valid_request(body, headers)
    assert not SignatureVerifier("another").is_valid_request(body, headers)
    assert parse_qs(body.decode())["text"] == ["a & b"]


def test_a_plain_text_is_the_answer_to_a_command(slack, listening):
    listening((200, {}, b"Started."))
    answer = slack.act("command", user="mina", channel="ops", command="/ops")
    assert answer["answer"] == {"text": "Started."}


def test_interactions_come_as_a_form_with_a_payload(slack, client, listening):
    server = listening((200, {}, b""))
    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    posted = client.chat_postMessage(channel="ops", text="x", blocks=[{"type": "actions", "elements": [button]}])
    slack.act("click", user="mina", channel="ops", ts=posted["ts"], action_id="go")
    payload = json.loads(parse_qs(server.next()[1].decode())["payload"][0])
    assert payload["actions"][0]["action_id"] == "go"


def test_an_event_that_failed_comes_again_and_says_why(slack, listening):
    server = listening((500, {}, b""), (200, {}, b""))
    mention(slack)
    (first, body), (second, again) = server.next(), server.next()
    assert "X-Slack-Retry-Num" not in first
    assert (second["X-Slack-Retry-Num"], second["X-Slack-Retry-Reason"]) == ("1", "http_error")
    assert json.loads(body) == json.loads(again)


def test_an_app_may_refuse_to_be_asked_again(slack, listening):
    listening((500, {"X-Slack-No-Retry": "1"}, b""))
    slack.set(speed=10_000)
    mention(slack)
    until(lambda: slack.deliveries()[0]["problems"])
    assert slack.deliveries()[0]["attempts"] == 1


def test_an_app_that_is_down_is_told_to_the_person(slack, listening):
    listening((200, {}, b""))
    slack.set(commands_url="http://127.0.0.1:9/")
    answer = slack.act("command", user="mina", channel="ops", command="/ops")
    assert (answer["error"], answer["problems"]) == ("dispatch_failed", ["connection_failed"])
