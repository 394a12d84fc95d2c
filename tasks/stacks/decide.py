"""What a stack's or a change set's status means for what to do next: pure, over every status AWS documents."""

from enum import Enum

from opsportal.words import gettext_noop

STABLE = frozenset(
    {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"}
)
SUCCEEDED = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"})
CANCELLABLE = "UPDATE_IN_PROGRESS"
REVIEW = "REVIEW_IN_PROGRESS"
ROLLED_BACK = "ROLLBACK_COMPLETE"
DELETED = "DELETE_COMPLETE"
ABSENT = ""


class Move(Enum):
    """What to do next with a stack."""

    CREATE = "make a change set of type CREATE"
    UPDATE = "compare, then make a change set of type UPDATE"
    CLEAR = "delete what a failed creation left, then create"
    WAIT = "let the operation in progress end"
    FAIL = "a person has to act"


# Why nothing can be done, and what a person does about it. AWS docs: Stack status codes; Troubleshooting.
STUCK = {
    "CREATE_FAILED": gettext_noop(
        "Its creation failed with rollback turned off. Delete it or roll it back in CloudFormation, then retry."
    ),
    "UPDATE_FAILED": gettext_noop(
        "An update failed with rollback turned off. Roll it back in CloudFormation, then retry."
    ),
    "ROLLBACK_FAILED": gettext_noop(
        "Resources of a failed creation could not be deleted. Delete the stack in CloudFormation, retaining what "
        "can't be deleted, then retry."
    ),
    "UPDATE_ROLLBACK_FAILED": gettext_noop(
        "An update could not be rolled back. Correct the cause and use “Continue update rollback” in CloudFormation, "
        "then retry."
    ),
    "DELETE_FAILED": gettext_noop(
        "It could not be deleted. Delete it in CloudFormation, retaining what can't be deleted, then retry."
    ),
    "IMPORT_ROLLBACK_FAILED": gettext_noop(
        "An import could not be rolled back. Correct the cause in CloudFormation, then retry."
    ),
}


def decide(status: str) -> Move:
    """What to do with a stack in this status, whoever brought it there; "" is a stack that does not exist."""
    if status in (ABSENT, DELETED, REVIEW):
        return Move.CREATE
    if status in STABLE:
        return Move.UPDATE
    if status == ROLLED_BACK:
        return Move.CLEAR
    return Move.WAIT if status.endswith("_IN_PROGRESS") else Move.FAIL


def at_rest(status: str) -> bool:
    """Whether no operation is in progress; a stack under review has none either."""
    return status == REVIEW or not status.endswith("_IN_PROGRESS")


class Verdict(Enum):
    """What to do next with a change set."""

    WAIT = "it is still being made"
    EMPTY = "it has no changes"
    BROKEN = "it could not be made"
    AGAIN = "it is stale or gone: make another"
    READY = "it can be executed"
    RUNNING = "it was executed: follow it"


# AWS has no code for it. AWS docs and aws-cli's deployer.py: the second is said where the template has a transform.
NO_CHANGES = ("didn't contain changes", "No updates are to be performed")


def judge(status: str, execution: str, reason: str) -> Verdict:
    """What to do with our change set, by Status, ExecutionStatus and StatusReason."""
    if execution.startswith("EXECUTE_"):
        return Verdict.RUNNING
    if status in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
        return Verdict.WAIT
    if status == "FAILED":
        return Verdict.EMPTY if any(words in reason for words in NO_CHANGES) else Verdict.BROKEN
    return Verdict.READY if (status, execution) == ("CREATE_COMPLETE", "AVAILABLE") else Verdict.AGAIN
