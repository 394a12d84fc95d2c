"""Who did what, when and from where, written in the same transaction as what it tells of."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.db.models import Model
from simple_history.models import HistoricalRecords  # type: ignore[import-untyped]

from .. import clock, inserts, redaction
from ..models import Audit, Environment
from ..web import addresses
from ..words import gettext_noop

NOBODY = "opsportal"
_through: ContextVar[str] = ContextVar("through", default="")
ACTIONS = {
    "run.start": gettext_noop("Run started"),
    "run.cancel": gettext_noop("Run cancelled"),
    "run.retry": gettext_noop("Run tried again"),
    "run.undo": gettext_noop("Undo asked for"),
    "run.glass": gettext_noop("Glass broken"),
    "question.approve": gettext_noop("Question approved"),
    "question.reject": gettext_noop("Question rejected"),
    "pause.begin": gettext_noop("Changes paused"),
    "pause.end": gettext_noop("Changes resumed"),
    "proposal.make": gettext_noop("Change proposed"),
    "proposal.apply": gettext_noop("Proposed change applied"),
    "proposal.reject": gettext_noop("Proposed change rejected"),
    "proposal.withdraw": gettext_noop("Proposed change withdrawn"),
    "row.make": gettext_noop("Made"),
    "row.change": gettext_noop("Changed"),
    "row.delete": gettext_noop("Deleted"),
    "right.give": gettext_noop("Right given"),
    "right.take": gettext_noop("Right taken away"),
    "token.make": gettext_noop("API token made"),
    "token.revoke": gettext_noop("API token revoked"),
    "token.use": gettext_noop("API token used"),
    "token.refuse": gettext_noop("API token refused"),
    "request.refuse": gettext_noop("API request refused"),
    "publisher.make": gettext_noop("Trusted publisher made"),
    "publisher.change": gettext_noop("Trusted publisher changed"),
    "publisher.disable": gettext_noop("Trusted publisher disabled"),
    "publisher.exchange": gettext_noop("CI token exchanged"),
    "publisher.refuse": gettext_noop("CI token refused"),
    "policy.make": gettext_noop("Policy made"),
    "policy.change": gettext_noop("Policy changed"),
    "policy.enable": gettext_noop("Policy enabled"),
    "policy.disable": gettext_noop("Policy disabled"),
    "policy.delete": gettext_noop("Policy deleted"),
    "policy.run": gettext_noop("Policy run by hand"),
    "notice.again": gettext_noop("Notice sent again"),
    "sign.in": gettext_noop("Signed in"),
    "sign.out": gettext_noop("Signed out"),
    "sign.fail": gettext_noop("Sign-in failed"),
    "factor.remove": gettext_noop("Second factor removed"),
    "slack.confirm": gettext_noop("Slack account confirmed"),
    "slack.disconnect": gettext_noop("Slack account disconnected"),
    "slack.mute": gettext_noop("Calls in Slack muted"),
    "slack.unmute": gettext_noop("Calls in Slack resumed"),
    "audit.export": gettext_noop("Audit exported"),
    "finding.acknowledged": gettext_noop("Finding acknowledged"),
    "finding.snoozed": gettext_noop("Finding snoozed"),
    "finding.exempted": gettext_noop("Finding exempted"),
    "finding.opened": gettext_noop("Finding opened again"),
    "finding.assigned": gettext_noop("Finding assigned"),
    "finding.export": gettext_noop("Findings exported"),
}


def record(
    action: str,
    on: Model | None = None,
    by: Any = None,
    data: Mapping[str, Any] | None = None,
    environment: Environment | None = None,
    at: datetime | None = None,
) -> None:
    """Write down one action of `ACTIONS`; secrets are taken out here.

    `by`: a user, the name of somebody who is none, or None: who sent the request at hand, else opsportal itself. What
    changed goes into `data` as a pair, before and after, by field. `at`: the database's time, where it is known.
    """
    if action not in ACTIONS:
        raise ValueError(f"Add “{action}” to audit.ACTIONS.")
    request = getattr(HistoricalRecords.context, "request", None)
    by = by or sender(request)
    where = environment or place(on)
    entry = Audit(
        at=at or clock.now(),
        who=redaction.text(named(by))[:150],
        user_id=getattr(by, "pk", None),
        address=addresses.client(request) or None if request else None,
        action=action,
        kind=on._meta.model_name or "" if on else "",
        object_id=on.pk if on else None,
        what=redaction.text(str(on))[:200] if on else "",
        environment_id=where.pk if where else None,
        environment=where.name if where else "",
        data=redaction.data(data or {}),
    )
    inserts.insert(Audit, [entry])


@contextmanager
def through(way: str) -> Iterator[None]:
    """What is recorded in the block came this way, such as “Slack”, and says so beside the name of who did it."""
    before = _through.set(way)
    try:
        yield
    finally:
        _through.reset(before)


def named(by: Any) -> str:
    way = _through.get()
    return f"{by} ({way})" if way else str(by)


def sender(request: Any) -> Any:
    """Who sent the request; opsportal itself where there is none, or nobody has signed in."""
    user = getattr(request, "user", None)
    return user if user and user.is_authenticated else NOBODY


def place(on: Model | None) -> Environment | None:
    """The environment that the row is or belongs to."""
    return on if isinstance(on, Environment) else getattr(on, "environment", None)
