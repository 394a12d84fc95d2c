"""One stack: deploy it, come to rest after a cancel, restore what was before. Each call is one look."""

from collections.abc import Mapping
from typing import Any

from opsportal.contexts import Context, Done, Outcome, Wait
from opsportal.errors import StepFailed
from opsportal.words import gettext as _
from tasks.aws import cloudformation, cloudformation_changes
from tasks.aws.cloudformation import ALREADY_SENT, INVALID

from . import compare, withdraw
from .decide import ABSENT, CANCELLABLE, REVIEW, at_rest
from .follow import follow, news, pause
from .job import BEFORE, Job, at_work, place, wanted
from .propose import others, propose
from .review import review

SECTION, UNDO = "deploy", "undo"


def deploy(ctx: Context[Any]) -> Outcome:
    """Make the stack what the blueprint says. Raises StepFailed with the first real cause, Denied, TryLater."""
    with at_work(ctx, wanted(ctx), SECTION) as job:
        return advance(job)


def advance(job: Job) -> Outcome:
    if job.notes.leaving:
        return withdraw.leave(job)
    if job.notes.executed_at is not None:
        return follow(job)
    return review(job) if job.notes.change_set else propose(job)


def cancel(ctx: Context[Any]) -> Outcome:
    """Take back what was proposed; cancel an update in flight; let a creation end, which AWS can't cancel."""
    with at_work(ctx, place(ctx), UNDO if ctx.undoing else SECTION) as job:
        return rest(job)


def rest(job: Job) -> Outcome:
    if job.notes.executed_at is None:
        if not job.notes.change_set:
            withdraw.find(job)
        found = withdraw.proposal(job)
        if found is None or not found.execution.startswith("EXECUTE_"):
            return withdraw.withdraw(job) or Done({"stack": job.wanted.name, "changed": False})
        job.notes.executed_at = job.now
    if status := news(job):
        return Done({"stack": job.wanted.name, "status": status, "changed": True})
    if job.notes.status == CANCELLABLE and not job.notes.cancelled:
        stop_update(job)
    elif job.notes.status == "CREATE_IN_PROGRESS":
        job.once(_("AWS can't cancel the creation of {stack}: waiting for its end.").format(stack=job.wanted.name))
    return Wait(pause(job), _("coming to rest"))


def stop_update(job: Job) -> None:
    """Cancel the update, unless it has just ended or begun to clean up."""
    try:
        cloudformation_changes.cancel_update(job.aws, job.wanted.region, job.notes.stack_id)
        text = _("Cancelled the update of {stack}: CloudFormation rolls it back.")
        job.ctx.say(text.format(stack=job.wanted.name), "warning")
    except StepFailed as refused:
        if refused.code not in (INVALID, *ALREADY_SENT):
            raise
    job.notes.cancelled = True


def undo(ctx: Context[Any]) -> Outcome:
    """Restore the template, parameters and tags that were read before the first change; a new stack stays."""
    before = ctx.memory.get(BEFORE)
    if before is None:
        return keep(ctx)
    with at_work(ctx, compare.restored(before, place(ctx)), "undo") as job:
        return advance(job)


def stays(input_: Mapping[str, Any], memory: Mapping[str, Any]) -> str:
    """That an undo leaves a stack which this run created; empty for any other."""
    if BEFORE in memory or not memory.get(SECTION, {}).get("fresh"):
        return ""
    return _("{stack} was not there before this run: it stays.").format(stack=input_["stack"])


def keep(ctx: Context[Any]) -> Done:
    """Say what becomes of a stack of which nothing can be restored."""
    name = ctx.input["stack"]
    stack = cloudformation.stack(ctx.aws, ctx.input["region"], name)
    fresh = ctx.memory.get(SECTION, {}).get("fresh", False)
    text = _("Template and parameters of {stack} were not changed by this run, so it stays as it is.")
    if stack is None:
        text = _("There is no {stack}, so there is nothing to undo.")
    elif fresh:
        text = _("{stack} was not there before this run: it stays. Delete it in CloudFormation if it is not wanted.")
    ctx.say(text.format(stack=name))
    return Done({"stack": name, "kept": stack is not None}, unchanged=True)


def read(ctx: Context[Any]) -> Outcome:
    """The outputs of a stack that is not deployed this time. Raises StepFailed when there is none."""
    name, region = ctx.input["stack"], ctx.input["region"]
    stack = cloudformation.stack(ctx.aws, region, name)
    if stack is None or stack.status in (ABSENT, REVIEW):
        text = _("{stack} does not exist, but others need its outputs. Deploy {key} too.")
        raise StepFailed(text.format(stack=name, key=ctx.key))
    if not at_rest(stack.status):
        return others(name)
    return Done({"stack": name, "stack_id": stack.id, "region": region, "outputs": dict(stack.outputs)}, unchanged=True)
