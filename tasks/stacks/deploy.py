"""One stack: deploy it, come to rest after a cancel, restore what was before. Each call is one look."""

from typing import Any

from opsportal.catalog import Context, Done, Outcome, Wait
from opsportal.errors import StepFailed
from tasks.aws import cloudformation, cloudformation_changes
from tasks.aws.cloudformation import ALREADY_SENT, INVALID

from . import compare, looks, withdraw
from .decide import ABSENT, CANCELLABLE, REVIEW, at_rest
from .follow import follow, news, pause
from .job import BEFORE, Job, at_work, place, wanted
from .propose import propose
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
        job.once(f"AWS can't cancel the creation of {job.wanted.name}: waiting for its end.")
    return Wait(pause(job), "coming to rest")


def stop_update(job: Job) -> None:
    """Cancel the update, unless it has just ended or begun to clean up."""
    try:
        cloudformation_changes.cancel_update(job.aws, job.wanted.region, job.notes.stack_id)
        job.ctx.say(f"Cancelled the update of {job.wanted.name}: CloudFormation rolls it back.", "warning")
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


def keep(ctx: Context[Any]) -> Done:
    """Say what becomes of a stack of which nothing can be restored."""
    name = ctx.input["stack"]
    stack = cloudformation.stack(ctx.aws, ctx.input["region"], name)
    fresh = ctx.memory.get(SECTION, {}).get("fresh", False)
    if stack is None:
        ctx.say(f"There is no {name}, so there is nothing to undo.")
    elif fresh:
        ctx.say(f"{name} was not there before this run: it stays. Delete it in CloudFormation if it is not wanted.")
    else:
        ctx.say(f"Template and parameters of {name} were not changed by this run, so it stays as it is.")
    return Done({"stack": name, "kept": stack is not None}, unchanged=True)


def read(ctx: Context[Any]) -> Outcome:
    """The outputs of a stack that is not deployed this time. Raises StepFailed when there is none."""
    name, region = ctx.input["stack"], ctx.input["region"]
    stack = cloudformation.stack(ctx.aws, region, name)
    if stack is None or stack.status in (ABSENT, REVIEW):
        raise StepFailed(f"{name} does not exist, but others need its outputs. Deploy {ctx.key} too.")
    if not at_rest(stack.status):
        return Wait(looks.OTHERS, f"another operation on {name}")
    return Done({"stack": name, "stack_id": stack.id, "region": region, "outputs": dict(stack.outputs)}, unchanged=True)
