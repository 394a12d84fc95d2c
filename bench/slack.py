"""How soon Slack hears of a run, how it fares when much happens or Slack is away, and how soon a command is answered.

The real `manage.py slackbot` against the simulated workspace, which keeps Slack's limits and notes each call.
"""

import os
import random
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings

from opsportal import clock, runs, turns
from opsportal.hosting import supervisor
from opsportal.models import Run, SlackMessage, SlackPerson
from opsportal.slack import projecting
from sandbox.slack import process

from . import estate

CHANNEL, TEAM, MINA = "C0OPS000000", "T0SANDBOX1", "U0MINAKIM1"
BOT, APP = "xoxb-sandbox", "xapp-sandbox"
IDLE, RUNS, EVENTS, INJECTED, COMMANDS, BUSY = 60, 40, 2000, 3, 300, 300
MINUTES, QUICK = 10, 10.0  # of the storm on the workspace's clock, which is so much quicker than ours
AWAY = float(os.environ.get("BENCH_AWAY", "120"))  # seconds
ALLOWED = 50  # updates in a minute


@contextmanager
def workspace(speed: float, workers: Any = ()) -> Iterator[tuple[process.Slack, Any]]:
    """A workspace, and a slackbot that talks with it."""
    slack = process.start(speed=speed)
    os.environ.update(
        SLACK_API_URL=slack.api,
        SLACK_BOT_TOKEN=BOT,
        SLACK_APP_TOKEN=APP,
        SLACK_API_SPEED=str(speed),
    )
    try:
        with estate.running(workers=workers) as found:
            settings.SLACK_BOT_TOKEN = BOT
            SlackMessage.objects.all().delete()
            estate.start(found["supervisor"], supervisor.slackbot())
            estate.until(lambda: slack.control("GET", "")["sockets"])
            yield slack, found
    finally:
        slack.stop()


def begin(count: int, mark: str) -> list[Run]:
    where, by = estate.somewhere(slack_channel=CHANNEL), estate.somebody()
    return [runs.start("bench.stamp", where, {}, by, f"slack-{mark}-{time.time()}-{n}") for n in range(count)]


def say(run: Run, text: str) -> None:
    turns.take(run.pk, lambda turn: turn.say(text))


def all_shown() -> bool:
    return not SlackMessage.objects.filter(projecting.UNTOLD, due_at__isnull=False).exists()


def idle() -> list[float]:
    """Seconds from the commit of a line until Slack is called with it, with nothing else going on."""
    with workspace(1.0) as (slack, _found):
        (run,) = begin(1, "idle")
        estate.until(all_shown)
        committed = {}
        for n in range(IDLE):
            time.sleep(projecting.GAP.total_seconds() + random.random())
            say(run, f"line {n}.")
            committed[n] = time.time()
        estate.until(all_shown)
        calls = slack.calls("chat.update")
    return sorted(heard(calls, n) - at for n, at in committed.items())


def heard(calls: list[dict[str, Any]], n: int) -> float:
    """When the first edit with this line was called."""
    return float(next(each["at"] for each in calls if f"line {n}." in str(each["params"])))


def storm() -> tuple[int, int, int, int]:
    """429s, most updates in a minute of the workspace's clock, runs whose end is shown, and messages."""
    with workspace(QUICK) as (slack, _found):
        found = begin(RUNS, "storm")
        slack.fault("ratelimit", method="chat.update", seconds=1, count=INJECTED, after=20)
        every, begun = MINUTES * 60 / QUICK / EVENTS, time.monotonic()
        for n in range(EVENTS):
            say(found[n % RUNS], f"line {n}.")
            time.sleep(max(0.0, begun + (n + 1) * every - time.monotonic()))
        for run in found:
            runs.cancel(run.pk, estate.somebody())
        estate.until(all_shown)
        calls, shown = slack.calls(), messages(slack)
    refused = sum(each["status"] == 429 for each in calls)
    updates = sorted(each["at"] for each in calls if each["method"] == "chat.update")
    most = max(sum(at <= other < at + 60 / QUICK for other in updates) for at in updates)
    return refused, most, sum("Cancelled" in str(each["blocks"]) for each in shown), len(shown)


def messages(slack: process.Slack) -> list[dict[str, Any]]:
    channels = slack.workspace()["channels"]
    return [
        each for channel in channels if channel["id"] == CHANNEL for each in channel["messages"] if not each["is_reply"]
    ]


def away() -> tuple[float, int]:
    """Seconds after Slack is back until the message of each open run is right, and how many messages there are."""
    with workspace(1.0) as (slack, _found):
        old = begin(RUNS - 10, "old")
        estate.until(all_shown, 300)
        slack.fault("lost", method="chat.postMessage", count=1)
        new = begin(10, "new")
        time.sleep(1.5)
        slack.fault("away")
        for _minute in range(60):
            for run in (*old, *new):
                say(run, "something happened.")
            time.sleep(AWAY / 60)
        slack.clear_faults()
        begun = time.monotonic()
        estate.until(all_shown, 300, every=0.1)
        return time.monotonic() - begun, len(messages(slack))


def commands() -> list[float]:
    """Milliseconds until a slash command is acknowledged, while all workers are busy."""
    with workspace(1.0, (estate.WORKER,)) as (slack, _found):
        person = {"team": TEAM, "slack_id": MINA, "confirmed_at": clock.now()}
        SlackPerson.objects.update_or_create(user=estate.somebody(), defaults=person)
        where = estate.somewhere(slack_channel="")
        for n in range(BUSY):
            runs.start("bench.steps", where, {"steps": 50}, estate.somebody(), f"busy-{time.time()}-{n}")
        took = []
        for n in range(COMMANDS):
            begun = time.perf_counter()
            answer = slack.act("command", user="mina", channel="ops", command="/ops", text=("help", "status")[n % 2])
            took.append((time.perf_counter() - begun) * 1000)
            assert answer["acknowledged"], answer
            time.sleep(0.05)
    return sorted(took)


def rows() -> list[tuple[str, str, str]]:
    name = estate.database()
    delays, (refused, most, ends, shown), (back, count), took = idle(), storm(), away(), commands()
    p50, p99 = statistics.median(delays), delays[int(len(delays) * 0.99)]
    return [
        (f"{name}: a line committed → Slack called, idle", f"p50 {p50:.2f} s, p99 {p99:.2f} s", "≤ 1.5 s, ≤ 4 s"),
        (
            f"{name}: {RUNS} runs, {EVENTS:,} lines in {MINUTES} min of the workspace's clock",
            f"{refused} × 429, {most} updates a minute at most, {ends} ends shown in {shown} messages",
            f"{INJECTED} (those injected), ≤ {ALLOWED}, {RUNS}, {RUNS}",
        ),
        (
            f"{name}: Slack away for {AWAY:.0f} s, then right for {RUNS} open runs",
            f"after {back:.0f} s, {count} messages",
            f"≤ 60 s, {RUNS}",
        ),
        (
            f"{name}: `/ops` → acknowledged, workers busy",
            f"p50 {took[len(took) // 2]:.0f} ms, p99 {took[int(len(took) * 0.99)]:.0f} ms",
            "p99 ≤ 300 ms",
        ),
    ]
