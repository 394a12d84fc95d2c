"""Runs and questions as messages see them, and texts that nobody should have let in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from opsportal.slack import limits
from opsportal.slack.seen import QuestionSeen, RunSeen, StakeSeen, StepSeen, buttons

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
STARTED = NOW - timedelta(minutes=3, seconds=12)
URL = "https://ops.example.com/run/12/"

NASTY = (
    "x" * 10_000,
    "👩‍👩‍👧‍👦🔥" * 3_000,
    "שלום עולם \u202eevil\u202c " * 400,
    "a\0b\x1b[31mred\x1b[0m\r\nc",
    "<!channel> <@U0123456> <!subteam^S0123456> @here @everyone <https://evil.example|portal>",
    "*bold* _it_ ~gone~ `code` ```block``` > quote &amp; :fire:",
    "&<>" * 5_000,
    "\n" * 5_000,
    "",
    " ",
    "{0} {name} %s %(x)s",
    "z" + "\u0301" * 5_000,
    "\ud800 half",
)


def question(**fields):
    known = {
        "approval": 7,
        "number": 1,
        "digest": "d" * 64,
        "question": "Apply 2 changes to web?",
        "expires_at": NOW + timedelta(hours=24),
        "stakes": (
            StakeSeen("replace", "Db (AWS::RDS::DBInstance)", ("A new one takes its place.",), hot=True),
            StakeSeen("modify", "Service (AWS::ECS::Service)", ("Image: web:1 → web:2",)),
        ),
        "facts": (("Change set", "web-12"),),
    }
    return QuestionSeen(**known | fields)


def run(status="running", steps=("succeeded", "succeeded", "running"), **fields):
    keys = ("network", "database", "web", *(f"step-{n}" for n in range(len(steps))))
    known = {
        "id": 12,
        "title": "Deploy stacks",
        "runbook": "stacks.deploy",
        "environment": "prod",
        "protected": True,
        "status": status,
        "by": "minji",
        "started_at": STARTED,
        "url": URL,
        "usual": 240.0,
        "steps": tuple(StepSeen(key, each) for key, each in zip(keys, steps, strict=False)),
    }
    made = RunSeen(**known | fields)
    return made if "buttons" in fields else replace(made, buttons=buttons(status, made.question is not None))


def nasty_run(text, status="failed", steps=500):
    """A run whose every text is this one."""
    stakes = tuple(StakeSeen("replace", text, (text,) * 3, hot=True) for _ in range(200))
    asked = question(question=text, stakes=stakes, facts=((text, text),) * 50, needed=3) if status == "asking" else None
    many = tuple(StepSeen(text, "failed", text) for _ in range(steps))
    made = run(
        status,
        title=text,
        environment=text,
        by=text,
        line=text,
        reason=text,
        cause=text,
        question=asked,
        others=3,
        outputs=((text, text),) * 100,
        ended_at=None if asked else NOW,
    )
    return replace(made, steps=many)


def wrong(message):
    """What Slack would refuse of this message."""
    return limits.of_message(message.text, message.blocks)


def read(message):
    """All that is read of it, a text each."""
    return "\n".join(limits.texts(message.blocks))


def calls_somebody(message):
    """Whether a name, a group, everybody or a link of others' got through where they have a meaning."""
    texts = [part["text"] for part in limits.within(message.blocks) if part.get("type") == "mrkdwn"]
    signs = ("<@", "<!c", "<!s", "<!h", "<!e", "<https://evil")
    return any(sign in text for text in [message.text, *texts] for sign in signs)


def kinds(message):
    return [block["type"] for block in message.blocks]
