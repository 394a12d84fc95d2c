"""A stack deployed look by look against the sandbox."""

import pytest

from opsportal.contexts import Done, Wait
from opsportal.errors import StepFailed
from tasks.stacks import deploy as stack
from tests.stacks.driver import Driver, facts
from tests.stacks.templates import one, resource, template

REF = {"Ref": "Label"}


def test_a_new_stack_is_created_and_gives_its_outputs(step):
    done = step.want(one(), tags={"component": "network"}).run()

    assert isinstance(done, Done)
    assert done.output["created"]
    assert done.output["outputs"]["Name"]
    assert step.ledger.calls() == ["CreateChangeSet", "ExecuteChangeSet"]
    assert step.stack()["Tags"] == [{"Key": "component", "Value": "network"}]


def test_another_template_updates_the_stack(step):
    step.want(one()).run()
    later = step.next().want(one("two"))

    done = later.run()

    assert done.output["status"] == "UPDATE_COMPLETE"
    assert done.output["changes"]["modify"] == 1
    assert "Topic: created" not in later.texts()
    assert not done.output["created"]


def test_events_are_told_in_plain_words_and_none_twice(step):
    step.want(one()).run()

    told = [text for text in step.texts() if "Topic" in text]
    assert told[0] == "Topic: creating"
    assert told[-1] == "Topic: created"
    assert len(told) == len(set(told))


def test_the_changes_are_told_by_risk_before_they_are_made(step):
    step.want(one()).run()

    line = next(data for _, _, data in step.said if data.get("kind") == "changes")
    assert line["counts"] == {"add": 1, "modify": 0, "replace": 0, "remove": 0}
    assert line["changes"] == [{"id": "Topic", "type": "AWS::SNS::Topic", "risk": "add", "stateful": False}]


def test_another_parameter_updates_the_stack(step):
    body = template({"Label": {"Type": "String", "Default": "x"}}, Topic=resource("AWS::SNS::Topic", DisplayName=REF))
    step.want(body).run()

    done = step.next().want(body, parameters={"Label": "y"}).run()

    assert done.output["status"] == "UPDATE_COMPLETE"


def test_other_tags_update_the_stack(step):
    step.want(one(), tags={"team": "a"}).run()

    assert step.next().want(one(), tags={"team": "b"}).run().output["status"] == "UPDATE_COMPLETE"


def test_outputs_of_other_stacks_are_filled_in(step):
    body = template({"Label": {"Type": "String"}}, Topic=resource("AWS::SNS::Topic", DisplayName=REF))
    step.want(body)
    step.input["parameters"] = {"Label": ["from ", {"stack": "vpc", "output": "VpcId"}]}
    step.outputs = {"vpc": {"outputs": {"VpcId": "vpc-1"}}}

    step.run()

    assert step.stack()["Parameters"] == [{"ParameterKey": "Label", "ParameterValue": "from vpc-1"}]


def test_termination_protection_is_turned_on(step):
    step.want(one(), protect=True).run()

    assert step.stack()["EnableTerminationProtection"]


def test_the_service_role_is_passed_on(sandbox, account):
    role = sandbox.role(account, "cloudformation")
    step = Driver(sandbox, facts(account, service_role_arn=role)).want(one())

    step.run()

    assert step.stack()["RoleARN"] == role


def test_what_a_failed_creation_left_is_deleted_and_the_stack_created(sandbox, step):
    sandbox.fault("fail_resource", logical_id="Topic", count=1)
    with pytest.raises(StepFailed):
        step.want(one()).run()
    step.retry()

    done = step.run()

    assert done.output["status"] == "CREATE_COMPLETE"
    assert "DeleteStack" in step.ledger.calls()


def test_a_stack_under_review_by_somebody_else_is_created_all_the_same(step):
    step.want(one())
    step.client().create_change_set(
        StackName=step.input["stack"], ChangeSetName="theirs", ChangeSetType="CREATE", TemplateBody=one("theirs")
    )

    assert step.run().output["status"] == "CREATE_COMPLETE"


def test_the_first_outputs_may_be_stale(sandbox, step):
    step.want(one()).run()
    sandbox.fault("stale", stack=step.input["stack"], reads=3)
    body = one("two", A=resource("AWS::SNS::Topic"))

    done = step.next().want(body).run()

    assert done.output["status"] == "UPDATE_COMPLETE"


def test_events_without_the_request_token_are_followed_too(sandbox, step):
    sandbox.fault("omit_request_token", stack="*")

    assert step.want(one()).run().output["status"] == "CREATE_COMPLETE"


@pytest.mark.parametrize("killed", range(1, 7))
def test_a_kill_at_any_look_changes_the_stack_once(step, killed):
    step.want(one())
    step.forget_look = killed

    done = step.run()

    assert done.output["status"] == "CREATE_COMPLETE"
    assert step.effects() == ["CREATE_STACK"]


def test_an_end_is_found_though_its_event_never_came(step):
    step.want(one())
    step.until(lambda: "ExecuteChangeSet" in step.ledger.calls())
    waiter = step.client().get_waiter("stack_create_complete")
    waiter.wait(StackName=step.input["stack"], WaiterConfig={"Delay": 0.1})
    newest = step.client().describe_stack_events(StackName=step.input["stack"])["StackEvents"][0]["EventId"]
    step.memory["deploy"] |= {"told": newest, "told_at": 1}

    assert step.run().output["status"] == "CREATE_COMPLETE"


def test_more_than_a_page_of_events_is_told(step):
    body = template(**{f"T{n}": resource("AWS::SNS::Topic") for n in range(60)})

    step.want(body).run()

    assert len([text for text in step.texts() if text.endswith(": created")]) == 61


def test_a_missing_output_is_named(step):
    step.want(one())
    step.input["parameters"] = {"Label": [{"stack": "vpc", "output": "VpcId"}]}

    with pytest.raises(StepFailed, match=r"vpc\.VpcId"):
        step.run()


def test_reading_gives_the_outputs_of_a_stack(step):
    step.want(one()).run()

    done = step.next().run(stack.read)

    assert done.output["outputs"]["Name"]


def test_reading_waits_for_an_operation_to_end(sandbox, step):
    sandbox.speed(4)
    step.want(one())
    step.until(lambda: "ExecuteChangeSet" in step.ledger.calls())

    assert isinstance(step.next().look(stack.read), Wait)
    sandbox.speed(100)


def test_reading_a_stack_that_is_not_there_says_to_deploy_it(step):
    with pytest.raises(StepFailed, match=r"does not exist, but others need its outputs\. Deploy web too"):
        step.want(one()).run(stack.read)
