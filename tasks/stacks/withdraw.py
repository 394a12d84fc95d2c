"""Taking back what was only proposed: the change set, and the empty stack it may have brought with it."""

from typing import NoReturn

from opsportal.contexts import Wait
from opsportal.errors import Denied, Gone, StepFailed
from opsportal.words import gettext as _
from tasks.aws import cloudformation, cloudformation_changes
from tasks.aws.cloudformation_types import ChangeSet

from .decide import REVIEW
from .job import Job


def leave(job: Job) -> Wait:
    """Take back the proposal, then end the step for the reason noted. Raises Denied or StepFailed."""
    return withdraw(job) or end(job)


def end(job: Job) -> NoReturn:
    notes = job.notes
    job.forget_change_set()
    if notes.missing:
        raise Denied(notes.leaving, notes.missing)
    raise StepFailed(notes.leaving, notes.cause)


def withdraw(job: Job) -> Wait | None:
    """One act at a time; None once nothing of the proposal is left, or it was executed in the meantime."""
    found = proposal(job)
    if found is None:
        return shell(job)
    if found.execution.startswith("EXECUTE_"):
        return None
    if found.status in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
        return Wait(0.5, _("the change set is still being made"))
    if not found.status.startswith("DELETE_"):
        cloudformation_changes.delete_change_set(job.aws, job.wanted.region, found.id)
    return Wait(0.3, _("taking the change set away"))


def proposal(job: Job) -> ChangeSet | None:
    """The change set that this step made, if it is still there."""
    if not job.notes.change_set:
        return None
    try:
        found = cloudformation.change_set(job.aws, job.wanted.region, job.notes.change_set)
    except Gone:
        return None
    return None if found.status == "DELETE_COMPLETE" else found


def shell(job: Job) -> Wait | None:
    """Delete the stack under review that this run made, unless somebody else has a change set there."""
    if not job.notes.fresh or not job.notes.stack_id:
        return None
    stack = cloudformation.stack(job.aws, job.wanted.region, job.notes.stack_id)
    if stack is None or stack.status not in (REVIEW, "DELETE_IN_PROGRESS"):
        return None
    if stack.status == REVIEW:
        if cloudformation.change_sets(job.aws, job.wanted.region, stack.id):
            return None
        cloudformation_changes.delete_stack(job.aws, job.wanted.region, stack.id)
    return Wait(0.5, _("taking the empty stack away"))


def find(job: Job) -> None:
    """Note a change set of this run that was made at a look which did not end."""
    try:
        found = cloudformation.change_sets(job.aws, job.wanted.region, job.wanted.name)
    except Gone:
        return
    job.notes.change_set = next((arn for name, arn in found.items() if name.startswith(job.prefix)), "")
    stack = cloudformation.stack(job.aws, job.wanted.region, job.wanted.name)
    if stack is not None and job.notes.change_set:
        job.notes.stack_id = stack.id
        job.notes.fresh = stack.created_at >= job.ctx.started_at
