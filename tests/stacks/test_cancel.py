"""Cancel and undo: each ends with AWS at rest."""

import pytest

from opsportal.contexts import Ask, Done
from opsportal.errors import StepFailed
from tasks.stacks import deploy as stack
from tests.stacks.templates import one, resource, template


def running(step):
    return lambda: step.memory.get("deploy", {}).get("status", "").endswith("IN_PROGRESS")


def test_an_update_in_flight_is_cancelled_and_rolled_back(sandbox, step):
    step.want(one()).run()
    sandbox.speed(2)
    later = step.next().want(one("two", seconds=10))
    later.until(running(later))

    done = later.run(stack.cancel)

    assert done.output["status"] == "UPDATE_ROLLBACK_COMPLETE"
    assert later.ledger.calls().count("CancelUpdateStack") == 1


def test_a_creation_in_flight_is_waited_for(sandbox, step):
    sandbox.speed(4)
    step.want(one())
    step.until(running(step))

    done = step.run(stack.cancel)

    assert done.output["status"] == "CREATE_COMPLETE"
    assert any("can't cancel the creation" in text for text in step.texts("warning"))


def test_a_proposal_is_taken_back(protected):
    protected.want(one()).run()

    done = protected.run(stack.cancel)

    assert done.output == {"stack": protected.input["stack"], "changed": False}
    assert not protected.exists()


def test_a_proposal_that_was_forgotten_is_found_and_taken_back(protected):
    protected.want(one()).run()
    protected.memory = {}

    protected.run(stack.cancel)

    assert not protected.exists()


def test_an_execution_that_was_forgotten_is_followed_to_its_end(sandbox, step):
    step.want(one()).run()
    sandbox.speed(2)
    later = step.next().want(one("two", seconds=10))
    later.until(running(later))
    later.memory = {}

    done = later.run(stack.cancel)

    assert done.output["status"] == "UPDATE_ROLLBACK_COMPLETE"


def test_cancelling_before_the_first_look_touches_nothing(step):
    done = step.want(one()).run(stack.cancel)

    assert isinstance(done, Done)
    assert step.ledger.calls() == []


def test_undo_restores_template_parameters_and_tags(step):
    body = template({"Label": {"Type": "String"}}, Topic=resource("AWS::SNS::Topic", DisplayName={"Ref": "Label"}))
    step.want(body, parameters={"Label": "before"}, tags={"team": "a"}).run()
    later = step.next().want(one("after"), parameters={}, tags={"team": "b"})
    later.run()

    later.run(stack.undo)

    assert step.stack()["Parameters"] == [{"ParameterKey": "Label", "ParameterValue": "before"}]
    assert step.stack()["Tags"] == [{"Key": "team", "Value": "a"}]


def test_undo_leaves_a_new_stack_and_says_so(step):
    step.want(one()).run()

    assert stack.stays(step.input, step.memory) == f"{step.input['stack']} was not there before this run: it stays."
    done = step.run(stack.undo)

    assert done.output["kept"]
    assert "was not there before this run: it stays" in step.texts()[-1]
    assert step.exists()


def test_undo_leaves_a_stack_that_was_only_protected(step):
    step.want(one()).run()
    later = step.next().want(one(), protect=True)
    later.run()

    later.run(stack.undo)

    assert "were not changed by this run" in later.texts()[-1]
    assert step.exists()


def test_undo_of_a_creation_that_was_taken_back_has_nothing_to_do(protected):
    protected.say_to(protected.want(one()).run(), approved=False, reason="no")
    with pytest.raises(StepFailed):
        protected.run()

    assert not protected.run(stack.undo).output["kept"]


def test_a_stateful_resource_is_not_replaced_by_an_undo_without_a_person(step):
    store = {"BucketName": {"Fn::Sub": "a-${AWS::StackName}"}}
    step.want(template(Store=resource("AWS::S3::Bucket", **store))).run()
    later = step.next().want(template(Store=resource("AWS::S3::Bucket")))
    later.say_to(later.run(), approved=True)
    later.run()

    assert isinstance(later.run(stack.undo), Ask)


def test_undo_after_a_rolled_back_update_has_nothing_to_do(sandbox, step):
    step.want(one()).run()
    sandbox.fault("fail_resource", logical_id="Topic", count=1)
    later = step.next().want(one("two"))
    with pytest.raises(StepFailed):
        later.run()

    assert later.run(stack.undo).unchanged
