"""CloudFormation's changing calls; docs/aws-changes.md says what makes each safe to repeat."""

from collections.abc import Mapping
from typing import Any

from opsportal.contexts import Aws
from opsportal.errors import Gone, StepFailed

from .cloudformation import CF, TOKEN_KNOWN, told_by_words
from .cloudformation_types import Proposal


def create_change_set(aws: Aws, region: str, proposal: Proposal) -> tuple[str, str]:
    """Ids of the change set and of its stack, which exists from now on. The same proposal again gives the same ones."""
    answer = aws.change(CF, "create_change_set", region=region, token="ClientToken", **arguments(proposal))  # noqa: S106
    return answer["Id"], answer["StackId"]


def arguments(proposal: Proposal) -> dict[str, Any]:
    made = {
        "StackName": proposal.stack,
        "ChangeSetName": proposal.name,
        "ChangeSetType": proposal.kind,
        "TemplateBody": proposal.template,
        "Parameters": [parameter(name, value) for name, value in sorted(proposal.parameters.items())],
        "Tags": [{"Key": key, "Value": value} for key, value in sorted(proposal.tags.items())],
        "Capabilities": list(proposal.capabilities),
    }
    return made | ({"RoleARN": proposal.role_arn} if proposal.role_arn else {})


def parameter(name: str, value: str | None) -> Mapping[str, Any]:
    if value is None:
        return {"ParameterKey": name, "UsePreviousValue": True}
    return {"ParameterKey": name, "ParameterValue": value}


def execute_change_set(aws: Aws, region: str, arn: str) -> None:
    """Start what the change set says; a change set can be executed once only. Raises Gone."""
    with told_by_words():
        aws.change(CF, "execute_change_set", region=region, token="ClientRequestToken", ChangeSetName=arn)  # noqa: S106


def delete_change_set(aws: Aws, region: str, arn: str) -> None:
    """Delete a change set that was not executed; one that is gone already is fine."""
    try:
        with told_by_words():
            aws.change(CF, "delete_change_set", region=region, ChangeSetName=arn)
    except Gone:
        return


def delete_stack(aws: Aws, region: str, stack_id: str) -> None:
    """Begin to delete the stack with this id, never a later one of the same name."""
    try:
        aws.change(CF, "delete_stack", region=region, token="ClientRequestToken", StackName=stack_id)  # noqa: S106
    except StepFailed as refused:
        if refused.code != TOKEN_KNOWN:  # it was sent before, and its answer was lost
            raise


def cancel_update(aws: Aws, region: str, stack_id: str) -> None:
    """Make an update in progress roll back; AWS refuses it in any other state."""
    aws.change(CF, "cancel_update_stack", region=region, token="ClientRequestToken", StackName=stack_id)  # noqa: S106


def protect(aws: Aws, region: str, stack_id: str) -> None:
    """Turn termination protection on."""
    aws.change(CF, "update_termination_protection", region=region, StackName=stack_id, EnableTerminationProtection=True)
