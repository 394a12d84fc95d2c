import json

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.sandbox.slack.app import until


def say(slack, **more):
    return slack.act("message", user="mina", channel="ops", mention=True, text="status", **more)


def another(slack):
    """A second connection of the app, by hand."""
    opened = WebClient(base_url=slack.api).apps_connections_open(app_token="xapp-sandbox")
    return connect(opened["url"])


def only_mentions(slack):
    slack.set(events=["app_mention"])


def test_an_app_is_greeted_with_the_number_of_its_connections(slack, app):
    with another(slack) as other:
        hello = json.loads(other.recv())
    assert (hello["type"], hello["num_connections"]) == ("hello", 2)
    assert hello["connection_info"]["app_id"].startswith("A")


def test_a_connection_needs_the_app_token(slack):
    with pytest.raises(SlackApiError) as caught:
        WebClient(base_url=slack.api).apps_connections_open(app_token="xoxb-sandbox")
    assert caught.value.response["error"] == "not_allowed_token_type"


def test_a_ticket_opens_one_connection(slack, app):
    with pytest.raises(InvalidStatus, match="403"), connect(app.client.wss_uri):
        pass


def test_too_many_connections_are_sent_away(slack, app):
    slack.set(max_sockets=1)
    with another(slack) as other:
        assert json.loads(other.recv())["reason"] == "too_many_websockets"
    assert slack.control("GET", "")["sockets"] == 1


def test_a_mention_reaches_the_app_as_an_event(slack, app):
    only_mentions(slack)
    written = say(slack)
    request = app.next()
    event = request.payload["event"]
    assert (request.type, request.payload["type"], event["type"]) == ("events_api", "event_callback", "app_mention")
    assert (event["ts"], event["channel"], event["text"][:2]) == (written["ts"], written["channel"], "<@")
    assert (request.retry_attempt, request.accepts_response_payload) == (0, False)


def test_a_message_is_an_event_where_the_bot_is(slack, app):
    slack.act("message", user="mina", channel="random", text="unheard")
    slack.act("message", user="mina", channel="incidents", text="heard")
    event = app.next().payload["event"]
    assert (event["type"], event["text"], event["channel_type"]) == ("message", "heard", "group")


def test_an_event_that_is_not_acknowledged_comes_again(slack, app):
    slack.set(ack_seconds=0.1, speed=600, events=["app_mention"])
    app.silent = 2
    say(slack)
    requests = [app.next() for _ in range(3)]
    assert [each.retry_attempt for each in requests] == [0, 1, 2]
    assert requests[1].retry_reason == "timeout"
    assert len({each.payload["event_id"] for each in requests}) == 1
    assert until(lambda: slack.deliveries()[0]["acknowledged"])


def test_an_event_comes_four_times_at_most(slack, app):
    slack.set(ack_seconds=0.02, speed=10_000, events=["app_mention"])
    app.silent = 9
    say(slack)
    until(lambda: len(slack.deliveries()[0]["problems"]) == 4)
    assert not slack.deliveries()[0]["acknowledged"]


def test_what_the_app_missed_while_it_was_away_comes_again(slack, app):
    slack.set(speed=100, events=["app_mention"])
    slack.fault("away")
    until(lambda: slack.control("GET", "")["sockets"] == 0)
    say(slack)
    slack.clear_faults()
    assert app.next().payload["event"]["type"] == "app_mention"


@pytest.mark.parametrize("reason", ["", "warning", "refresh_requested"])
def test_a_connection_that_ends_is_opened_anew(slack, app, reason):
    slack.set(speed=100)
    app.hellos.queue.clear()
    assert slack.fault("disconnect", reason=reason)["closed"] == 1
    assert app.hellos.get(timeout=5)
    until(lambda: slack.control("GET", "")["sockets"] == 1)
    only_mentions(slack)
    say(slack)
    assert app.next()


def test_connections_take_turns(slack, app):
    only_mentions(slack)
    with another(slack) as other:
        other.recv()
        for _ in range(4):
            say(slack)
        for _ in range(2):
            other.send(json.dumps({"envelope_id": json.loads(other.recv(timeout=5))["envelope_id"]}))
        until(lambda: all(each["acknowledged"] for each in slack.deliveries()))
    assert app.requests.qsize() == 2


def test_what_is_no_acknowledgement_is_passed_over(slack, app):
    for text in ("hello", "[]", json.dumps({"envelope_id": "unknown"})):
        app.client.send_message(text)
    only_mentions(slack)
    say(slack)
    assert app.next()
