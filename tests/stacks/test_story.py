"""Events in plain words, and the first real cause."""

from datetime import UTC, datetime

import pytest

from tasks.aws.cloudformation_types import StackEvent
from tasks.stacks.story import embedded, first_failure, progress, reason, said

STACK = "arn:aws:cloudformation:eu-central-1:123456789012:stack/dev-web/1"
HANDLER = 'Resource handler returned message: "Taken" (RequestToken: 1234-ab, HandlerErrorCode: AlreadyExists)'


def event(name, status, why="", physical=""):
    of_stack = STACK if name == "Stack" else physical
    return StackEvent(f"{name}-{status}", datetime.now(UTC), STACK, name, of_stack, "AWS::X::Y", status, why)


WORDS = [
    (event("Stack", "REVIEW_IN_PROGRESS", "User Initiated"), None),
    (event("Stack", "CREATE_IN_PROGRESS", "User Initiated"), ("Stack: creating", "info")),
    (event("A", "CREATE_IN_PROGRESS"), ("A: creating", "info")),
    (event("A", "CREATE_IN_PROGRESS", "Resource creation Initiated", "a-1"), ("A: creation began (a-1)", "info")),
    (event("A", "CREATE_COMPLETE"), ("A: created", "info")),
    (event("A", "CREATE_FAILED", HANDLER), ('A: failed: Resource handler returned message: "Taken"', "error")),
    (event("A", "CREATE_FAILED", "Resource creation cancelled"), ("A: failed: Resource creation cancelled", "warning")),
    (event("A", "UPDATE_COMPLETE"), ("A: updated", "info")),
    (event("A", "DELETE_SKIPPED"), ("A: left in place, not deleted", "warning")),
    (event("A", "DELETE_COMPLETE"), ("A: deleted", "info")),
    (event("Stack", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"), ("Stack: removing what is no longer needed", "info")),
    (
        event("Stack", "ROLLBACK_IN_PROGRESS", "No export. Rollback requested by user."),
        ("Stack: rolling back: No export", "warning"),
    ),
    (event("Stack", "UPDATE_ROLLBACK_COMPLETE"), ("Stack: rolled the update back", "info")),
    (event("A", "IMPORT_COMPLETE"), ("A: imported", "info")),
]


@pytest.mark.parametrize(("given", "words"), WORDS)
def test_each_event_has_its_words(given, words):
    assert said(given) == words


def test_the_first_failure_is_the_cause_and_not_what_was_cancelled_after_it():
    told = [
        event("B", "CREATE_FAILED", "Resource creation cancelled"),
        event("A", "CREATE_FAILED", HANDLER),
        event("C", "CREATE_FAILED", "Too late"),
        event("Stack", "ROLLBACK_IN_PROGRESS", "The following resource(s) failed to create: [A, B, C]."),
    ]

    assert reason(first_failure(told)) == 'Resource handler returned message: "Taken"'


def test_a_failure_outside_resources_is_told_by_the_stack():
    told = [event("Stack", "ROLLBACK_IN_PROGRESS", "No export named X found. Rollback requested by user.")]

    assert reason(first_failure(told)) == "No export named X found"


def test_without_a_reason_there_is_no_cause():
    assert first_failure([event("A", "CREATE_COMPLETE")]) is None


def test_a_nested_stack_is_recognized():
    failed = event("Child", "CREATE_FAILED", "Embedded stack arn:aws:cloudformation:x was not successfully created: …")

    assert embedded(failed) == "arn:aws:cloudformation:x"


def test_progress_counts_resources_that_ended():
    assert (
        progress([event("A", "CREATE_COMPLETE"), event("B", "CREATE_IN_PROGRESS"), event("Stack", "CREATE_COMPLETE")])
        == 1
    )
