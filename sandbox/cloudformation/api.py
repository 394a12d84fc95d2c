"""CloudFormation's front door: one function for each action."""

from collections.abc import Callable

from sandbox.cloudformation import change_set_calls, drift, lifecycle, reads, template_calls, wire, writes
from sandbox.cloudformation.errors import Failed, Refused, invalid
from sandbox.cloudformation.records import Json, Place
from sandbox.cloudformation.requests import Request
from sandbox.world import World

ACTIONS: dict[str, Callable[[Request], Json]] = {
    **drift.ACTIONS,
    "CancelUpdateStack": writes.cancel_update_stack,
    "ContinueUpdateRollback": writes.continue_update_rollback,
    "CreateChangeSet": change_set_calls.create_change_set,
    "CreateStack": writes.create_stack,
    "DeleteChangeSet": change_set_calls.delete_change_set,
    "DeleteStack": writes.delete_stack,
    "DescribeChangeSet": change_set_calls.describe_change_set,
    "DescribeEvents": reads.describe_events,
    "DescribeStackEvents": reads.describe_stack_events,
    "DescribeStackResource": reads.describe_stack_resource,
    "DescribeStackResources": reads.describe_stack_resources,
    "DescribeStacks": reads.describe_stacks,
    "ExecuteChangeSet": change_set_calls.execute_change_set,
    "GetStackPolicy": writes.get_stack_policy,
    "GetTemplate": template_calls.get_template,
    "GetTemplateSummary": template_calls.get_template_summary,
    "ListChangeSets": change_set_calls.list_change_sets,
    "ListExports": reads.list_exports,
    "ListImports": reads.list_imports,
    "ListStackResources": reads.list_stack_resources,
    "ListStacks": reads.list_stacks,
    "RollbackStack": writes.rollback_stack,
    "SetStackPolicy": writes.set_stack_policy,
    "UpdateStack": writes.update_stack,
    "UpdateTerminationProtection": writes.update_termination_protection,
    "ValidateTemplate": template_calls.validate_template,
}


def answer(world: World, place: Place, action: str, form: dict[str, str]) -> tuple[int, str]:
    """HTTP status and XML of one call; `world.lock` is held by the caller."""
    try:
        return 200, _result(world, place, action, form)
    except Refused as error:
        return error.status, wire.refusal(error)
    except Failed as failure:
        return 400, wire.refusal(invalid(failure.reason))


def _result(world: World, place: Place, action: str, form: dict[str, str]) -> str:
    function = ACTIONS.get(action)
    if function is None:
        raise Refused("InvalidAction", f"The sandbox does not simulate cloudformation:{action}.")
    model = wire.service("cloudformation")
    now = world.clock.now()
    lifecycle.advance(world, now)
    return wire.write(model, action, function(Request(world, place, wire.read(model, action, form), now)))
