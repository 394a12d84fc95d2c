"""Change sets: made asynchronously, described, executed, deleted."""

from sandbox.clock import moment
from sandbox.cloudformation import details, diff, events
from sandbox.cloudformation.errors import Failed
from sandbox.cloudformation.records import ChangeSet, Json, Stack
from sandbox.world import World

NO_CHANGES = "The submitted information didn't contain changes. Submit different information to create a change set."
NO_UPDATES = "No updates are to be performed."
WARNING = (
    "[WARN] --include-property-values option can return incomplete ChangeSet data because: "
    "ChangeSet creation failed for resource [{resource}] because: {reason}"
)


def pending(stack: Stack) -> list[ChangeSet]:
    return [change_set for change_set in stack.change_sets.values() if change_set.due]


def status(change_set: ChangeSet, now: float) -> str:
    """CREATE_PENDING for the first half of the wait, then CREATE_IN_PROGRESS."""
    if change_set.due and now > (change_set.created + change_set.due) / 2:
        return "CREATE_IN_PROGRESS"
    return change_set.status


def settle(world: World, stack: Stack, change_set: ChangeSet) -> None:
    """Computes the changes once the wait is over."""
    change_set.due = 0.0
    plan = details.Plan(world.estate, stack, change_set.revision)
    try:
        change_set.changes = diff.changes(plan)
    except Failed as failure:
        _fail(change_set, failure.reason)
        return
    if not change_set.changes and not _outputs_differ(stack, change_set):
        _fail(change_set, NO_UPDATES if "Transform" in change_set.revision.template else NO_CHANGES)
        return
    change_set.status, change_set.execution_status = "CREATE_COMPLETE", "AVAILABLE"
    change_set.reason = _warning(plan)


def _fail(change_set: ChangeSet, reason: str) -> None:
    change_set.status, change_set.execution_status, change_set.reason = "FAILED", "UNAVAILABLE", reason


def _outputs_differ(stack: Stack, change_set: ChangeSet) -> bool:
    before = stack.revision.template.get("Outputs") if stack.revision else None
    return (before or {}) != (change_set.revision.template.get("Outputs") or {})


def _warning(plan: details.Plan) -> str:
    if not plan.missing:
        return ""
    reason = next(iter(plan.missing.values()))
    users = [name for name, d in plan.revision.template["Resources"].items() if "Fn::ImportValue" in events.text(d)]
    return WARNING.format(resource=", ".join(users), reason=reason)


def outdate(stack: Stack, executed: str = "") -> None:
    """The stack changes another way: what was ready can no longer be executed."""
    for change_set in stack.change_sets.values():
        if change_set.id != executed and change_set.execution_status == "AVAILABLE":
            change_set.execution_status = "OBSOLETE"


def drop_others(world: World, stack: Stack, executed: ChangeSet) -> None:
    """Executing one deletes all others of the stack."""
    for other in [c for c in stack.change_sets.values() if c.id != executed.id]:
        del stack.change_sets[other.id]
        world.estate.change_sets.pop(other.id, None)


def find(world: World, stack: Stack | None, name: str) -> ChangeSet | None:
    """By ARN, or by name within the stack (the executed one is found by its ARN only, as AWS forgets its name)."""
    if name.startswith("arn:"):
        return world.estate.change_sets.get(name)
    newest_first = reversed(stack.change_sets.values()) if stack else ()
    return next((found for found in newest_first if found.name == name), None)


def summary(stack: Stack, change_set: ChangeSet, now: float) -> Json:
    return {
        "StackId": stack.id,
        "StackName": stack.name,
        "ChangeSetId": change_set.id,
        "ChangeSetName": change_set.name,
        "ExecutionStatus": change_set.execution_status,
        "Status": status(change_set, now),
        "StatusReason": change_set.reason or None,
        "CreationTime": moment(change_set.created),
        "Description": change_set.description or None,
        "IncludeNestedStacks": False,
        "ImportExistingResources": False,
    }
