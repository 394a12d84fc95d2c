"""What CloudFormation tells of stacks, events and change sets, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True)
class Stack:
    id: str
    name: str
    status: str
    reason: str
    created_at: datetime
    parameters: Mapping[str, str]
    outputs: Mapping[str, str]
    tags: Mapping[str, str]
    capabilities: tuple[str, ...]
    protected: bool
    change_set_id: str


@dataclass(frozen=True)
class StackEvent:
    id: str
    at: datetime
    stack_id: str
    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str

    @property
    def of_stack(self) -> bool:
        """Whether it tells of the stack itself."""
        return self.physical_id == self.stack_id


@dataclass(frozen=True)
class Detail:
    """One property that differs; values are None where CloudFormation does not tell them."""

    property: str
    before: str | None
    after: str | None
    recreation: str


@dataclass(frozen=True)
class ResourceChange:
    action: str
    logical_id: str
    physical_id: str
    type: str
    replacement: str
    policy: str
    details: tuple[Detail, ...]


@dataclass(frozen=True)
class ChangeSet:
    id: str
    stack_id: str
    status: str
    execution: str
    reason: str
    changes: tuple[ResourceChange, ...]


@dataclass(frozen=True)
class Proposal:
    """What a change set is made from; a parameter that is None keeps the value it has."""

    stack: str
    name: str
    kind: Literal["CREATE", "UPDATE"]
    template: str
    parameters: Mapping[str, str | None]
    tags: Mapping[str, str]
    capabilities: tuple[str, ...] = ()
    role_arn: str = ""
