"""What a stack's events tell, in plain words, and the first real cause of a failure among them."""

import re
from collections.abc import Iterable, Sequence

from opsportal.catalog import Level
from tasks.aws.cloudformation_types import StackEvent

CANCELLED = ("Resource creation cancelled", "Resource update cancelled")
VERBS = {
    "CREATE": ("creating", "created"),
    "UPDATE": ("updating", "updated"),
    "DELETE": ("deleting", "deleted"),
    "IMPORT": ("importing", "imported"),
    "ROLLBACK": ("rolling back", "rolled back"),
    "UPDATE_ROLLBACK": ("rolling the update back", "rolled the update back"),
    "IMPORT_ROLLBACK": ("rolling the import back", "rolled the import back"),
}
SKIPPED = "left in place, not deleted"
NOISE = re.compile(r"( \(RequestToken: [0-9a-f-]+(, HandlerErrorCode: \w+)?\)|\.? ?Rollback requested by user\.)")
EMBEDDED = re.compile(r"^Embedded stack (arn:\S+) was not successfully")


def said(event: StackEvent) -> tuple[str, Level] | None:
    """One line about the event, None for one that brings no news."""
    who = "Stack" if event.of_stack else event.logical_id
    reason = NOISE.sub("", event.reason).strip()
    if event.status.endswith("_FAILED"):
        level: Level = "warning" if reason in CANCELLED else "error"
        return f"{who}: failed: {reason or event.status}", level
    if event.status.endswith("_SKIPPED"):
        return f"{who}: {SKIPPED}", "warning"
    if "CLEANUP" in event.status:
        return f"{who}: removing what is no longer needed", "info"
    verb, _, state = event.status.rpartition("_")
    if event.status.endswith("_IN_PROGRESS"):
        verb = event.status.removesuffix("_IN_PROGRESS")
        return _begun(who, verb, reason, event)
    done = VERBS.get(verb, ("", f"{verb.lower()} {state.lower()}"))[1]
    return f"{who}: {done}", "info"


def _begun(who: str, verb: str, reason: str, event: StackEvent) -> tuple[str, Level] | None:
    if verb == "REVIEW":
        return None
    if reason == "Resource creation Initiated":
        return f"{who}: creation began ({event.physical_id})", "info"
    doing = VERBS.get(verb, (verb.lower(), ""))[0]
    level: Level = "warning" if "ROLLBACK" in verb else "info"
    return f"{who}: {doing}" + (f": {reason}" if reason and reason != "User Initiated" else ""), level


def first_failure(events: Sequence[StackEvent]) -> StackEvent | None:
    """The event that began the failure: a resource's own, else the stack's. `events` are oldest first."""
    failed = [event for event in events if event.status.endswith("_FAILED") and not event.of_stack]
    real = [event for event in failed if event.reason not in CANCELLED]
    of_stack = [event for event in events if event.of_stack and event.reason and _bad(event.status)]
    return next(iter([*real, *of_stack, *failed]), None)


def _bad(status: str) -> bool:
    return "ROLLBACK" in status or status.endswith("_FAILED") or status == "DELETE_COMPLETE"


def reason(event: StackEvent) -> str:
    """AWS's reason without request ids: what an operator can act on."""
    return NOISE.sub("", event.reason).strip() or event.status


def embedded(event: StackEvent) -> str:
    """The id of the nested stack this failure only passes on, "" for a cause of its own."""
    found = EMBEDDED.match(event.reason)
    return found[1] if found else ""


def progress(events: Iterable[StackEvent]) -> int:
    """How many resources have come to their end."""
    return len({event.logical_id for event in events if not event.of_stack and event.status.endswith("_COMPLETE")})
