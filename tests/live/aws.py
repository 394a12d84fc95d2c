"""A simulated AWS account beside the host under test, and what a deployment has to leave behind in it."""

import itertools
import json
import random
import threading
import urllib.request
from dataclasses import replace
from http.client import HTTPException
from pathlib import Path

from opsportal import runs
from opsportal.hosting import host as hosts
from opsportal.hosting import supervisor
from tests import factories
from tests.engine.conftest import numbers

from .conftest import ended, until

REGION = "eu-west-1"
BLUEPRINTS = Path(__file__).parent / "blueprints"


class Account:
    """An account of its own in the sandbox, the workers' way to it, and the environment that points there."""

    def __init__(self, host, sandbox):
        self.host, self.sandbox, self.number = host, sandbox, str(random.randint(10**11, 10**12 - 1))
        host.env |= {
            "AWS_ENDPOINT": self.sandbox.url,
            "AWS_ACCESS_KEY_ID": self.number,
            "AWS_SECRET_ACCESS_KEY": "sandbox",
            "BLUEPRINTS_DIR": str(BLUEPRINTS),
        }
        self.environment = factories.environment(name="dev", account=self.number, regions=[REGION])
        self.person = factories.user()
        self.starts = 0

    def deploy(self, **params):
        self.starts += 1
        params = {"blueprint": "pair", **params}
        return runs.start("stacks.deploy", self.environment, params, self.person, f"deploy-{self.starts}")

    def hits(self, rule):
        """How many calls the fault rule has struck so far."""
        return next(line["hits"] for line in self.sandbox.control("GET", "faults")["faults"] if line["id"] == rule)

    def strike(self, kind, **rule):
        """A fault, and a way to wait until it has struck."""
        rule_id = self.sandbox.fault(kind, **rule)
        return lambda: until(lambda: self.hits(rule_id))

    def operations(self):
        """What was done to each stack, as (stack, kind, how it ended); an empty stack under review may go again."""
        lines = [o for o in self.sandbox.operations()["operations"] if o["account"] == self.number]
        return sorted((o["stack"], o["kind"], o["status"]) for o in lines if o["kind"] != "DELETE_STACK")

    def client(self):
        return self.sandbox.client("cloudformation", REGION, self.number)

    def stacks(self):
        return self.client().describe_stacks()["Stacks"]

    def statuses(self):
        return {stack["StackName"]: stack["StackStatus"] for stack in self.stacks()}

    def change_sets(self):
        client = self.client()
        return [line for name in self.statuses() for line in client.list_change_sets(StackName=name)["Summaries"]]


CREATED = [("dev-pair-base", "CREATE_STACK", "CREATE_COMPLETE"), ("dev-pair-top", "CREATE_STACK", "CREATE_COMPLETE")]


def assert_created_once(run, account, seconds=120):
    """The run succeeded, AWS was changed once for each stack, and no number is missing among the events."""
    assert ended(run, seconds).status == "succeeded", run.reason
    assert account.operations() == CREATED
    assert numbers(run) == list(range(1, run.events + 1))


def portal(host, name="web"):
    """Start a web process; where it is."""
    port = hosts.free_port()
    part = supervisor.web("127.0.0.1", port, ready=lambda: hosts.serves("127.0.0.1", port))
    host.start(replace(part, name=name))
    return f"http://127.0.0.1:{port}"


class Browser:
    """Reads a run's stream as a browser does, reconnecting with the last id it got, until it is told the end.

    `portals`: where it is led, to the next one whenever one is gone; by default to one of its own. `told`: the newest
    message of each kind.
    """

    def __init__(self, host, run, *portals):
        self.path, self.portals = f"/runs/{run.pk}/stream", itertools.cycle(portals or [portal(host)])
        self.cookie, self.seen, self.told, self.over = cookie(factories.user()), [], {}, False
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        while not self.over:
            try:
                self.once(next(self.portals))
            except (OSError, HTTPException):
                continue

    def once(self, portal):
        headers = {"Cookie": self.cookie, "Last-Event-ID": str(self.seen[-1]) if self.seen else "0"}
        request, message = urllib.request.Request(portal + self.path, headers=headers), {}
        with urllib.request.urlopen(request, timeout=30) as answer:
            for line in answer:
                field, _, value = line.decode().rstrip("\n").partition(": ")
                message = message | {field: value} if field else self.take(**message)

    def take(self, event, data, id=None):
        """A whole message; nothing of it is left over."""
        self.seen += [int(id)] if id else []
        self.told[event] = json.loads(data)
        self.over = event == "end"
        return {}

    def saw(self, run):
        """Every line once, in order, the last one included."""
        self.thread.join(20)
        return self.over and self.seen == list(range(1, run.events + 1))


def cookie(user):
    return f"sessionid={factories.session(user)}"
