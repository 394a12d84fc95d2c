"""Invariant 14: what the hub tells is what the rows say, each line once and in order."""

import asyncio
from datetime import timedelta
from functools import partial

import pytest

from opsportal import clock
from opsportal.api import tokens
from opsportal.live import hub
from opsportal.live import view as live
from tests import factories


@pytest.fixture
def ended(drive):
    return drive(factories.start({"a": []}, do={"a": "say:5"}))


def test_two_readers_at_the_same_moment_take_each_line_in_once(ended):
    feed = hub.Feed(ended.pk)

    async def both():
        await asyncio.gather(feed.read_lines(), feed.read_lines())

    asyncio.run(both())
    assert [number for number, _ in feed.lines] == list(range(1, ended.events + 1))


def test_a_stream_does_not_end_before_the_last_line_when_the_news_of_the_end_comes_first(ended):
    feed = hub.Feed(ended.pk)
    asyncio.run(feed.read_state())
    assert not feed.over(ended.events - 1)
    assert feed.over(ended.events)


def test_lines_no_longer_in_memory_are_read_a_page_at_a_time(ended, monkeypatch):
    monkeypatch.setattr(live, "PAGE", 3)
    feed = hub.Feed(ended.pk, ended.events)
    pages = [[number for number, _ in asyncio.run(live.missing(feed, sent))] for sent in (0, 3, ended.events)]
    assert pages == [[1, 2, 3], [4, 5, 6], []]


async def until_cut_off(run, user):
    return [message async for message in live.follow(run.pk, 0, run.events, partial(live.person, user.pk))]


def test_who_loses_the_right_to_see_runs_is_cut_off(monkeypatch, hand):
    run, user = factories.start({"a": []}), factories.user()
    monkeypatch.setattr(live, "RIGHTS", -1.0)
    monkeypatch.setattr(hub.HUB, "start", lambda: None)
    assert live.may_still_view(partial(live.person, user.pk))
    user.user_permissions.clear()
    assert len(asyncio.run(until_cut_off(run, user))) == 1


def test_a_last_line_whose_hint_was_lost_is_found_by_comparison(ended):
    followed = hub.Hub()
    feed = followed.feeds[ended.pk] = hub.Feed(ended.pk, ended.events - 1)
    asyncio.run(followed.compare_once())
    assert [number for number, _ in feed.lines] == [ended.events]


def test_a_stream_is_woken_by_news_and_by_itself_when_there_are_none(monkeypatch):
    monkeypatch.setattr(live, "BEAT", 0.05)

    async def heard():
        bell = live.Bell()
        asyncio.get_running_loop().call_soon(bell.set)
        told = [await bell.news()]
        bell.clear()
        told.append(await bell.news())
        bell.put_away()
        return told

    assert asyncio.run(heard()) == [True, False]


def test_a_stream_ends_when_its_token_does(monkeypatch, hand):
    run, user = factories.start({"a": []}), factories.user()
    monkeypatch.setattr(live, "RIGHTS", -1.0)
    monkeypatch.setattr(hub.HUB, "start", lambda: None)
    token, _ = tokens.make(user, "ci", ["read"], clock.now() + timedelta(days=1), None)
    again = partial(tokens.again, token.pk)
    assert live.may_still_view(again, run.pk)
    tokens.revoke(token, user)

    async def read():
        return [message async for message in live.follow(run.pk, 0, run.events, again)]

    assert len(asyncio.run(read())) == 1


def test_a_reader_who_goes_between_two_questions_sees_nothing():
    assert live.seen_by(lambda: None) == frozenset()
