import time
import urllib.error
import urllib.request
from http.client import RemoteDisconnected

import pytest
from slack_sdk.errors import SlackApiError

from sandbox.controlling import ControlError


def texts(client, channels):
    return [each["text"] for each in client.conversations_history(channel=channels["ops"])["messages"]]


def test_a_limit_on_demand_says_how_long(slack, client):
    slack.fault("ratelimit", method="chat.postMessage", seconds=7, count=1)
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel="ops", text="x")
    assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "7")
    assert client.chat_postMessage(channel="ops", text="x")["ok"]


def test_a_server_error_is_no_json(slack, client):
    slack.fault("error", status=502, count=1)
    with pytest.raises(SlackApiError) as caught:
        client.auth_test()
    assert caught.value.response.status_code == 502


def test_a_call_is_refused_by_name(slack, refused):
    slack.fault("refuse", error="token_revoked", count=1)
    assert refused("auth.test")["error"] == "token_revoked"


def test_a_lost_answer_leaves_the_message_behind(slack, client, channels):
    slack.fault("lost", method="chat.postMessage", contains="first", count=1)
    client.retry_handlers.clear()
    with pytest.raises(RemoteDisconnected):
        client.chat_postMessage(channel="ops", text="first")
    assert texts(client, channels) == ["first"]
    assert slack.calls("chat.postMessage")[0]["fault"] == "lost"


def test_a_slow_call_is_performed_after_its_time(slack, client):
    slack.fault("latency", method="auth.test", seconds=0.2)
    began = time.monotonic()
    assert client.auth_test()["ok"]
    assert time.monotonic() - began >= 0.2


def test_a_call_that_hangs_outlasts_the_client(slack, client):
    slack.fault("hang", method="auth.test", seconds=1.0, count=1)
    client.timeout = 0.1
    with pytest.raises(TimeoutError):
        client.auth_test()


def test_while_slack_is_away_nothing_answers(slack, client):
    slack.fault("away")
    with pytest.raises(SlackApiError) as caught:
        client.auth_test()
    assert caught.value.response.status_code == 503
    with pytest.raises(urllib.error.HTTPError, match="503"):
        urllib.request.urlopen(f"{slack.url}/actions/T0/1/x", b"{}")
    slack.clear_faults()
    assert client.auth_test()["ok"]


def test_rules_are_counted_listed_and_cleared(slack, client):
    rule = slack.fault("latency", method="auth.test", count=1)
    client.auth_test()
    (listed,) = slack.control("GET", "faults")["faults"]
    assert (listed["id"], listed["hits"]) == (rule["id"], 1)
    slack.clear_faults(rule["id"])
    assert slack.control("GET", "faults")["faults"] == []


@pytest.mark.parametrize("rule", [{"kind": "rain"}, {"kind": "error", "status": "x"}, {"kind": "error", "colour": 1}])
def test_a_bad_rule_is_refused(slack, rule):
    with pytest.raises(ControlError):
        slack.control("POST", "faults", rule)


def test_the_log_tells_every_call_without_its_token(slack, client):
    client.api_call("chat.postMessage", data={"channel": "ops", "text": "x", "token": "xoxb-sandbox"})
    (line,) = slack.calls()
    assert (line["method"], line["ok"], line["params"]) == ("chat.postMessage", True, {"channel": "ops", "text": "x"})


@pytest.mark.parametrize(
    "settings", [{"colour": 1}, {"speed": 0}, {"scopes": "all"}, {"events_url": "http://127.0.0.1:9"}]
)
def test_a_bad_setting_is_refused(slack, settings):
    with pytest.raises(ControlError):
        slack.set(**settings)


def test_a_reset_makes_all_new(slack, client, channels):
    client.chat_postMessage(channel="ops", text="x")
    slack.fault("away")
    slack.reset()
    assert client.auth_test()["ok"]
    assert all(not each["messages"] for each in slack.workspace()["channels"])
