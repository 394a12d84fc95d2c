"""stacks.plan: lists what would change, and leaves nothing behind."""

import pytest

from opsportal.errors import StepFailed
from tasks.stacks import preview
from tests.stacks.templates import one, resource, template


def plan(step):
    return step.run(preview.preview).output


def test_a_new_stack_adds_every_resource_without_a_change_set(step):
    found = plan(step.want(template(A=resource("AWS::SNS::Topic"), B=resource("AWS::S3::Bucket"))))

    assert found["counts"] == {"add": 2, "modify": 0, "replace": 0, "remove": 0}
    assert found["creates"]
    assert step.ledger.calls() == []


CONDITIONAL = """\
Parameters:
  Topic: {Type: String, Default: ""}
  VpcId: {Type: String, Default: ""}
Conditions:
  HasTopic: !Not [!Equals [!Ref Topic, ""]]
  HasVpc: !Not [!Equals [!Ref VpcId, ""]]
Resources:
  Always: {Type: AWS::SNS::Topic}
  Alarm: {Type: AWS::SNS::Topic, Condition: HasTopic}
  Inside: {Type: AWS::SNS::Topic, Condition: HasVpc}
"""


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({}, "1 to add"),
        ({"Topic": ["alarms"]}, "2 to add"),
        ({"VpcId": [{"stack": "vpc", "output": "VpcId"}]}, "1 to add, 1 may be added"),
    ],
)
def test_a_new_stack_adds_what_its_conditions_let_through(step, parameters, words):
    step.want(CONDITIONAL)
    step.input["parameters"] = parameters

    plan(step)

    assert step.texts() == [f"{step.input['stack']}: {words}."]


def test_an_existing_stack_is_compared_by_a_change_set_that_is_deleted_again(step):
    step.want(one()).run()
    later = step.next().want(template(Topic=resource("AWS::SNS::Topic"), A=resource("AWS::SNS::Topic")))

    found = plan(later)

    assert found["counts"] == {"add": 1, "modify": 1, "replace": 0, "remove": 0}
    assert later.change_sets() == []
    assert "ExecuteChangeSet" not in later.ledger.calls()


def test_a_stack_that_is_as_wanted_changes_nothing(step):
    step.want(one()).run()
    later = step.next()

    assert plan(later)["changes"] == []
    assert later.ledger.calls() == []


def test_what_depends_on_an_output_that_is_not_there_yet_is_not_known(step):
    step.want(one()).run()
    later = step.next()
    later.input["parameters"] = {"VpcId": [{"stack": "vpc", "output": "VpcId"}]}

    assert plan(later)["known"] is False


def test_a_new_stack_that_depends_on_a_new_one_is_listed(step):
    step.want(one())
    step.input["parameters"] = {"VpcId": [{"stack": "vpc", "output": "VpcId"}]}

    assert plan(step)["counts"]["add"] == 1


def test_a_change_that_can_not_work_is_told_and_leaves_nothing(step):
    step.want(one()).run()
    later = step.next().want(template(Topic=resource("AWS::SNS::Topic", DisplayName={"Fn::Select": ["9", ["a"]]})))

    with pytest.raises(StepFailed):
        plan(later)

    assert later.change_sets() == []


def test_cancelling_takes_the_change_set_back(step):
    step.want(one()).run()
    later = step.next().want(one("two"))
    later.look(preview.preview)

    later.run(preview.cancel)

    assert later.change_sets() == []


@pytest.mark.parametrize("killed", [1, 2, 3])
def test_a_kill_at_any_look_leaves_nothing_behind(step, killed):
    step.want(one()).run()
    later = step.next().want(one("two"))
    later.forget_look = killed

    assert plan(later)["counts"]["modify"] == 1
    assert later.change_sets() == []
