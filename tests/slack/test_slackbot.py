"""`manage.py slackbot` as a process: it connects and reconnects, shares its work with another, and ends in order."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from opsportal.slack import people
from opsportal.slack.people import Claim
from sandbox.slack import process
from tests import factories
from tests.live.conftest import database_url

from .bot import IDS, until

TOKENS = {"SLACK_BOT_TOKEN": "xoxb-sandbox-0123456789", "SLACK_APP_TOKEN": "xapp-sandbox-0123456789"}
SECRET = {"SLACK_SIGNING_SECRET": "a-secret-of-the-sandbox"}
COMMAND = [sys.executable, "manage.py", "slackbot"]


class Bots:
    """Processes of the bot, and what they log."""

    def __init__(self, slack, folder):
        self.slack, self.folder, self.running = slack, folder, []

    def start(self, **env):
        known = (
            TOKENS | SECRET | {"SLACK_API_URL": self.slack.api, "DATABASE_URL": database_url(), "LOG_LEVEL": "DEBUG"}
        )
        log = (self.folder / f"{len(self.running)}.log").open("wb")
        self.running.append(subprocess.Popen(COMMAND, env={**os.environ, **known, **env}, stdout=log, stderr=log))
        log.close()
        return self.running[-1]

    def connected(self, number=1):
        until(lambda: self.slack.control("GET", "")["sockets"] == number, 30)

    def end(self, bot, by=signal.SIGTERM):
        bot.send_signal(by)
        return bot.wait(20)

    def logs(self):
        return "".join(file.read_text() for file in self.folder.glob("*.log"))

    def ask(self, text="help"):
        return self.slack.act("command", user="mina", channel="ops", command="/ops", text=text)

    def answers(self):
        """What mina has been answered."""
        channels = self.slack.workspace()["channels"]
        return [each["text"] for channel in channels for each in channel["messages"] if each.get("bot_id")]


@pytest.fixture
def bots(transactional_db, store, tmp_path):
    names = {"bot_token": "SLACK_BOT_TOKEN", "app_token": "SLACK_APP_TOKEN"}
    slack = process.start(**{option: TOKENS[name] for option, name in names.items()})
    people.connect(Claim(slack.control("GET", "")["team"], IDS["mina"]), factories.user())
    made = Bots(slack, tmp_path)
    yield made
    for bot in made.running:
        bot.kill()
        bot.wait()
    slack.stop()


@pytest.mark.parametrize(
    ("env", "sentence"),
    [
        ({"SLACK_BOT_TOKEN": "", "SLACK_APP_TOKEN": "xapp-1"}, "Set SLACK_BOT_TOKEN"),
        ({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": ""}, "Set SLACK_APP_TOKEN"),
    ],
)
def test_without_a_token_it_ends_and_names_the_variable(env, sentence):
    done = subprocess.run(COMMAND, env={**os.environ, **env}, capture_output=True, text=True)
    assert done.returncode == 1
    assert sentence in done.stderr


def test_a_token_that_slack_does_not_take_ends_it_with_a_sentence(bots):
    bot = bots.start(SLACK_APP_TOKEN="xapp-another")
    assert bot.wait(30) == 1
    assert "Slack does not take SLACK_APP_TOKEN: invalid_auth" in bots.logs()


def test_it_survives_that_slack_is_away_and_ends_in_order_on_sigterm(bots):
    bots.slack.fault("away")
    bot = bots.start()
    until(lambda: "Slack is away" in bots.logs(), 30)
    bots.slack.clear_faults()
    bots.connected()
    assert bots.ask()["acknowledged"]
    until(lambda: any("What you can do here" in each for each in bots.answers()))
    bots.slack.fault("disconnect", reason="")
    bots.connected()
    assert bots.ask()["acknowledged"]
    assert bots.end(bot) == 0


def test_no_token_reaches_a_log_even_where_everything_is_logged(bots):
    bot = bots.start()
    bots.connected()
    bots.slack.fault("refuse", method="views.publish", error="invalid_auth")
    bots.ask("status xoxb-1234567890-abcdef")
    bots.slack.act("home", user="mina")
    until(lambda: bots.slack.calls("views.publish"))
    bots.end(bot)
    logs = bots.logs()
    assert "was not published" in logs, bots.slack.calls("views.publish")
    for secret in (*TOKENS.values(), *SECRET.values(), "xoxb-1234567890", "ticket="):
        assert secret not in logs


def test_two_processes_share_the_work_and_one_may_end(bots):
    first, _second = bots.start(), bots.start()
    bots.connected(2)
    with ThreadPoolExecutor(8) as together:
        asked = [together.submit(bots.ask) for _ in range(16)]
        time.sleep(0.05)
        assert bots.end(first) == 0
        acknowledged = sum(each.result()["acknowledged"] for each in asked)
    until(lambda: len(bots.answers()) == acknowledged)
    assert all(bots.ask()["acknowledged"] for _ in range(4))
    until(lambda: len(bots.answers()) == acknowledged + 4)
