"""A pause in the middle of a deployment: nothing more is changed while it lasts, and once afterwards."""

import pytest

from tests.stacks.templates import one


@pytest.mark.parametrize("call", ["CreateChangeSet", "ExecuteChangeSet", "UpdateTerminationProtection"])
def test_what_a_pause_held_is_done_once_when_it_ends(step, call):
    step.want(one(), protect=True)
    step.ledger.held = call
    step.until(lambda: step.note == "Changes are paused.")
    for _ in range(3):
        step.look()
    assert call not in step.ledger.calls()
    step.ledger.held = ""
    step.run()
    assert step.ledger.calls().count(call) == 1
    assert step.stack()["StackStatus"] == "CREATE_COMPLETE"
