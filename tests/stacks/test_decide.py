"""Every status AWS documents, and what is done about it."""

import botocore.session
import pytest

from tasks.stacks.decide import STUCK, Move, Verdict, at_rest, decide, judge

STATUSES = (
    botocore.session.Session().get_service_model("cloudformation").shape_for("StackStatus").enum
)  # the 23 that the API knows
MOVES = {
    "": Move.CREATE,
    "CREATE_COMPLETE": Move.UPDATE,
    "CREATE_FAILED": Move.FAIL,
    "CREATE_IN_PROGRESS": Move.WAIT,
    "DELETE_COMPLETE": Move.CREATE,
    "DELETE_FAILED": Move.FAIL,
    "DELETE_IN_PROGRESS": Move.WAIT,
    "IMPORT_COMPLETE": Move.UPDATE,
    "IMPORT_IN_PROGRESS": Move.WAIT,
    "IMPORT_ROLLBACK_COMPLETE": Move.UPDATE,
    "IMPORT_ROLLBACK_FAILED": Move.FAIL,
    "IMPORT_ROLLBACK_IN_PROGRESS": Move.WAIT,
    "REVIEW_IN_PROGRESS": Move.CREATE,
    "ROLLBACK_COMPLETE": Move.CLEAR,
    "ROLLBACK_FAILED": Move.FAIL,
    "ROLLBACK_IN_PROGRESS": Move.WAIT,
    "UPDATE_COMPLETE": Move.UPDATE,
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": Move.WAIT,
    "UPDATE_FAILED": Move.FAIL,
    "UPDATE_IN_PROGRESS": Move.WAIT,
    "UPDATE_ROLLBACK_COMPLETE": Move.UPDATE,
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": Move.WAIT,
    "UPDATE_ROLLBACK_FAILED": Move.FAIL,
    "UPDATE_ROLLBACK_IN_PROGRESS": Move.WAIT,
}


def test_the_table_has_every_status_of_the_api():
    assert set(MOVES) == {"", *STATUSES}
    assert len(STATUSES) == 23


@pytest.mark.parametrize(("status", "move"), MOVES.items())
def test_each_status_has_its_move(status, move):
    assert decide(status) is move


@pytest.mark.parametrize("status", [status for status, move in MOVES.items() if move is Move.FAIL])
def test_where_a_person_has_to_act_it_is_said_how(status):
    assert "retry" in STUCK[status]


@pytest.mark.parametrize("status", STATUSES)
def test_at_rest_means_that_nothing_is_in_progress(status):
    assert at_rest(status) == (MOVES[status] is not Move.WAIT)


NO_CHANGES = "The submitted information didn't contain changes. Submit different information to create a change set."
VERDICTS = [
    ("CREATE_PENDING", "UNAVAILABLE", "", Verdict.WAIT),
    ("CREATE_IN_PROGRESS", "UNAVAILABLE", "", Verdict.WAIT),
    ("CREATE_COMPLETE", "AVAILABLE", "", Verdict.READY),
    ("CREATE_COMPLETE", "AVAILABLE", "[WARN] --include-property-values …", Verdict.READY),
    ("CREATE_COMPLETE", "UNAVAILABLE", "", Verdict.AGAIN),
    ("CREATE_COMPLETE", "OBSOLETE", "", Verdict.AGAIN),
    ("CREATE_COMPLETE", "EXECUTE_IN_PROGRESS", "", Verdict.RUNNING),
    ("CREATE_COMPLETE", "EXECUTE_COMPLETE", "", Verdict.RUNNING),
    ("CREATE_COMPLETE", "EXECUTE_FAILED", "", Verdict.RUNNING),
    ("FAILED", "UNAVAILABLE", NO_CHANGES, Verdict.EMPTY),
    ("FAILED", "UNAVAILABLE", "No updates are to be performed.", Verdict.EMPTY),
    ("FAILED", "UNAVAILABLE", "Transform AWS::Serverless failed", Verdict.BROKEN),
    ("DELETE_PENDING", "UNAVAILABLE", "", Verdict.AGAIN),
    ("DELETE_IN_PROGRESS", "UNAVAILABLE", "", Verdict.AGAIN),
    ("DELETE_COMPLETE", "UNAVAILABLE", "", Verdict.AGAIN),
    ("DELETE_FAILED", "AVAILABLE", "", Verdict.AGAIN),
]


@pytest.mark.parametrize(("status", "execution", "reason", "verdict"), VERDICTS)
def test_each_change_set_has_its_verdict(status, execution, reason, verdict):
    assert judge(status, execution, reason) is verdict


def test_the_verdicts_cover_every_status_of_a_change_set():
    model = botocore.session.Session().get_service_model("cloudformation")

    assert {row[0] for row in VERDICTS} == set(model.shape_for("ChangeSetStatus").enum)
    assert {row[1] for row in VERDICTS} == set(model.shape_for("ExecutionStatus").enum)
