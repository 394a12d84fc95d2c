"""The first half of a deployment: look at the stack, and make a change set unless it is as wanted."""

from typing import Literal

from opsportal.catalog import Ask, Done, Outcome, Wait, digest
from opsportal.errors import Gone, StepFailed
from tasks.aws import cloudformation, cloudformation_changes
from tasks.aws.cloudformation_types import Proposal, Stack

from . import compare, looks
from .decide import ABSENT, STUCK, Move, decide
from .job import BEFORE, Job

Kind = Literal["CREATE", "UPDATE"]


def propose(job: Job) -> Outcome:
    """Look at the stack as it is and do what its status calls for."""
    stack = cloudformation.stack(job.aws, job.wanted.region, job.wanted.name)
    move = decide(stack.status if stack else ABSENT)
    if move is Move.CREATE or stack is None:
        return make(job, stack, "CREATE")
    if move is Move.WAIT:
        return wait(job, stack)
    if move is Move.FAIL:
        raise StepFailed(f"{stack.name} is {stack.status}. {STUCK[stack.status]}", stack.reason)
    return clear(job, stack) if move is Move.CLEAR else update(job, stack)


def wait(job: Job, stack: Stack) -> Wait:
    """Nothing is done while another's operation is in flight."""
    if stack.id == job.notes.clearing:
        return Wait(1, "deleting what a failed creation left")
    job.once(f"{stack.name} is {stack.status} by another operation: waiting for its end.")
    return Wait(looks.OTHERS, f"another operation on {stack.name}")


def clear(job: Job, stack: Stack) -> Outcome:
    """Delete the shell that a failed creation left; CloudFormation allows nothing else with it."""
    if stack.protected:
        raise StepFailed(
            f"{stack.name} was never created ({stack.status}) and has to be deleted first, but termination protection "
            "is on. Turn it off in CloudFormation, then retry."
        )
    shown = {"stack": stack.name, "stack_id": stack.id, "status": stack.status, "delete": True}
    if job.ctx.environment.protected:
        answer = job.ctx.answer
        if answer is None or answer.digest != digest(shown):
            return Ask(f"Delete what a failed creation left of {stack.name}, to create it anew?", shown)
        if not answer.approved:
            raise StepFailed(f"{stack.name} was left as it is: {rejection(job)}")
    job.once(f"{stack.name} was never created: deleting what a failed creation left of it.")
    cloudformation_changes.delete_stack(job.aws, job.wanted.region, stack.id)
    job.notes.clearing = stack.id
    return Wait(1, "deleting what a failed creation left")


def rejection(job: Job) -> str:
    """Who said no, in a sentence."""
    answer = job.ctx.answer
    if answer is None or answer.expired:
        return "nobody approved it in time."
    return f"rejected by {answer.by}" + (f": “{answer.reason}”." if answer.reason else ".")


def update(job: Job, stack: Stack) -> Outcome:
    """Compare with what is there; make a change set when they differ or can't be compared."""
    try:
        current = cloudformation.template(job.aws, job.wanted.region, stack.id)
    except Gone:
        return Wait(1, "the stack was just deleted")
    if compare.equal(job.wanted, stack, current):
        return unchanged(job, stack)
    if job.section == "deploy":
        job.ctx.memory.setdefault(BEFORE, compare.snapshot(stack, current))
    return make(job, stack, "UPDATE")


def unchanged(job: Job, stack: Stack) -> Done:
    """The end of a step that had nothing to change, but perhaps to protect."""
    protected = protect(job, stack)
    if not protected:
        job.ctx.say(f"{stack.name} is as wanted.")
    return Done(output(job, stack), unchanged=not protected)


def protect(job: Job, stack: Stack) -> bool:
    """Turn termination protection on where the blueprint wants it; it is never turned off."""
    if not job.wanted.protect or stack.protected:
        return False
    cloudformation_changes.protect(job.aws, job.wanted.region, stack.id)
    job.ctx.say(f"Termination protection of {stack.name} is on.")
    return True


def output(job: Job, stack: Stack) -> dict[str, object]:
    """What other steps and people get to know of the stack."""
    return {
        "stack": stack.name,
        "stack_id": stack.id,
        "region": job.wanted.region,
        "status": stack.status,
        "outputs": dict(stack.outputs),
        "changes": job.notes.counts,
        "created": job.notes.fresh,
    }


def make(job: Job, stack: Stack | None, kind: Kind) -> Wait:
    """Ask for a change set. Its name is this look's own, so that asking again finds the same one."""
    region, notes = job.wanted.region, job.notes
    notes.fresh = notes.fresh or stack is None or (kind == "CREATE" and stack.created_at >= job.ctx.started_at)
    notes.mark = cloudformation.newest_event(job.aws, region, stack.id) if stack and kind == "UPDATE" else ""
    proposal = proposed(job, kind)
    try:
        notes.change_set, notes.stack_id = cloudformation_changes.create_change_set(job.aws, region, proposal)
    except StepFailed as refused:
        if not adopt(job, proposal.name, refused):
            return moved(job, stack, refused)
    notes.made += 1
    notes.proposed_at, notes.told, notes.waiting = job.now, notes.mark, ""
    return Wait(looks.next_look_at_change_set(0), "the change set is being made")


def proposed(job: Job, kind: Kind) -> Proposal:
    wanted, ctx = job.wanted, job.ctx
    return Proposal(
        stack=wanted.name,
        name=f"{job.prefix}{ctx.try_no}-{int(ctx.started_at.timestamp())}-{job.notes.made + 1}",
        kind=kind,
        template=wanted.template,
        parameters=wanted.parameters,
        tags=wanted.tags,
        capabilities=wanted.capabilities,
        role_arn=ctx.environment.service_role_arn,
    )


def adopt(job: Job, name: str, refused: StepFailed) -> bool:
    """Whether the change set of this name exists already: it was made by this step, and its answer was lost."""
    if refused.code != cloudformation.NAME_TAKEN:
        return False
    job.notes.change_set = cloudformation.change_sets(job.aws, job.wanted.region, job.wanted.name).get(name, "")
    if job.notes.change_set:
        found = cloudformation.change_set(job.aws, job.wanted.region, job.notes.change_set)
        job.notes.stack_id = found.stack_id
    return bool(job.notes.change_set)


def moved(job: Job, stack: Stack | None, refused: StepFailed) -> Wait:
    """Look again when the stack is no more what it was seen to be; raises the refusal when it still is."""
    now = cloudformation.stack(job.aws, job.wanted.region, job.wanted.name)
    if refused.code != cloudformation.INVALID or (now and now.status) == (stack and stack.status):
        raise refused
    return Wait(1, "somebody else changed the stack")
