"""What the API answers and takes, as OpenAPI tells it."""

from datetime import datetime
from typing import Any, Literal

from ninja import Field as Told
from ninja import Schema
from pydantic import ConfigDict


class Step(Schema):
    key: str
    status: str
    needs: list[str] = Told(description="Keys of the steps it starts after.")
    started_at: datetime | None
    ended_at: datetime | None
    usual_seconds: float | None
    reason: str = Told(description="Why it ended as it did; empty where it succeeded.")
    cause: str = Told(description="The first thing that went wrong.")
    note: str = Told(description="What it waits for, in a few words.")


class Run(Schema):
    id: int
    runbook: str
    environment: str
    status: str
    params: dict[str, Any]
    started_by: str
    created_at: datetime
    ended_at: datetime | None
    usual_seconds: float | None
    reason: str
    events: int = Told(description="The number of its last event.")
    url: str = Told(description="Where a person sees it.")


class WholeRun(Run):
    steps: list[Step]
    approvals: list[int] = Told(description="Numbers of its open questions.")


class Page(Schema):
    items: list[Run]
    next: str | None = Told(description="The cursor of the next page; null on the last one.")


class Strict(Schema):
    """What is taken: a name that it does not have is refused, so that nothing runs without what was meant."""

    model_config = ConfigDict(extra="forbid")


class Start(Strict):
    runbook: str = Told(max_length=100, examples=["stacks.deploy"])
    environment: str = Told(max_length=40, examples=["dev"])
    params: dict[str, Any] = Told(default_factory=dict, examples=[{"blueprint": "ecs-service"}])


class Approval(Schema):
    id: int
    run: int
    step: str
    environment: str
    question: str
    shown: dict[str, Any] = Told(description="What is at stake: changes by risk, cost, version.")
    digest: str = Told(description="Of what is shown; an answer sends it back.")
    status: str
    needed: int = Told(description="How many have to approve.")
    asked_at: datetime
    expires_at: datetime
    answered_by: str
    reason: str


class Approvals(Schema):
    items: list[Approval]
    next: str | None = Told(description="The cursor of the next page; null on the last one.")


class Answer(Strict):
    answer: Literal["approve", "reject"]
    digest: str = Told(max_length=64)
    reason: str = Told("", max_length=2000, description="Needed to reject.")
    typed_name: str = Told("", max_length=40, description="The environment's name, where you asked for it yourself.")


class Event(Schema):
    number: int
    at: datetime
    level: str
    step: str
    text: str
    data: dict[str, Any]


class Events(Schema):
    items: list[Event]
    more: bool


class Environment(Schema):
    name: str
    account: str
    regions: list[str]
    protected: bool
    may_start: bool


class Finding(Schema):
    id: int
    environment: str
    region: str
    check: str
    resource: str = Told(description="AWS's own id or ARN.")
    name: str
    owner: str = Told(description="What the resource's owner tag says; empty: it has none.")
    severity: str = Told(description="critical, high, medium or low.")
    state: str
    detail: str = Told(description="What is wrong, with figures.")
    advice: str = Told(description="What to do next.")
    usd: float | None = Told(description="A month; null: not known, or no question of money.")
    until: datetime | None = Told(description="When a snooze or an exemption ends.")
    assigned_to: str
    first_seen: datetime
    last_seen: datetime
    times_seen: int
    opened_at: datetime
    closed_at: datetime | None
    url: str = Told(description="Where a person sees it.")


class FindingChange(Schema):
    at: datetime
    kind: str
    by: str = Told(description="Empty: a sweep.")
    text: str
    run: int | None


class WholeFinding(Finding):
    price: dict[str, Any] | None = Told(description="The list price it was reckoned with, with region and date.")
    evidence: dict[str, Any] = Told(description="What was read.")
    tags: dict[str, Any]
    reason: str = Told(description="Why it is snoozed or exempt.")
    history: list[FindingChange] = Told(description="The newest first, 100 at most.")


class Findings(Schema):
    items: list[Finding]
    next: str | None = Told(description="The cursor of the next page; null on the last one.")


class Handled(Schema):
    changed: int = Told(description="How many were not so already.")
    items: list[Finding] = Told(description="All of them, as they stand now.")


class Runbook(Schema):
    name: str
    title: str
    summary: str
    parameters: dict[str, Any] = Told(description="JSON Schema of its parameters.")


class Policy(Schema):
    id: int
    name: str
    runbook: str
    params: dict[str, Any]
    environments: list[str]
    cron: str = Told(description="Minute, hour, day, month and weekday: crontab(5).")
    timezone: str
    next_due: datetime | None = Told(description="Null while it is disabled.")
    overlap: str = Told(description="While the firing before it is not over: skip or queue.")
    degree: str = Told(description="How far it may act: report, mark or clean.")
    grace_days: int
    max_changes: int
    max_percent: int
    tell: list[str] = Told(description="E-mail addresses and #channels.")
    enabled: bool
    speaks_for: str = Told(description="Who wrote it last, and whose rights it has.")


class Firing(Schema):
    id: int
    due_at: datetime
    fired_at: datetime
    by: str = Told(description="Who ran it by hand; empty: its schedule.")
    missed: int = Told(description="How many times before it passed while nothing was there to fire.")
    status: str
    reason: str = Told(description="What was missed, and where no run was started.")
    runs: list[int]


class WholePolicy(Policy):
    firings: list[Firing] = Told(description="The last ones, the newest first.")


# One Server-Sent Event: HTML Living Standard, Server-sent events.
MESSAGE = {
    "type": "object",
    "properties": {
        "event": {"enum": ["line", "state", "counts", "beat", "end"]},
        "id": {"type": "string", "description": "The number of the line."},
        "data": {"type": "string", "description": "JSON."},
    },
    "required": ["event", "data"],
}
