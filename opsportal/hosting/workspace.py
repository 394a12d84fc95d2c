"""The demo's Slack: a simulated workspace with a page, in which the demo's two people are known."""

import os
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import User

from .. import clock
from ..models import Environment, SlackPerson
from .host import free_port
from .supervisor import Part

PEOPLE = {"olga": "U0OLGA00000", "ansel": "U0ANSEL0000"}
STRANGER = "amara"  # whom the portal does not know
TEAM = "T0SANDBOX1"
CHANNELS = {"dev": "C0OPS000000", "prod": "C0DEPLOYS00"}  # #ops and #deploys


@dataclass(frozen=True)
class Workspace:
    """The simulated Slack on this port."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def part(self) -> Part:
        people = ",".join([*PEOPLE, STRANGER])
        argv = [sys.executable, "-m", "sandbox.slack", "--port", str(self.port), "--people", people]
        return Part("slack", argv, ready=self.ready)

    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_sandbox", timeout=2) as answer:  # noqa: S310  http, ours
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError):
            return False

    def use(self) -> None:
        """Let this process and those it starts talk to it."""
        settings.SLACK_BOT_TOKEN = os.environ["SLACK_BOT_TOKEN"] = "xoxb-sandbox"  # noqa: S105  of the sandbox
        os.environ["SLACK_APP_TOKEN"] = "xapp-sandbox"  # noqa: S105
        os.environ["SLACK_API_URL"] = f"{self.url}/api/"


def found() -> Workspace | None:
    """The workspace that is used from now on, not started yet; None: a real one is set up."""
    if settings.SLACK_BOT_TOKEN:
        return None
    made = Workspace(free_port())
    made.use()
    return made


def seed() -> None:
    """Give the environments their channels and the people their Slack accounts; repeating it changes nothing."""
    for name, channel in CHANNELS.items():
        Environment.objects.filter(name=name, slack_channel="").update(slack_channel=channel)
    for name, slack_id in PEOPLE.items():
        person = User.objects.get(username=name)
        known = {"team": TEAM, "slack_id": slack_id, "confirmed_at": clock.now()}
        SlackPerson.objects.get_or_create(user=person, defaults=known)
