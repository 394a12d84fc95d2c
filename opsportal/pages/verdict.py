"""What a run came to, in sentences: the cause, the consequence and what can be done next."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .. import catalog
from ..models import Run, Step
from . import durations
from .looks import shown_status

R = Run.Status
S = Step.Status


@dataclass(frozen=True)
class Verdict:
    colour: str
    icon: str
    cause: str
    consequence: str = ""


def verdict(run: Run, steps: Sequence[Step]) -> Verdict | None:
    """What the head of the page says about this run; None while there is nothing to say."""
    if run.status == R.SUCCEEDED:
        return succeeded(run, steps)
    if run.status == R.CANCELLED:
        return Verdict("rest", "block", run.reason or _("Cancelled."), left_behind(steps))
    if run.status == R.CANCELLING:
        return Verdict("ask", "stop_circle", _("Cancelling."), coming_to_rest(steps))
    if run.status == R.UNDONE:
        return undone(steps)
    broken = first_failed(steps)
    if broken is None:
        return Verdict("bad", "error", run.reason or _("The run failed.")) if run.status in FAILED else None
    return Verdict("bad", "error", cause(run, broken), consequence(run, steps, broken))


FAILED = (R.FAILED, R.UNDO_FAILED)


def first_failed(steps: Sequence[Step]) -> Step | None:
    failed = [step for step in steps if step.status in (S.FAILED, S.ABANDONED)]
    return min(failed, key=lambda step: (step.ended_at is None, step.ended_at, step.position), default=None)


def cause(run: Run, broken: Step) -> str:
    why = broken.cause or broken.reason
    what = _("Undoing %(step)s failed.") if broken.phase == Step.Phase.UNDO else _("%(step)s failed.")
    return f"{what % {'step': broken.key}} {why}".strip()


def consequence(run: Run, steps: Sequence[Step], broken: Step) -> str:
    """What the failure means for the other steps, and what can be done."""
    parts = [without(steps, run.is_open)]
    if run.is_open:
        parts.append(under_way(steps))
        parts.append(_("After that you can retry from %(step)s.") % {"step": broken.key})
    elif run.status == R.FAILED:
        done = sum(step.status == S.SUCCEEDED for step in steps)
        parts.append(stays(done))
        parts.append(_("Remove the cause, then retry from %(step)s.") % {"step": broken.key})
    return " ".join(part for part in parts if part)


def without(steps: Sequence[Step], is_open: bool) -> str:
    """Names what won't run, or didn't."""
    names = [step.key for step in steps if step.status == S.SKIPPED]
    if not names:
        return ""
    text = _("%(steps)s won’t run.") if is_open else _("%(steps)s didn’t run.")
    return text % {"steps": listed(names)}


def under_way(steps: Sequence[Step]) -> str:
    count = sum(shown_status(step) in (S.RUNNING, S.ASKING, S.QUEUED, S.DUE) for step in steps)
    if not count:
        return ""
    return ngettext(
        "The step under way is left to finish.", "The %(count)d steps under way are left to finish.", count
    ) % {"count": count}


def stays(done: int) -> str:
    if not done:
        return ""
    return ngettext(
        "The step that succeeded stays as it is.", "The %(count)d steps that succeeded stay as they are.", done
    ) % {"count": done}


def succeeded(run: Run, steps: Sequence[Step]) -> Verdict:
    done = sum(step.status == S.SUCCEEDED for step in steps)
    head = ngettext("%(count)d step is done.", "%(count)d steps are done.", done) % {"count": done}
    book = catalog.runbook(run.runbook)
    if book and not book.changes:
        return Verdict("ok", "check_circle", head, _("Nothing in AWS was changed."))
    unchanged = sum(step.unchanged for step in steps)
    if unchanged and unchanged >= done - 1:
        return Verdict("ok", "check_circle", head, _("Nothing had to change."))
    return Verdict("ok", "check_circle", head, run.reason or pace(run))


def pace(run: Run) -> str:
    """How the run compares with its usual duration; empty when that is not known or about the same."""
    if not run.usual_seconds or not run.ended_at:
        return ""
    less = run.usual_seconds - (run.ended_at - run.created_at).total_seconds()
    if abs(less) < max(5, run.usual_seconds * 0.05):
        return _("As fast as usual.")
    text = _("%(time)s faster than usual.") if less > 0 else _("%(time)s slower than usual.")
    return text % {"time": durations.words(abs(less))}


def undone(steps: Sequence[Step]) -> Verdict:
    count = sum(step.status == S.UNDONE for step in steps)
    text = ngettext("Undone: %(count)d step was put back.", "Undone: %(count)d steps were put back.", count)
    return Verdict("rest", "undo", text % {"count": count})


def left_behind(steps: Sequence[Step]) -> str:
    """What AWS was still doing when it was given up."""
    names = [step.key for step in steps if step.status == S.ABANDONED]
    if names:
        return _("AWS was still at work on %(steps)s when it was given up. Look at it there.") % {
            "steps": listed(names)
        }
    done = sum(step.status == S.SUCCEEDED for step in steps)
    return stays(done)


def coming_to_rest(steps: Sequence[Step]) -> str:
    names = [step.key for step in steps if step.status in Step.ACTIVE]
    return _("Waiting for %(steps)s to come to rest in AWS.") % {"steps": listed(names)} if names else ""


def listed(names: Sequence[str], most: int = 3) -> str:
    """Such as “a, b, c and 4 more”."""
    if len(names) <= most:
        return ", ".join(names)
    return _("%(names)s and %(count)d more") % {"names": ", ".join(names[:most]), "count": len(names) - most}
