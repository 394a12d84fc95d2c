"""What a stack's events tell, in plain words, and the first real cause of a failure among them."""

import re
from collections.abc import Iterable, Sequence

from opsportal.contexts import Level
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.aws.cloudformation_types import StackEvent

CANCELLED = ("Resource creation cancelled", "Resource update cancelled")
VERBS = {
    "CREATE": (gettext_noop("{who}: creating"), gettext_noop("{who}: created")),
    "UPDATE": (gettext_noop("{who}: updating"), gettext_noop("{who}: updated")),
    "DELETE": (gettext_noop("{who}: deleting"), gettext_noop("{who}: deleted")),
    "IMPORT": (gettext_noop("{who}: importing"), gettext_noop("{who}: imported")),
    "ROLLBACK": (gettext_noop("{who}: rolling back"), gettext_noop("{who}: rolled back")),
    "UPDATE_ROLLBACK": (gettext_noop("{who}: rolling the update back"), gettext_noop("{who}: rolled the update back")),
    "IMPORT_ROLLBACK": (gettext_noop("{who}: rolling the import back"), gettext_noop("{who}: rolled the import back")),
}
NOISE = re.compile(r"( \(RequestToken: [0-9a-f-]+(, HandlerErrorCode: \w+)?\)|\.? ?Rollback requested by user\.)")
EMBEDDED = re.compile(r"^Embedded stack (arn:\S+) was not successfully")


def said(event: StackEvent) -> tuple[str, Level] | None:
    """One line about the event, None for one that brings no news."""
    who = _("Stack") if event.of_stack else event.logical_id
    reason = NOISE.sub("", event.reason).strip()
    if event.status.endswith("_FAILED"):
        level: Level = "warning" if reason in CANCELLED else "error"
        return _("{who}: failed: {reason}").format(who=who, reason=reason or event.status), level
    if event.status.endswith("_SKIPPED"):
        return _("{who}: left in place, not deleted").format(who=who), "warning"
    if "CLEANUP" in event.status:
        return _("{who}: removing what is no longer needed").format(who=who), "info"
    verb, _underscore, state = event.status.rpartition("_")
    if event.status.endswith("_IN_PROGRESS"):
        verb = event.status.removesuffix("_IN_PROGRESS")
        return _begun(who, verb, reason, event)
    return (_(VERBS[verb][1]).format(who=who) if verb in VERBS else f"{who}: {verb.lower()} {state.lower()}"), "info"


def _begun(who: str, verb: str, reason: str, event: StackEvent) -> tuple[str, Level] | None:
    if verb == "REVIEW":
        return None
    if reason == "Resource creation Initiated":
        return _("{who}: creation began ({id})").format(who=who, id=event.physical_id), "info"
    doing = _(VERBS[verb][0]).format(who=who) if verb in VERBS else f"{who}: {verb.lower()}"
    level: Level = "warning" if "ROLLBACK" in verb else "info"
    return (f"{doing}: {reason}" if reason and reason != "User Initiated" else doing), level


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
