"""CloudFormation: stacks, their events and change sets. AWS docs: AWS CloudFormation API Reference."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import takewhile
from typing import Any

from opsportal.contexts import Aws
from opsportal.errors import Gone, StepFailed

from .cloudformation_types import ChangeSet, Detail, ResourceChange, Stack, StackEvent

CF = "cloudformation"
NAME_TAKEN = "AlreadyExistsException"
TOKEN_KNOWN = "TokenAlreadyExistsException"  # noqa: S105  an error code
ALREADY_SENT = frozenset({"InvalidChangeSetStatus", TOKEN_KNOWN})
INVALID = "ValidationError"


@contextmanager
def told_by_words() -> Iterator[None]:
    """CloudFormation has no code for a stack that is not there, only this phrase in a ValidationError."""
    try:
        yield
    except StepFailed as refused:
        if refused.code == INVALID and "does not exist" in refused.cause:
            raise Gone(refused.cause) from refused
        raise


def stack(aws: Aws, region: str, name: str) -> Stack | None:
    """The stack of this name or id, None when there is none. May be stale right after a change."""
    try:
        with told_by_words():
            found = aws.read(CF, "describe_stacks", region=region, StackName=name)["Stacks"]
    except Gone:
        return None
    return _stack(found[0]) if found and found[0]["StackStatus"] != "DELETE_COMPLETE" else None


def _stack(raw: Mapping[str, Any]) -> Stack:
    return Stack(
        id=raw["StackId"],
        name=raw["StackName"],
        status=raw["StackStatus"],
        reason=raw.get("StackStatusReason", ""),
        created_at=raw["CreationTime"],
        parameters={each["ParameterKey"]: each.get("ParameterValue", "") for each in raw.get("Parameters", ())},
        outputs={each["OutputKey"]: each.get("OutputValue", "") for each in raw.get("Outputs", ())},
        tags={each["Key"]: each["Value"] for each in raw.get("Tags", ())},
        capabilities=tuple(raw.get("Capabilities", ())),
        protected=raw.get("EnableTerminationProtection", False),
        change_set_id=raw.get("ChangeSetId", ""),
    )


def template(aws: Aws, region: str, name: str) -> Any:
    """The template as it was given: text, or the object where it is JSON. Raises Gone."""
    with told_by_words():
        return aws.read(CF, "get_template", region=region, StackName=name, TemplateStage="Original")["TemplateBody"]


def events(aws: Aws, region: str, stack_id: str, after: str = "") -> list[StackEvent]:
    """The stack's events after the one with this id, oldest first; pages are read until that one only."""
    fresh = takewhile(lambda event: event.id != after, _events(aws, region, stack_id))
    return list(fresh)[::-1]


def newest_event(aws: Aws, region: str, stack_id: str) -> str:
    """The id of the stack's last event, "" when it has none."""
    return next((event.id for event in _events(aws, region, stack_id)), "")


def _events(aws: Aws, region: str, stack_id: str) -> Iterator[StackEvent]:
    with told_by_words():
        for page in aws.pages(CF, "describe_stack_events", region=region, StackName=stack_id):
            yield from map(_event, page["StackEvents"])


def _event(raw: Mapping[str, Any]) -> StackEvent:
    return StackEvent(
        id=raw["EventId"],
        at=raw["Timestamp"],
        stack_id=raw["StackId"],
        logical_id=raw["LogicalResourceId"],
        physical_id=raw.get("PhysicalResourceId", ""),
        type=raw.get("ResourceType", ""),
        status=raw["ResourceStatus"],
        reason=raw.get("ResourceStatusReason", ""),
    )


def change_set(aws: Aws, region: str, arn: str) -> ChangeSet:
    """The change set with all its changes. Raises Gone."""
    arguments = {"ChangeSetName": arn, "IncludePropertyValues": True}
    with told_by_words():
        pages = list(aws.pages(CF, "describe_change_set", region=region, **arguments))
    return ChangeSet(
        id=pages[0]["ChangeSetId"],
        stack_id=pages[0]["StackId"],
        status=pages[0]["Status"],
        execution=pages[0].get("ExecutionStatus", ""),
        reason=pages[0].get("StatusReason", ""),
        changes=tuple(
            _change(each["ResourceChange"])
            for page in pages
            for each in page.get("Changes", ())
            if "ResourceChange" in each
        ),
    )


def _change(raw: Mapping[str, Any]) -> ResourceChange:
    return ResourceChange(
        action=raw["Action"],
        logical_id=raw["LogicalResourceId"],
        physical_id=raw.get("PhysicalResourceId", ""),
        type=raw["ResourceType"],
        replacement=raw.get("Replacement", ""),
        policy=raw.get("PolicyAction", ""),
        details=tuple(_detail(each["Target"]) for each in raw.get("Details", ()) if "Target" in each),
    )


def _detail(target: Mapping[str, Any]) -> Detail:
    name = target.get("Name") or target.get("Attribute", "")
    return Detail(name, target.get("BeforeValue"), target.get("AfterValue"), target.get("RequiresRecreation", ""))


def change_sets(aws: Aws, region: str, name: str) -> dict[str, str]:
    """The ids of the stack's change sets by their names. Raises Gone."""
    with told_by_words():
        pages = aws.pages(CF, "list_change_sets", region=region, StackName=name)
        return {each["ChangeSetName"]: each["ChangeSetId"] for page in pages for each in page["Summaries"]}
