"""What a deployment would change in one stack, without leaving anything behind."""

from collections.abc import Sequence
from typing import Any

from opsportal.contexts import Context, Done, Level, Outcome, Wait
from opsportal.errors import Gone
from opsportal.words import gettext as _
from tasks.aws import cloudformation
from tasks.aws.cloudformation_types import Stack

from . import changes, compare, conditions, propose, template, withdraw
from .changes import Change
from .conditions import Values
from .decide import ABSENT, Move, Verdict, decide, judge
from .job import BEFORE, Job, at_work, outputs, place, wanted
from .references import text, unknown
from .template import Template

SECTION = "plan"


def preview(ctx: Context[Any]) -> Outcome:
    """One look on the way to the list of changes. Raises StepFailed, Denied, TryLater."""
    if missing := unknown(ctx.input["parameters"], outputs(ctx)) | unknown(ctx.input["tags"], outputs(ctx)):
        return not_known(ctx, missing)
    with at_work(ctx, wanted(ctx), SECTION) as job:
        if job.notes.leaving:
            return withdraw.leave(job)
        return reviewed(job) if job.notes.change_set else compared(job)


def cancel(ctx: Context[Any]) -> Outcome:
    """Take the change set back."""
    with at_work(ctx, place(ctx), SECTION) as job:
        if not job.notes.change_set:
            withdraw.find(job)
        return withdraw.withdraw(job) or Done()


def not_known(ctx: Context[Any], missing: set[str]) -> Outcome:
    """Outputs of stacks that don't exist yet are needed: a new stack is listed, for another it can't be told."""
    stack = cloudformation.stack(ctx.aws, ctx.input["region"], ctx.input["stack"])
    if stack is None or decide(stack.status) in (Move.CREATE, Move.CLEAR):
        return new(ctx, stack)
    words = _("{stack}: what changes is known only after the deployment of {outputs}.")
    said = words.format(stack=stack.name, outputs=", ".join(sorted(missing)))
    ctx.say(said, "warning", kind="changes", stack=stack.name)
    return Done(result(ctx, stack, [], known=False))


def new(ctx: Context[Any], stack: Stack | None) -> Done:
    """A stack that doesn't exist: the template's resources are added, as far as their conditions hold."""
    found = template.parse(ctx.input["template"])
    listed = changes.additions(found.resources, conditions.judged(found.conditions, values(ctx, found)))
    tell(ctx, listed)
    return Done(result(ctx, None, listed, creates=True, clears=bool(stack and stack.status == "ROLLBACK_COMPLETE")))


def values(ctx: Context[Any], found: Template) -> Values:
    """What the template's conditions may refer to; outputs that are not there yet are not known."""
    known = outputs(ctx)
    given = {
        name: None if unknown({name: pieces}, known) else text(pieces, known)
        for name, pieces in ctx.input["parameters"].items()
    }
    facts = conditions.pseudo(ctx.input["stack"], ctx.input["region"], ctx.environment.account)
    return conditions.values(found.parameters, given) | facts


def compared(job: Job) -> Outcome:
    """Look at the stack as it is; make a change set when it is there and not as wanted."""
    stack = cloudformation.stack(job.aws, job.wanted.region, job.wanted.name)
    move = decide(stack.status if stack else ABSENT)
    if stack is None or move in (Move.CREATE, Move.CLEAR):
        return new(job.ctx, stack)
    if move is Move.WAIT:
        return propose.others(stack.name)
    if move is Move.FAIL:
        raise propose.stuck(stack)
    current = cloudformation.template(job.aws, job.wanted.region, stack.id)
    if compare.equal(job.wanted, stack, current):
        tell(job.ctx, [])
        return Done(result(job.ctx, stack, []), unchanged=True)
    job.ctx.memory[BEFORE] = compare.snapshot(stack, current)
    return propose.make(job, stack, "UPDATE")


def reviewed(job: Job) -> Outcome:
    """List the changes, then take the change set back: first the list is kept, the next look ends it."""
    try:
        found = cloudformation.change_set(job.aws, job.wanted.region, job.notes.change_set)
    except Gone:
        return listed_before(job)
    verdict = judge(found.status, found.execution, found.reason)
    if verdict is Verdict.WAIT:
        return propose.being_made(job)
    if verdict is Verdict.BROKEN:
        job.notes.leaving = propose.broken(job, found.reason)
        job.notes.cause = found.reason
        return withdraw.leave(job)
    listed = changes.classify(found.changes, *templates(job))
    job.ctx.memory["changes"] = [changes.as_json(each) for each in listed]
    if not job.notes.seen:
        tell(job.ctx, listed)
        job.notes.seen = True
    return withdraw.withdraw(job) or listed_before(job)


def listed_before(job: Job) -> Outcome:
    """The end, once the change set is gone; one that vanished before it was read is made again."""
    stack = cloudformation.stack(job.aws, job.wanted.region, job.wanted.name)
    if "changes" not in job.ctx.memory or stack is None:
        job.forget_change_set()
        return Wait(1, _("making another change set"))
    kept: list[dict[str, Any]] = job.ctx.memory["changes"]
    return Done(result(job.ctx, stack, []) | summary(kept), unchanged=not kept)


def templates(job: Job) -> tuple[Any, Any]:
    earlier: dict[str, Any] = job.ctx.memory.get(BEFORE, {})
    return template.resources(earlier.get("template", "")), template.resources(job.wanted.template)


def tell(ctx: Context[Any], listed: Sequence[Change]) -> None:
    name = ctx.input["stack"]
    level: Level = "warning" if any(change.alarming for change in listed) else "info"
    shown = [changes.as_json(change) for change in listed]
    counts = changes.counts(listed)
    said = _("{stack}: {changes}.").format(stack=name, changes=changes.sentence(listed))
    ctx.say(said, level, kind="changes", stack=name, counts=counts, changes=shown)


def result(
    ctx: Context[Any], stack: Stack | None, listed: Sequence[Change], known: bool = True, **more: bool
) -> dict[str, Any]:
    """What the page and the steps after this one get to know."""
    return {
        "stack": ctx.input["stack"],
        "region": ctx.input["region"],
        "outputs": dict(stack.outputs) if stack else {},
        "known": known,
        **summary([changes.as_json(each) for each in listed]),
        **more,
    }


def summary(listed: Sequence[dict[str, Any]]) -> dict[str, Any]:
    counts = {risk: sum(each["risk"] == risk for each in listed) for risk in changes.RISKS}
    return {"counts": counts, "changes": list(listed)}
