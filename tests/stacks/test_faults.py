"""AWS throttles, fails, hangs, denies: a deployment goes on, or says what is missing."""

import pytest

from opsportal.contexts import Wait
from opsportal.errors import Denied, Lost, StepFailed
from tasks.aws.session import Timeouts
from tests.stacks.templates import one

CHANGES = ("CreateChangeSet", "ExecuteChangeSet")
READS = ("DescribeStacks", "DescribeChangeSet", "DescribeStackEvents")
BOTH = pytest.mark.parametrize("action", CHANGES + READS)


def mine(step, kind, action, **rule):
    step.sandbox.fault(kind, service="cloudformation", action=action, account=step.environment.account, **rule)


def sent(step, action):
    """How often the action reached the sandbox."""
    calls = step.sandbox.log()["calls"]
    return sum(call["action"] == action and call["account"] == step.environment.account for call in calls)


@BOTH
@pytest.mark.parametrize("kind", ["throttle", "error", "expired", "lost"])
def test_a_passing_fault_delays_and_changes_nothing(step, kind, action):
    mine(step, kind, action, count=2)

    done = step.want(one()).run()

    assert done.output["status"] == "CREATE_COMPLETE"
    assert step.effects() == ["CREATE_STACK"]


@pytest.mark.parametrize("action", CHANGES)
def test_a_change_that_hangs_leaves_its_intent_open(step, action):
    mine(step, "hang", action, seconds=1.0, count=1)
    step.timeouts = Timeouts(2.0, 0.3)
    step.want(one())

    step.until(lambda: action in step.ledger.calls())

    assert step.ledger.calls().count(action) == 1
    assert step.ledger.intents[-1]["answer"] == ""


def test_a_change_that_hangs_is_found_at_the_next_look(step):
    mine(step, "hang", "ExecuteChangeSet", seconds=1.0, count=1)
    step.timeouts = Timeouts(2.0, 0.3)

    done = step.want(one()).run()

    assert done.output["status"] == "CREATE_COMPLETE"
    assert step.effects() == ["CREATE_STACK"]


def test_a_read_that_hangs_is_tried_twice_a_look(step):
    mine(step, "hang", "DescribeStacks", seconds=0.5, count=2)
    step.timeouts = Timeouts(0.2, 2.0)

    outcome = step.want(one()).look()

    assert isinstance(outcome, Wait)
    assert "no usable answer to cloudformation:DescribeStacks" in outcome.note


def test_a_changing_call_is_not_sent_again_by_the_sdk(step):
    mine(step, "error", "CreateChangeSet", count=1)

    step.want(one()).look()

    assert sent(step, "CreateChangeSet") == 1


@BOTH
def test_a_denial_names_the_missing_action(step, action):
    mine(step, "deny", action)

    with pytest.raises(Denied) as denied:
        step.want(one()).run()

    assert denied.value.action == f"cloudformation:{action}"
    assert f"may not call cloudformation:{action}" in denied.value.message


def test_a_denied_execution_leaves_nothing_behind(step):
    mine(step, "deny", "ExecuteChangeSet")

    with pytest.raises(Denied):
        step.want(one()).run()

    assert not step.exists()


@pytest.mark.parametrize(("action", "name"), [(CHANGES[0], "ClientToken"), (CHANGES[1], "ClientRequestToken")])
def test_a_change_carries_the_token_of_its_intent(step, action, name):
    step.want(one()).run()

    calls = [call for call in step.sandbox.log()["calls"] if call["account"] == step.environment.account]
    tokens = {intent["call"].split(":")[1]: intent["token"] for intent in step.ledger.intents}
    assert next(call["params"][name] for call in calls if call["action"] == action) == tokens[action]


def test_nothing_is_read_once_the_step_is_lost(step):
    step.want(one()).look()
    step.ledger.stop = Lost("gone")
    step.sandbox.clear_log()

    with pytest.raises(Lost):
        step.look()

    assert sent(step, "DescribeChangeSet") == 0


@pytest.mark.parametrize("action", CHANGES)
def test_nothing_is_sent_once_the_step_is_lost(step, action):
    step.want(one())
    if action == "ExecuteChangeSet":
        step.until(lambda: "CreateChangeSet" in step.ledger.calls())
    step.ledger.stop = Lost("gone")

    with pytest.raises(Lost):
        step.run()

    assert sent(step, action) == 0


def test_a_quota_is_told_and_not_taken_for_throttling(step):
    with pytest.raises(StepFailed, match=r"AWS refused cloudformation:CreateChangeSet: .*must have values"):
        step.want(one().replace('"Parameters": {}', '"Parameters": {"Needed": {"Type": "String"}}')).run()
