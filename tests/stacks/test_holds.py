"""A pause in the middle of a deployment: nothing more is changed while it lasts, and once afterwards."""

import pytest

from opsportal.errors import StepFailed
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


@pytest.mark.parametrize("call", ["DeleteChangeSet", "DeleteStack"])
@pytest.mark.parametrize("expired", [False, True], ids=["rejected", "expired"])
def test_what_a_no_takes_away_waits_too_and_nothing_is_left_in_the_end(protected, call, expired):
    asked = protected.want(one()).run()
    protected.say_to(asked, approved=False, reason="too late", expired=expired)
    protected.ledger.held = call
    protected.until(lambda: protected.note == "Changes are paused.")
    for _ in range(3):
        protected.look()
    assert call not in protected.ledger.calls()
    assert protected.exists()

    protected.ledger.held = ""
    with pytest.raises(StepFailed, match=r"too late|nobody approved it"):
        protected.run()

    assert protected.ledger.calls().count(call) == 1
    assert not protected.exists()
