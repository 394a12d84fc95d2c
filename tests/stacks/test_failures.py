"""What fails, and in which words."""

import pytest

from opsportal.errors import StepFailed
from tests.stacks.templates import one, resource, template

PAIR = template(A=resource("AWS::SNS::Topic"), B=resource("AWS::SNS::Topic", 60))


def test_the_first_real_cause_is_named(sandbox, step):
    sandbox.fault("fail_resource", logical_id="A", reason="Quota exceeded for topics")

    with pytest.raises(StepFailed) as failed:
        step.want(PAIR).run()

    assert failed.value.message == "web failed: A: Quota exceeded for topics"
    assert failed.value.cause == "Quota exceeded for topics"
    assert step.stack()["StackStatus"] == "ROLLBACK_COMPLETE"


def test_a_failed_update_is_rolled_back_and_its_cause_named(sandbox, step):
    step.want(one()).run()
    sandbox.fault("fail_resource", logical_id="Topic", reason="Not today", count=1)
    later = step.next().want(one("two"))

    with pytest.raises(StepFailed, match="web failed: Topic: Not today"):
        later.run()

    assert later.stack()["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"


def test_a_retry_after_a_rolled_back_update_succeeds(sandbox, step):
    step.want(one()).run()
    sandbox.fault("fail_resource", logical_id="Topic", count=1)
    later = step.next().want(one("two"))
    with pytest.raises(StepFailed):
        later.run()
    later.retry()

    assert later.run().output["status"] == "UPDATE_COMPLETE"


def test_a_stuck_rollback_says_what_to_do(sandbox, step):
    step.want(one()).run()
    sandbox.fault("fail_resource", logical_id="Topic")
    sandbox.fault("fail_resource", logical_id="Topic", during="rollback")
    later = step.next().want(one("two"))

    with pytest.raises(StepFailed, match="Continue update rollback"):
        later.run()


def test_a_stack_that_only_a_person_can_repair_is_left_alone(sandbox, step):
    step.want(one()).run()
    sandbox.fault("fail_resource", logical_id="Topic")
    sandbox.fault("fail_resource", logical_id="Topic", during="rollback")
    with pytest.raises(StepFailed):
        step.next().want(one("two")).run()
    later = step.next().want(one("three"))

    with pytest.raises(StepFailed, match=r"is UPDATE_ROLLBACK_FAILED\. An update could not be rolled back"):
        later.run()

    assert later.ledger.calls() == []


def test_a_missing_export_is_named(step):
    body = template(Topic=resource("AWS::SNS::Topic", DisplayName={"Fn::ImportValue": "nobody-exports"}))

    with pytest.raises(StepFailed, match=r"web failed: .*No export named nobody-exports found"):
        step.want(body).run()


def test_a_template_that_cannot_work_leaves_no_stack_behind(step):
    step.want(template(Topic=resource("AWS::SNS::Topic", DisplayName={"Fn::Select": ["9", ["a"]]})))

    with pytest.raises(StepFailed):
        step.run()

    assert not step.exists()


def test_missing_capabilities_are_named(step):
    role = resource("AWS::IAM::Role", AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": []})

    with pytest.raises(StepFailed, match="CAPABILITY_IAM"):
        step.want(template(Role=role)).run()


def test_a_failed_step_leaves_its_protected_shell_to_a_person(sandbox, step):
    sandbox.fault("fail_resource", logical_id="Topic", count=1)
    with pytest.raises(StepFailed):
        step.want(one()).run()
    step.client().update_termination_protection(StackName=step.input["stack"], EnableTerminationProtection=True)
    step.retry()

    with pytest.raises(StepFailed, match=r"termination protection is on\. Turn it off"):
        step.run()
