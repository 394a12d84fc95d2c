"""`make demo`: up within seconds, gone at a signal, going on where it was, with findings to look at."""

import json
import re
import signal
import sqlite3
import urllib.request
from contextlib import closing

import pytest

from .conftest import fetched, left_over

kept = []  # what the earlier starts in the same folder said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_it_is_soon_there_goes_on_with_the_same_data_and_leaves_no_process(demo, folder, number):
    page, seconds = demo.first_page()
    kept.append(demo.greeting())

    assert demo.end(number) == 0

    assert left_over(folder) == []
    assert "csrfmiddlewaretoken" in page
    assert seconds < 15
    assert all(said == kept[0] for said in kept)


@pytest.mark.usefixtures("once")
def test_its_accounts_were_swept_at_the_first_start_and_once_and_mails_tell_it(demo, folder):
    demo.greeting()
    swept = "SELECT COUNT(*) FROM opsportal_firing WHERE by_id IS NOT NULL"
    done = """SELECT COUNT(*) FROM opsportal_run JOIN opsportal_firing ON opsportal_firing.id = firing_id
              WHERE by_id IS NOT NULL AND opsportal_run.status = 'succeeded'"""

    demo.until(lambda: asked(folder, done) == 4, seconds=90)
    text = demo.until(lambda: len(found := told(folder)) == 2 and "".join(found))

    assert asked(folder, swept) == asked(folder, "SELECT COUNT(*) FROM opsportal_policy") == 2
    assert asked(folder, "SELECT COUNT(*) FROM opsportal_finding WHERE usd > 0") > 50
    assert asked(folder, "SELECT COUNT(*) FROM opsportal_finding WHERE check_name = 'credits-run-out'") > 5
    assert "Subject: [opsportal] nightly-costs: " in text
    assert "Subject: [opsportal] credits: " in text
    assert re.search(r"http://localhost:\d+/admin/opsportal/finding/\d+/", text)
    asked_in_slack(demo)


def asked_in_slack(demo):
    """A person of its simulated Slack starts a sweep there, and reads what comes of it."""
    slack = demo.slack()
    typed = {"user": "olga", "channel": "ops", "text": "점검 dev", "mention": True}
    assert posted(f"{slack}/_sandbox/message", typed)["ts"]
    demo.until(lambda: "Sweep · dev" in said(slack, "ops") and "unused volumes" in said(slack, "ops"))


def said(slack, name):
    """All that stands in this channel."""
    (channel,) = [
        each for each in json.loads(fetched(f"{slack}/_sandbox/workspace"))["channels"] if each["name"] == name
    ]
    return "".join(json.dumps(each.get("blocks", ""), ensure_ascii=False) for each in channel["messages"])


def posted(url, given):
    with urllib.request.urlopen(url, json.dumps(given).encode(), timeout=10) as answer:
        return json.load(answer)


def told(folder):
    """The mails that the demo has kept."""
    return [mail.read_text() for mail in (folder / "mail").glob("*")]


def asked(folder, query):
    """The one number that this query of the demo's database gives."""
    with closing(sqlite3.connect(folder / "opsportal.sqlite3", timeout=20)) as database:
        return database.execute(query).fetchone()[0]
