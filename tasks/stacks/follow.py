"""The second half of a deployment: tell the stack's events until its operation ends, and say how it ended."""

from opsportal.contexts import Done, Outcome, Wait
from opsportal.errors import Gone, StepFailed
from opsportal.words import gettext as _
from tasks.aws import cloudformation
from tasks.aws.cloudformation_types import StackEvent

from . import looks, propose, story
from .decide import REVIEW, STUCK, SUCCEEDED, at_rest
from .job import Job

QUIET = 4.0  # seconds without news after which the stack itself is asked
STALE = 30.0  # seconds DescribeStacks may lag behind the events
DEPTH = 3  # nested stacks looked into for a cause


def follow(job: Job) -> Outcome:
    """Tell what is new; end with the operation."""
    if not (status := news(job)):
        return Wait(pause(job), _("CloudFormation is at work"))
    if status in SUCCEEDED:
        return succeed(job, status)
    raise failure(job, status)


def pause(job: Job) -> float:
    """Seconds until the next look, by the time that is the stack's own: not counting what a person took."""
    elapsed = job.notes.prepared + job.now - (job.notes.executed_at or job.now)
    return looks.next_look(elapsed, job.ctx.usual_seconds)


def news(job: Job) -> str:
    """Tell the events since the last look. Gives the status in which our operation ended, "" while it has not."""
    notes = job.notes
    fresh = cloudformation.events(job.aws, job.wanted.region, notes.stack_id, after=notes.told)
    for event in fresh:
        tell(job, event)
    if fresh:
        notes.told, notes.told_at = fresh[-1].id, job.now
        notes.done = min(notes.done + story.progress(fresh), notes.of)
        job.ctx.progress(notes.done, notes.of)
    elif job.now - notes.told_at > QUIET:
        ask_stack(job)
    return notes.status if notes.status not in ("", REVIEW) and at_rest(notes.status) else ""


def tell(job: Job, event: StackEvent) -> None:
    if event.of_stack:
        job.notes.status = event.status
    if line := story.said(event):
        text, level = line
        facts = {"resource": event.logical_id, "type": event.type, "status": event.status}
        more = {"physical_id": event.physical_id, "reason": event.reason, "at": event.at.isoformat()}
        job.ctx.say(text, level, kind="resource", **facts, **more)


def ask_stack(job: Job) -> None:
    """Events may arrive out of order: a stack at rest after our change set has ended, whatever its events say."""
    stack = cloudformation.stack(job.aws, job.wanted.region, job.notes.stack_id)
    if stack and stack.change_set_id == job.notes.change_set and stack.status != REVIEW and at_rest(stack.status):
        job.notes.status = stack.status


def succeed(job: Job, status: str) -> Outcome:
    """Read the outputs, once DescribeStacks shows the stack as its events do."""
    notes = job.notes
    notes.ended_at = notes.ended_at or job.now
    stack = cloudformation.stack(job.aws, job.wanted.region, notes.stack_id)
    if stack is None:
        text = _("{stack} was deleted by somebody right after it was deployed.")
        raise StepFailed(text.format(stack=job.wanted.name))
    current = stack.status == status and stack.change_set_id in ("", notes.change_set)
    if not current and job.now - notes.ended_at < STALE:
        return Wait(0.3, _("waiting for the outputs"))
    propose.protect(job, stack)
    job.ctx.progress(notes.of, notes.of)
    return Done(propose.output(job, stack))


def failure(job: Job, status: str) -> StepFailed:
    """The first real cause in a sentence, and what to do where the stack is stuck now."""
    told = cloudformation.events(job.aws, job.wanted.region, job.notes.stack_id, after=job.notes.mark)
    where, cause = root_cause(job, told)
    why = f"{where}: {cause}" if where else cause
    text = _("{key} failed: {why}").format(key=job.ctx.key, why=why)
    return StepFailed(f"{text} {_(STUCK[status])}" if status in STUCK else text, cause)


def root_cause(job: Job, told: list[StackEvent], depth: int = 0) -> tuple[str, str]:
    """Where it began and AWS's reason; nested stacks are looked into."""
    event = story.first_failure(told)
    if event is None:
        return "", _("CloudFormation gave no reason. Look at the stack's events.")
    where = "" if event.of_stack else event.logical_id
    nested = story.embedded(event)
    if nested and depth < DEPTH:
        try:
            inner, cause = root_cause(job, cloudformation.events(job.aws, job.wanted.region, nested), depth + 1)
            return (f"{where}/{inner}" if inner else where), cause
        except Gone:
            pass
    return where, story.reason(event)
