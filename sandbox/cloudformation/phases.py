"""What each phase of a stack operation consists of, and what follows it."""

from typing import Any

from sandbox.cloudformation import events, graph, outputs, scopes
from sandbox.cloudformation.errors import Failed
from sandbox.cloudformation.records import Operation, Phase, Stack, Task
from sandbox.world import World

CLEANUP_REASON = "Update successful. One or more resources could not be deleted."


def open_apply(world: World, stack: Stack, operation: Operation, at: float) -> None:
    """Plans creates and updates; what is wrong before the first resource ends the operation."""
    operation.phase = "apply"
    scope = scopes.live(world.estate, stack, operation.target)
    try:
        for name in sorted(outputs.names_imported(operation.target.template, scope)):
            scope.exported(name)
        wanted = scopes.wanted(scope)
    except Failed as failure:
        operation.broken, operation.tasks = failure.reason, {}
        return
    operation.tasks = graph.applying(wanted, "create" if operation.kind == "CREATE_STACK" else "update")


def end_phase(world: World, stack: Stack, operation: Operation, at: float) -> None:
    """Nothing is in progress any more: go on to what comes next."""
    END[operation.phase](world, stack, operation, at)


def _end_apply(world: World, stack: Stack, operation: Operation, at: float) -> None:
    if not (operation.failed or operation.broken or operation.cancelled):
        try:
            outputs.settle(world.estate, stack, operation.target)
        except Failed as failure:
            operation.broken = failure.reason
    if operation.failed or operation.broken or operation.cancelled:
        _apply_failed(world, stack, operation, at)
    elif operation.kind == "CREATE_STACK":
        finish(world, stack, "CREATE_COMPLETE", "", at)
    else:
        events.of_stack(stack, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "", at, operation)
        _open_cleanup(stack, operation, scopes.wanted(scopes.live(world.estate, stack, operation.target)).keys())


def _apply_failed(world: World, stack: Stack, operation: Operation, at: float) -> None:
    if operation.disable_rollback or operation.on_failure == "DO_NOTHING":
        status = "CREATE_FAILED" if operation.kind == "CREATE_STACK" else "UPDATE_FAILED"
        finish(world, stack, status, _reason(operation, ""), at)
    elif operation.kind != "CREATE_STACK":
        open_revert(world, stack, operation, _reason(operation, ""), at)
    elif operation.on_failure == "DELETE":
        events.of_stack(stack, "DELETE_IN_PROGRESS", _reason(operation, " Delete requested by user."), at, operation)
        _open_removal(stack, operation, "delete")
    else:
        open_rollback(stack, operation, _reason(operation, " Rollback requested by user."), at)


def open_rollback(stack: Stack, operation: Operation, reason: str, at: float) -> None:
    """Everything that a failed create made is deleted."""
    stack.deleted = at
    events.of_stack(stack, "ROLLBACK_IN_PROGRESS", reason, at, operation)
    _open_removal(stack, operation, "rollback")


def _reason(operation: Operation, suffix: str) -> str:
    if operation.cancelled:
        return "User Initiated"
    if operation.broken:
        return operation.broken + ("." + suffix if suffix else "")
    groups = (("create", "create"), ("update", "update"))
    return " ".join(text for verb, work in groups if (text := _listed(operation, verb, work))) + suffix


def _listed(operation: Operation, verb: str, work: str) -> str:
    names = [name for name, done in operation.failed.items() if (done == "create") == (work == "create")]
    return f"The following resource(s) failed to {verb}: [{', '.join(names)}]." if names else ""


def _open_cleanup(stack: Stack, operation: Operation, wanted: Any) -> None:
    operation.phase = "cleanup"
    removed = [item for name, item in stack.resources.items() if name not in wanted]
    operation.tasks = graph.deleting([*removed, *operation.leftovers])


def _open_removal(stack: Stack, operation: Operation, phase: Phase) -> None:
    operation.phase, operation.failed = phase, {}
    here = [item for item in (*stack.resources.values(), *operation.leftovers) if item.status != "DELETE_COMPLETE"]
    operation.tasks = graph.deleting(here)


def open_delete(world: World, stack: Stack, operation: Operation, at: float) -> None:
    """A used export cancels the delete; otherwise resources go in reverse order."""
    for name in stack.exports:
        if users := outputs.importers(world.estate, stack, name):
            reason = f"Delete canceled. Cannot delete export {name} as it is in use by {' and '.join(users)}."
            stack.deleted = None
            finish(world, stack, operation.before, reason, at)
            return
    _open_removal(stack, operation, "delete")


def open_revert(world: World, stack: Stack, operation: Operation, reason: str, at: float) -> None:
    """An update goes back: the earlier template and parameters, then what was changed."""
    events.of_stack(stack, "UPDATE_ROLLBACK_IN_PROGRESS", reason, at, operation)
    operation.phase, operation.failed, operation.broken = "revert", {}, ""
    stack.revision = operation.previous
    definitions = operation.previous.template["Resources"]
    for name, resource in stack.resources.items():
        resource.definition = definitions.get(name, resource.definition)
    touched = {name: definition for name, definition in definitions.items() if name in operation.undo}
    operation.tasks = graph.applying(touched, "revert")


def _end_revert(world: World, stack: Stack, operation: Operation, at: float) -> None:
    if operation.failed:
        names = ", ".join(operation.failed)
        finish(world, stack, "UPDATE_ROLLBACK_FAILED", f"The following resource(s) failed to update: [{names}].", at)
        return
    events.of_stack(stack, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "", at, operation)
    added = [item for name, item in stack.resources.items() if name in operation.added]
    operation.phase = "revert-cleanup"
    operation.tasks = graph.deleting([*added, *operation.leftovers])


def _end_cleanup(world: World, stack: Stack, operation: Operation, at: float) -> None:
    _forget(stack, operation)
    reason = CLEANUP_REASON if operation.failed else ""
    finish(world, stack, "UPDATE_COMPLETE", reason, at)


def _end_revert_cleanup(world: World, stack: Stack, operation: Operation, at: float) -> None:
    _forget(stack, operation)
    finish(world, stack, "UPDATE_ROLLBACK_COMPLETE", "", at)


def _forget(stack: Stack, operation: Operation) -> None:
    """Drops from the stack what the phase deleted, or gave up on."""
    for task in operation.tasks.values():
        if task.item is not None and stack.resources.get(task.logical_id) is task.item:
            del stack.resources[task.logical_id]
    operation.leftovers = []


def _end_rollback(world: World, stack: Stack, operation: Operation, at: float) -> None:
    if _left(operation):
        finish(world, stack, "ROLLBACK_FAILED", _undeleted(operation), at)
    else:
        stack.outputs, stack.exports, stack.imports = [], {}, set()
        finish(world, stack, "ROLLBACK_COMPLETE", "", at)


def _end_delete(world: World, stack: Stack, operation: Operation, at: float) -> None:
    if _left(operation):
        finish(world, stack, "DELETE_FAILED", _undeleted(operation), at)
        return
    stack.exports, stack.imports, stack.deleted = {}, set(), at
    world.estate.named.pop((stack.place, stack.name), None)
    finish(world, stack, "DELETE_COMPLETE", "", at)


def _left(operation: Operation) -> list[Task]:
    return [task for task in operation.tasks.values() if task.state != "done"]


def _undeleted(operation: Operation) -> str:
    return f"The following resource(s) failed to delete: [{', '.join(operation.failed)}]. "


def finish(world: World, stack: Stack, status: str, reason: str, at: float) -> None:
    """Ends the operation, in the stack and in the log."""
    operation = stack.running
    events.of_stack(stack, status, reason, at, operation)
    stack.operation, stack.undo = None, operation if status in UNDOABLE else None
    _close_change_set(stack, operation, status)
    for line in world.estate.operations:
        if line.id == operation.id:
            line.ended, line.status = at, status


UNDOABLE = ("UPDATE_FAILED", "UPDATE_ROLLBACK_FAILED", "CREATE_FAILED")


def _close_change_set(stack: Stack, operation: Operation, status: str) -> None:
    executed = stack.change_sets.get(operation.change_set)
    if executed is not None:
        good = status in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
        executed.execution_status = "EXECUTE_COMPLETE" if good else "EXECUTE_FAILED"


END: dict[str, Any] = {
    "apply": _end_apply,
    "cleanup": _end_cleanup,
    "revert": _end_revert,
    "revert-cleanup": _end_revert_cleanup,
    "rollback": _end_rollback,
    "delete": _end_delete,
}
