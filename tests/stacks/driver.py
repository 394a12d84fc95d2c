"""A tiny engine in memory: drives a step function look by look against the sandbox and records what it sends."""

import itertools
import json
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from opsportal.contexts import Answer, Ask, Context, Done, EnvironmentFacts, Wait, digest
from opsportal.errors import Held, Lost, TryLater
from tasks.aws.session import Door, Timeouts
from tasks.stacks import deploy as stack
from tasks.stacks import template

numbers = itertools.count(1)


def facts(account, **changed):
    plain = EnvironmentFacts("dev", account, ("eu-central-1",), "", "", "", {}, False)
    return replace(plain, **changed)


@dataclass
class Ledger:
    """A guard without a database: intents in a list; the same call sent again without an answer keeps its token."""

    intents: list = field(default_factory=list)
    stop: Exception | None = None
    lease_over: bool = False
    held: str = ""

    def check(self):
        if self.stop:
            raise self.stop

    def before(self, call, digest, seconds):
        self.check()
        if self.held and call.endswith(self.held):
            raise Held("Changes are paused.")
        last = self.intents[-1] if self.intents else {}
        if (last.get("call"), last.get("digest"), last.get("answer")) == (call, digest, ""):
            return last["token"]
        token = f"t-{next(numbers)}-{digest[:8]}"
        self.intents.append({"call": call, "digest": digest, "token": token, "answer": "", "at": datetime.now(UTC)})
        return token

    def sendable(self):
        if self.lease_over:
            raise Lost("The lease is over.")

    def after(self, call, token, answer):
        next(intent for intent in self.intents if intent["token"] == token)["answer"] = answer

    def unanswered(self, call):
        last = next((intent for intent in reversed(self.intents) if intent["call"] == call), None)
        return last["at"] if last and not last["answer"] else None

    def calls(self):
        return [intent["call"].removeprefix("cloudformation:") for intent in self.intents]


@dataclass
class Driver:
    """One step; `looks` counts its wake-ups. What it raises is raised here too, TryLater apart."""

    sandbox: object
    environment: EnvironmentFacts
    input: dict = field(default_factory=dict)
    outputs: dict = field(default_factory=dict)
    params: object = None
    memory: dict = field(default_factory=dict)
    said: list = field(default_factory=list)
    ledger: Ledger = field(default_factory=Ledger)
    answer: Answer | None = None
    try_no: int = 1
    run_id: int = field(default_factory=lambda: next(numbers))
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    usual: float | None = None
    looks: int = 0
    forget_look: int = 0
    note: str = ""
    timeouts: Timeouts = field(default_factory=lambda: Timeouts(2.0, 2.0))

    def context(self):
        return Context(
            params=self.params,
            environment=self.environment,
            aws=Door(self.environment, self.ledger, self.run_id, self.sandbox.url, None, self.timeouts),
            memory=json.loads(json.dumps(self.memory)),
            now=datetime.now(UTC),
            say=self.say,
            progress=lambda done, of: None,
            program=lambda argv, env=None: 0,
            write=lambda work: work(None, None),
            key="web",
            input=self.input,
            outputs=self.outputs,
            run_id=self.run_id,
            step_id=self.run_id,
            try_no=self.try_no,
            started_at=self.started_at,
            usual_seconds=self.usual,
            answer=self.answer,
        )

    def say(self, text, level="info", **data):
        self.said.append((level, text, data))

    def look(self, function=stack.deploy):
        """One wake-up. What the look numbered `forget_look` remembered is lost, as after a kill."""
        self.looks += 1
        context = self.context()
        try:
            outcome = function(context)
        except TryLater as later:
            outcome = Wait(later.seconds or 0.05, later.message)
        except Held as held:
            outcome = Wait(0.05, held.message)
        self.note = outcome.note if isinstance(outcome, Wait) else ""
        if self.looks != self.forget_look:
            self.memory = json.loads(json.dumps(context.memory))
        return outcome

    def run(self, function=stack.deploy, seconds=30):
        """Wake-ups until it is done or asks."""
        end = time.monotonic() + seconds
        while True:
            outcome = self.look(function)
            if isinstance(outcome, Done | Ask):
                return outcome
            assert time.monotonic() < end, f"still waiting: {outcome.note}"
            time.sleep(min(outcome.seconds, 0.1))

    def until(self, condition, function=stack.deploy, seconds=20):
        """Wake-ups until the condition holds."""
        end = time.monotonic() + seconds
        while not condition():
            outcome = self.look(function)
            assert isinstance(outcome, Wait), outcome
            assert time.monotonic() < end, f"still waiting: {outcome.note}"
            time.sleep(min(outcome.seconds, 0.05))

    def say_to(self, asked, approved, reason="", expired=False):
        self.answer = Answer(approved, "bea", reason, digest(json.loads(json.dumps(asked.shown))), expired)

    def texts(self, level=None):
        return [text for each, text, _ in self.said if level in (None, each)]

    def retry(self):
        self.try_no, self.answer, self.started_at = self.try_no + 1, None, datetime.now(UTC)

    def want(self, body, **changed):
        """What the step is to make of the stack."""
        name = self.input.get("stack") or f"dev-web-{next(numbers)}"
        plain = {"stack": name, "region": "eu-central-1", "template": body, "parameters": {}, "tags": {}}
        more = {"capabilities": [], "protect": False, "volatile": template.parse(body).volatile}
        self.input = plain | more | {key: _pieces(key, value) for key, value in changed.items()}
        return self

    def next(self):
        """A later run's step on the same stack."""
        return Driver(self.sandbox, self.environment, dict(self.input), usual=self.usual, timeouts=self.timeouts)

    def client(self, service="cloudformation"):
        return self.sandbox.client(service, "eu-central-1", self.environment.account)

    def stack(self):
        return self.client().describe_stacks(StackName=self.input["stack"])["Stacks"][0]

    def exists(self):
        return self.input["stack"] in [line["StackName"] for line in self.client().describe_stacks()["Stacks"]]

    def change_sets(self):
        """Those that could still be executed."""
        found = self.client().list_change_sets(StackName=self.input["stack"])["Summaries"]
        return [each["ChangeSetName"] for each in found if each["ExecutionStatus"] in ("AVAILABLE", "UNAVAILABLE")]

    def effects(self):
        """How many times the sandbox did each of the changing operations in this account."""
        lines = self.sandbox.operations()["operations"]
        return [line["kind"] for line in lines if line["account"] == self.environment.account]


def _pieces(key, value):
    return {name: [text] for name, text in value.items()} if key in ("parameters", "tags") else value
