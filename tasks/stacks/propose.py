"""The first half of a deployment: look at the stack, and make a change set unless it is as wanted."""

from typing import Literal

from opsportal.contexts import Ask, Done, Outcome, Wait, digest
from opsportal.errors import Gone, StepFailed
from opsportal.words import gettext as _
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
        raise stuck(stack)
    return clear(job, stack) if move is Move.CLEAR else update(job, stack)


def stuck(stack: Stack) -> StepFailed:
    """Why nothing can be done with the stack, and what a person does about it."""
    text = _("{stack} is {status}. {advice}")
    return StepFailed(text.format(stack=stack.name, status=stack.status, advice=_(STUCK[stack.status])), stack.reason)


def wait(job: Job, stack: Stack) -> Wait:
    """Nothing is done while another's operation is in flight."""
    if stack.id == job.notes.clearing:
        return cleared()
    text = _("{stack} is {status} by another operation: waiting for its end.")
    job.once(text.format(stack=stack.name, status=stack.status))
    return others(stack.name)


def clear(job: Job, stack: Stack) -> Outcome:
    """Delete the shell that a failed creation left; CloudFormation allows nothing else with it."""
    if stack.protected:
        text = _(
            "{stack} was never created ({status}) and has to be deleted first, but termination protection is on. Turn "
            "it off in CloudFormation, then retry."
        )
        raise StepFailed(text.format(stack=stack.name, status=stack.status))
    if asked := job.ctx.environment.protected and ask_to_clear(job, stack):
        return asked
    text = _("{stack} was never created: deleting what a failed creation left of it.")
    job.once(text.format(stack=stack.name))
    cloudformation_changes.delete_stack(job.aws, job.wanted.region, stack.id)
    job.notes.clearing = stack.id
    return cleared()


def ask_to_clear(job: Job, stack: Stack) -> Ask | None:
    """The question to a person, None once it is answered with yes. Raises StepFailed on a no."""
    shown = {"stack": stack.name, "stack_id": stack.id, "status": stack.status, "delete": True}
    answer = job.ctx.answer
    if answer is None or answer.digest != digest(shown):
        text = _("Delete what a failed creation left of {stack}, to create it anew?")
        return Ask(text.format(stack=stack.name), shown)
    if not answer.approved:
        raise StepFailed(_("{stack} was left as it is: {why}").format(stack=stack.name, why=rejection(job)))
    return None


def others(name: str) -> Wait:
    """Let somebody else's operation on the stack end."""
    return Wait(looks.OTHERS, _("another operation on {stack}").format(stack=name))


def cleared() -> Wait:
    """Let CloudFormation delete the shell."""
    return Wait(1, _("deleting what a failed creation left"))


def rejection(job: Job) -> str:
    """Who said no, in a sentence."""
    answer = job.ctx.answer
    if answer is None or answer.expired:
        return _("nobody approved it in time.")
    text = _("rejected by {by}: “{reason}”.") if answer.reason else _("rejected by {by}.")
    return text.format(by=answer.by, reason=answer.reason)


def update(job: Job, stack: Stack) -> Outcome:
    """Compare with what is there; make a change set when they differ or can't be compared."""
    try:
        current = cloudformation.template(job.aws, job.wanted.region, stack.id)
    except Gone:
        return Wait(1, _("the stack was just deleted"))
    if compare.equal(job.wanted, stack, current):
        return unchanged(job, stack)
    if job.section == "deploy":
        job.ctx.memory.setdefault(BEFORE, compare.snapshot(stack, current))
    return make(job, stack, "UPDATE")


def unchanged(job: Job, stack: Stack) -> Done:
    """The end of a step that had nothing to change, but perhaps to protect."""
    protected = protect(job, stack)
    if not protected:
        job.ctx.say(_("{stack} is as wanted.").format(stack=stack.name))
    return Done(output(job, stack), unchanged=not protected)


def protect(job: Job, stack: Stack) -> bool:
    """Turn termination protection on where the blueprint wants it; it is never turned off."""
    if not job.wanted.protect or stack.protected:
        return False
    cloudformation_changes.protect(job.aws, job.wanted.region, stack.id)
    job.ctx.say(_("Termination protection of {stack} is on.").format(stack=stack.name))
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
    return being_made(job)


def being_made(job: Job) -> Wait:
    """Let CloudFormation make the change set."""
    elapsed = job.now - job.notes.proposed_at
    return Wait(looks.next_look_at_change_set(elapsed), _("the change set is being made"))


def broken(job: Job, reason: str) -> str:
    """Why there is no such change set, in AWS's words."""
    return _("{stack} can't be changed like this: {reason}").format(stack=job.wanted.name, reason=reason)


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
    return Wait(1, _("somebody else changed the stack"))
