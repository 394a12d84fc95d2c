"""The app's budget of calls: kept for all processes together, within what Slack allows."""

import time

import pytest

from opsportal.slack import bucket


@pytest.fixture(autouse=True)
def budget(sends, settings):
    settings.SLACK_API_SPEED = 1


@pytest.mark.django_db
def test_a_minute_never_has_more_than_fifty_updates():
    assert bucket.TIER_3.burst + 60 / bucket.TIER_3.seconds <= 50


@pytest.mark.django_db
def test_a_burst_is_given_and_then_one_at_a_time(settings):
    settings.SLACK_API_SPEED = 30  # one more every 0.05 s
    took = [bucket.take("chat.update") for _ in range(12)]
    assert took[: bucket.TIER_3.burst] == [0.0] * bucket.TIER_3.burst
    assert 0 < took[-1] <= 0.05
    time.sleep(took[-1] + 0.01)
    assert bucket.take("chat.update") == 0.0


@pytest.mark.django_db
def test_each_channel_has_its_own_posts_and_all_share_the_updates():
    assert [bucket.take("chat.postMessage", each) > 0 for each in ("C1", "C2", "C1")] == [False, False, True]
    while not bucket.take("chat.update", "C1"):
        pass
    assert bucket.take("chat.update", "C2") > 0


@pytest.mark.django_db
def test_a_channel_that_may_not_be_read_for_a_while_holds_up_the_reading_of_others():
    bucket.hold("conversations.history", "C1", 30)
    assert bucket.take("conversations.history", "C2") > 20


@pytest.mark.django_db
def test_what_is_held_is_given_to_nobody_until_then(settings):
    settings.SLACK_API_SPEED = 1000
    bucket.hold("chat.update", "C1", 0.3)
    assert 0 < bucket.take("chat.update", "C2") <= 0.3
    time.sleep(0.31)
    assert bucket.take("chat.update") == 0.0


@pytest.mark.django_db
def test_a_short_hold_shortens_no_longer_one():
    bucket.hold("chat.postMessage", "C1", 30)
    bucket.hold("chat.postMessage", "C1", 1)
    assert bucket.take("chat.postMessage", "C1") > 20
