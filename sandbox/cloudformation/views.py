"""Stacks, events and resources as the API describes them."""

from typing import Any

from sandbox.clock import moment
from sandbox.cloudformation import parameters
from sandbox.cloudformation.records import NOTHING, Event, Json, Resource, Revision, Stack

UNCHECKED = {"StackDriftStatus": "NOT_CHECKED"}
SUMMARY = (
    "StackId",
    "StackName",
    "CreationTime",
    "LastUpdatedTime",
    "DeletionTime",
    "StackStatus",
    "StackStatusReason",
    "ParentId",
    "RootId",
    "DriftInformation",
    "LastOperations",
)


def _when(at: float | None) -> Any:
    return None if at is None else moment(at)


def _drift(row: Stack) -> Json:
    """As of the last detection whose end was read."""
    if row.drift is None:
        return UNCHECKED
    status, at = row.drift
    return {"StackDriftStatus": status, "LastCheckTimestamp": moment(at)}


def tags(revision: Revision) -> list[Json]:
    return [{"Key": key, "Value": value} for key, value in revision.tags.items()]


def shown_parameters(revision: Revision) -> list[Json] | None:
    declared = revision.template.get("Parameters") or {}
    return parameters.shown(declared, revision.parameters, revision.resolved) or None


def stack(row: Stack) -> Json:
    revision = row.revision or NOTHING
    deleted = row.status == "DELETE_COMPLETE"
    kind, operation = row.last_operation
    return {
        "StackId": row.id,
        "StackName": row.name,
        "ChangeSetId": row.change_set_id or None,
        "Description": revision.template.get("Description"),
        "Parameters": shown_parameters(revision),
        "CreationTime": moment(row.created),
        "DeletionTime": _when(row.deleted),
        "LastUpdatedTime": _when(row.updated),
        "RollbackConfiguration": revision.rollback_configuration,
        "StackStatus": row.status,
        "StackStatusReason": row.reason or None,
        "DisableRollback": row.disable_rollback,
        "NotificationARNs": list(revision.notification_arns),
        "TimeoutInMinutes": row.timeout_minutes,
        "Capabilities": list(revision.capabilities) or None,
        "Outputs": row.outputs or None,
        "RoleARN": revision.role_arn or None,
        "Tags": tags(revision),
        "EnableTerminationProtection": None if deleted else row.protected,
        "ParentId": row.parent_id or None,
        "RootId": row.root_id or None,
        "DriftInformation": _drift(row),
        "LastOperations": [{"OperationType": kind, "OperationId": operation}] if kind else None,
    }


def stack_summary(row: Stack) -> Json:
    full = stack(row)
    return {"TemplateDescription": full["Description"]} | {key: full[key] for key in SUMMARY}


def event(row: Stack, line: Event, with_token: bool) -> Json:
    return {
        "StackId": row.id,
        "EventId": line.id,
        "StackName": row.name,
        "OperationId": line.operation or None,
        "LogicalResourceId": line.logical_id,
        "PhysicalResourceId": line.physical_id,
        "ResourceType": line.type,
        "Timestamp": moment(line.at),
        "ResourceStatus": line.status,
        "ResourceStatusReason": line.reason or None,
        "ResourceProperties": line.properties or None,
        "ClientRequestToken": (line.token or None) if with_token else None,
    }


def resource(row: Stack, item: Resource, stamp: str) -> Json:
    return {
        "StackName": row.name,
        "StackId": row.id,
        "LogicalResourceId": item.logical_id,
        "PhysicalResourceId": item.physical_id or None,
        "ResourceType": item.type,
        stamp: moment(item.updated),
        "ResourceStatus": item.status,
        "ResourceStatusReason": item.reason or None,
        "DriftInformation": {"StackResourceDriftStatus": "NOT_CHECKED"},
    }
