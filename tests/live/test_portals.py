"""Two web processes on the same database and Redis: it is the same which of them a browser is led to."""

import asyncio
import urllib.parse
import urllib.request

import pytest
from django.utils.crypto import get_random_string

from opsportal.live import hints, hub
from opsportal.models import Approval
from tests import factories

from .aws import Browser, cookie, portal
from .conftest import ended, until


@pytest.fixture
def portals(host):
    host.worker()
    return portal(host, "web-1"), portal(host, "web-2")


def post(portal, run, verb, **fields):
    """What a button of the run's page sends."""
    token = get_random_string(32)
    headers = {"Cookie": f"{cookie(factories.user())}; csrftoken={token}", "X-CSRFToken": token}
    data = urllib.parse.urlencode(fields).encode()
    request = urllib.request.Request(f"{portal}/admin/opsportal/run/{run.pk}/{verb}/", data, headers)
    urllib.request.urlopen(request, timeout=30).close()


def test_both_portals_tell_every_line_and_count_and_an_answer_given_at_one_goes_on_at_both(host, portals):
    run = factories.start({"a": [], "b": ["a"], "c": ["b"]}, do={"a": "talk:2", "b": "ask", "c": "talk:1"})
    browsers = [Browser(host, run, url) for url in portals]
    until(lambda: [browser.told.get("counts") for browser in browsers] == [{"runs": 1, "questions": 1}] * 2)
    post(portals[0], run, "approve", questions=Approval.objects.get().pk)
    assert ended(run).status == "succeeded"
    assert [browser.saw(run) for browser in browsers] == [True, True]


def test_a_cancel_at_one_portal_is_seen_at_the_other(host, portals):
    run = factories.start({"a": [], "b": ["a"]}, do={"a": "talk:60"})
    browser = Browser(host, run, portals[1])
    until(lambda: len(browser.seen) > 20)
    post(portals[0], run, "do/cancel")
    assert ended(run).status == "cancelled"
    assert browser.saw(run)
    assert browser.told["state"]["run"]["status"] == "cancelled"


def test_a_browser_whose_portal_is_killed_goes_on_at_the_other_and_misses_nothing(host, portals):
    run = factories.start({"a": [], "b": ["a"]}, do={"a": "talk:5", "b": "talk:1"})
    browser = Browser(host, run, *portals)
    until(lambda: len(browser.seen) > 20)
    host.kill("web-1")
    assert ended(run).status == "succeeded"
    assert browser.saw(run)


async def heard(followed, feed, seconds):
    """What the feed has a while after a hub began to listen, which compares nothing by the clock."""
    listening = asyncio.create_task(followed.listen())
    await asyncio.sleep(seconds)
    listening.cancel()
    return [number for number, _ in feed.lines]


def test_a_line_told_before_a_portal_has_begun_to_listen_does_not_wait_for_the_comparison(host):
    run = factories.start({"a": []})
    followed = hub.Hub()
    feed = followed.feeds[run.pk] = hub.Feed(run.pk, run.events - 1)
    until(lambda: hints.broker().xlen(hints.STREAM))
    assert asyncio.run(heard(followed, feed, hub.COMPARE / 2)) == [run.events]
