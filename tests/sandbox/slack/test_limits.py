import pytest
from slack_sdk.errors import SlackApiError

from sandbox.slack.limits import POSTING, TIER_3, Limits


def burst(limits, pace, now, speed=1.0, key="k"):
    """How many go at once, and the seconds to wait then."""
    went = 0
    while not (wait := limits.wait(key, pace, now, speed)):
        went += 1
    return went, wait


def test_a_channel_takes_a_short_burst_and_then_one_message_a_second():
    limits = Limits()
    assert burst(limits, POSTING, 100.0) == (5, 1)
    assert burst(limits, POSTING, 101.0) == (1, 1)
    assert burst(limits, POSTING, 103.0) == (2, 1)


def test_a_tier_gives_back_its_calls_over_the_minute():
    limits = Limits()
    assert burst(limits, TIER_3, 100.0) == (50, 2)
    assert burst(limits, TIER_3, 160.0) == (50, 2)


def test_the_clock_of_limits_can_be_quickened():
    limits = Limits()
    burst(limits, TIER_3, 100.0)
    assert burst(limits, TIER_3, 101.0, speed=60) == (50, 1)


def test_too_many_messages_are_answered_by_429_until_the_time_is_over(slack, client):
    for _ in range(5):
        client.chat_postMessage(channel="ops", text="x")
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel="ops", text="x")
    answer = caught.value.response
    assert (answer.status_code, answer["error"], answer.headers["Retry-After"]) == (429, "ratelimited", "1")
    assert client.chat_postMessage(channel="deploys", text="another channel")["ok"]
    slack.set(speed=1000.0)
    assert client.chat_postMessage(channel="ops", text="x")["ok"]
