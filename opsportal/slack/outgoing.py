"""What is to be posted of a run: its one message, and what goes into its thread at a question and at the end."""

from datetime import datetime

from django.db.models import Max

from ..cleaning import CLEANUP
from ..models import Approval, Mute, Run, SlackMessage, SlackPerson, Step
from ..telling import lines
from . import reading, run_words, swept, thread_words
from .blocks import Message
from .seen import FAILED, RunSeen, calls

QUESTION, GLASS, END = "question", "glass", "end"
SWEEP = "sweep"
TOLD = (*FAILED, Run.Status.SUCCEEDED)  # ends of which the thread may have more to tell


def end(run: int) -> str:
    """Names this end of the run: by when its last step ended, which an undo that was rejected does not change."""
    last = Step.objects.filter(run=run, gate=False).aggregate(at=Max("ended_at"))["at"]
    return f"{END}:{last.timestamp() if last else 0}"


def run_of(row: SlackMessage) -> Run:
    """The run as it is now."""
    return Run.objects.select_related(*reading.BESIDE).get(pk=row.run_id)


def message(run: Run, seen: RunSeen, now: datetime) -> Message:
    """The run's own message, which names who is called while it asks or has failed."""
    return run_words.message(seen, now, called(run, now) if calls(seen) else "")


def thread(row: SlackMessage, run: Run, now: datetime) -> list[Message | None]:
    """What this row puts into the thread, in order; nothing where it is not wanted any more. None: nobody is called."""
    kind, _colon, number = row.about.partition(":")
    if kind == QUESTION:
        return asked(run, int(number), now)
    if kind == GLASS:
        return [thread_words.glass(run)]
    later = SlackMessage.objects.filter(run=run, about__startswith=END, pk__gt=row.pk)
    return [] if run.is_open or later.exists() else ended(run, now)


def asked(run: Run, approval_id: int, now: datetime) -> list[Message | None]:
    """A question that is open still, and who is called to answer it."""
    found = Approval.objects.select_related("step__run__environment").filter(pk=approval_id)
    approval = found.filter(status=Approval.Status.OPEN).first()
    if approval is None:
        return []
    seen = reading.of_question(run, approval)
    return [thread_words.call(seen, called(run, now)), *thread_words.messages(seen)]


def ended(run: Run, now: datetime) -> list[Message | None]:
    """The root cause, who is called and the log's end of a failure; of another run what it has brought about."""
    seen = reading.run(run, outputs=run.runbook not in (SWEEP, CLEANUP))
    if run.status in FAILED:
        return [thread_words.call(seen, called(run, now)), *thread_words.messages(seen, *reading.log(run))]
    if run.runbook == SWEEP:
        return [*unused(run)]
    return [*thread_words.messages(seen)] if seen.outputs else []


def unused(run: Run) -> list[Message]:
    """What a sweep for costs that a person started found unused; a policy has its digest."""
    if run.firing_id or run.status != Run.Status.SUCCEEDED or not swept.covers(run):
        return []
    return [swept.answer(run.environment, lines.totals(run).refused)]


def called(run: Run, now: datetime) -> str:
    """Slack's id of who is called: at a question who is on duty, at a failure who started it; empty: nobody."""
    if Mute.objects.filter(environment=run.environment_id, until__gt=now).exists():
        return ""
    duty, starter = run.environment.slack_on_duty, started_by(run)
    return (starter or duty) if run.status in FAILED else (duty or starter)


def started_by(run: Run) -> str:
    """Slack's id of the person who started it; empty where that was a policy, or is not known in Slack."""
    if run.firing_id or run.requested_by_id is None:
        return ""
    known = SlackPerson.objects.filter(user=run.requested_by_id, user__is_active=True)
    return known.values_list("slack_id", flat=True).first() or ""
