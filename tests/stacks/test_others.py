"""Somebody else changes the same stack."""

from opsportal.contexts import Wait
from tests.stacks.templates import one


def update(step, value):
    step.client().update_stack(StackName=step.input["stack"], TemplateBody=one(value))


def test_nothing_is_done_while_another_operation_is_in_flight(sandbox, step):
    step.want(one()).run()
    sandbox.speed(4)
    update(step, "theirs")
    later = step.next().want(one("ours"))

    outcome = later.look()

    assert isinstance(outcome, Wait)
    assert later.ledger.calls() == []
    assert "UPDATE_IN_PROGRESS by another operation" in later.texts("warning")[0]


def test_it_goes_on_when_the_other_operation_has_ended(step):
    step.want(one()).run()
    update(step, "theirs")

    assert step.next().want(one("ours")).run().output["status"] == "UPDATE_COMPLETE"


def test_waiting_is_said_once(sandbox, step):
    step.want(one()).run()
    sandbox.speed(4)
    update(step, "theirs")
    later = step.next().want(one("ours"))

    for _ in range(3):
        later.look()

    assert len(later.texts("warning")) == 1


def test_another_operation_that_begins_after_the_look_is_waited_for(sandbox, step):
    step.want(one()).run()
    sandbox.fault("stale", stack=step.input["stack"], reads=1)
    update(step, "theirs")
    later = step.next().want(one("ours"))

    assert later.run().output["status"] == "UPDATE_COMPLETE"


def test_a_stack_deleted_in_the_meantime_is_created(step):
    step.want(one()).run()
    step.client().delete_stack(StackName=step.input["stack"])

    assert step.next().want(one("ours")).run().output["status"] == "CREATE_COMPLETE"


def test_another_update_between_proposal_and_execution_makes_another_change_set(protected):
    protected.say_to(protected.want(one()).run(), approved=True)
    protected.run()
    later = protected.next().want(one("ours"))
    later.say_to(later.run(), approved=True)
    update(later, "theirs")

    asked = later.run()
    later.say_to(asked, approved=True)

    assert later.run().output["status"] == "UPDATE_COMPLETE"
    assert later.stack()["ChangeSetId"] == asked.shown["change_set"]
