"""All stacks of all accounts, and the log of their operations."""

from dataclasses import dataclass, field

from sandbox.cloudformation.records import ChangeSet, Json, Place, Stack


@dataclass
class OperationLine:
    """A line of the operation log: when a stack operation began and ended, by the sandbox's clock."""

    id: str
    stack: str
    stack_id: str
    account: str
    region: str
    kind: str
    token: str
    started: float
    ended: float | None = None
    status: str = ""


@dataclass
class Estate:
    """Every stack of every account, by id, and the log of operations."""

    stacks: dict[str, Stack] = field(default_factory=dict)
    change_sets: dict[str, ChangeSet] = field(default_factory=dict)
    operations: list[OperationLine] = field(default_factory=list)
    stale: dict[str, tuple[Json, int]] = field(default_factory=dict)
    seen_tokens: dict[tuple[str, str], str] = field(default_factory=dict)
    in_progress: set[str] = field(default_factory=set)
    named: dict[tuple[Place, str], Stack] = field(default_factory=dict)

    def add(self, stack: Stack) -> None:
        self.stacks[stack.id] = self.named[stack.place, stack.name] = stack

    def mark_busy(self, stack: Stack) -> None:
        self.in_progress.add(stack.id)

    def busy(self) -> list[Stack]:
        """The stacks that time can still move; the others are forgotten here."""
        stacks = [self.stacks[stack_id] for stack_id in sorted(self.in_progress)]
        still = [stack for stack in stacks if stack.operation or any(c.due for c in stack.change_sets.values())]
        self.in_progress = {stack.id for stack in still}
        return still

    def find(self, place: Place, name: str) -> Stack | None:
        """By name or id; a deleted stack is found by its id only."""
        if not name.startswith("arn:"):
            return self.named.get((place, name))
        found = self.stacks.get(name)
        return found if found is not None and found.place == place else None
