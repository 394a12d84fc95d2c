import pytest

from sandbox.cloudformation import durations
from tests.sandbox.account import refused, resource, template, topic, values

NAMED = {"Label": {"Type": "String", "Default": "one"}}


def labelled():
    return template(parameters=NAMED, Topic=resource("AWS::SNS::Topic", DisplayName={"Ref": "Label"}))


def display_name(account):
    sns = account.client("sns")
    return sns.get_topic_attributes(TopicArn=account.physical_id("Topic"))["Attributes"]["DisplayName"]


def slow(seconds, **properties):
    return template(Topic=resource("AWS::SNS::Topic", metadata={"Sandbox": {"Seconds": seconds}}, **properties))


def test_a_resource_really_exists(account):
    account.create(template(Vpc=resource("AWS::EC2::VPC", CidrBlock="10.9.0.0/16")))
    found = account.client("ec2").describe_vpcs(VpcIds=[account.physical_id("Vpc")])["Vpcs"][0]
    assert found["CidrBlock"] == "10.9.0.0/16"


def test_a_stack_made_by_change_set_has_its_id_and_an_update_time(account):
    by_change_set, plain = account.deploy(topic()), account.create(topic(), stack="plain")
    assert {"ChangeSetId", "LastUpdatedTime"} <= by_change_set.keys()
    assert not {"ChangeSetId", "LastUpdatedTime"} & plain.keys()


def test_what_is_always_described(account):
    stack = account.create(topic())
    assert stack["DisableRollback"] is False
    assert stack["EnableTerminationProtection"] is False
    assert (stack["NotificationARNs"], stack["RollbackConfiguration"], stack["Tags"]) == ([], {}, [])
    assert stack["DriftInformation"] == {"StackDriftStatus": "NOT_CHECKED"}
    assert not {"Capabilities", "Outputs", "Parameters"} & stack.keys()


def test_an_update_changes_the_resource(account):
    account.create(labelled())
    account.update(labelled(), Parameters=values(Label="two"))
    assert display_name(account) == "two"


def test_a_rolled_back_update_has_the_old_template_parameters_and_resource(account):
    account.create(labelled())
    account.sandbox.fault("fail_resource", stack="app", logical_id="Topic", count=1)
    stack = account.update(labelled(), Parameters=values(Label="two"))
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert stack["Parameters"] == [{"ParameterKey": "Label", "ParameterValue": "one"}]
    assert display_name(account) == "one"


def test_a_rolled_back_replacement_keeps_the_old_resource(account):
    account.create(template(A=resource("AWS::SNS::Topic", TopicName="a")))
    account.sandbox.fault("fail_resource", stack="app", logical_id="A")
    account.update(template(A=resource("AWS::SNS::Topic", TopicName="b")))
    assert account.physical_id("A").endswith(":a")
    assert len(account.client("sns").list_topics()["Topics"]) == 1


def test_what_aws_refuses_fails_the_resource(account):
    body = template(Subnet=resource("AWS::EC2::Subnet", VpcId="vpc-0123456789abcdef0", CidrBlock="10.0.0.0/24"))
    assert account.create(body)["StackStatus"] == "ROLLBACK_COMPLETE"
    reason = next(reason for _, status, reason in account.events() if status == "CREATE_FAILED")
    assert reason.startswith(
        'Resource handler returned message: "VpcID vpc-0123456789abcdef0 does not exist." (RequestToken: '
    )


def test_a_missing_required_property_fails_the_resource(account):
    account.create(template(Parameter=resource("AWS::SSM::Parameter", Value="x")))
    assert ("Parameter", "CREATE_FAILED", "Property validation failure: [The property {/Type} is required]") in (
        account.events()
    )


def test_a_custom_name_forbids_replacement(account):
    account.create(template(Queue=resource("AWS::SQS::Queue", QueueName="jobs.fifo", FifoQueue=True)))
    body = template(Queue=resource("AWS::SQS::Queue", QueueName="jobs.fifo", FifoQueue=False))
    assert account.update(body)["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    reasons = [reason for _, status, reason in account.events() if status == "UPDATE_FAILED"]
    assert reasons[0].startswith(
        "CloudFormation cannot update a stack when a custom-named resource requires replacing."
    )


def test_without_rollback_a_failed_create_stays(account):
    account.sandbox.fault("fail_resource", stack="app", logical_id="Topic", count=1)
    stack = account.create(topic(), DisableRollback=True)
    assert (stack["StackStatus"], stack["StackStatusReason"]) == (
        "CREATE_FAILED",
        "The following resource(s) failed to create: [Topic].",
    )


def test_on_failure_delete_deletes(account):
    account.sandbox.fault("fail_resource", stack="app", logical_id="Topic")
    assert account.create(topic(), OnFailure="DELETE")["StackStatus"] == "DELETE_COMPLETE"


def test_a_paused_update_goes_on_only_without_rollback(account):
    account.create(topic(DisplayName="a"))
    account.sandbox.fault("fail_resource", stack="app", logical_id="Topic", count=1)
    assert account.update(topic(DisplayName="b"), DisableRollback=True)["StackStatus"] == "UPDATE_FAILED"
    body = {"StackName": "app", "TemplateBody": topic(DisplayName="c")}
    assert "non-terminal [UPDATE_FAILED] state" in refused(account.cloudformation.update_stack, **body)[1]
    assert account.update(topic(DisplayName="c"), DisableRollback=True)["StackStatus"] == "UPDATE_COMPLETE"
    assert display_name(account) == "c"


def test_a_paused_update_can_be_rolled_back(account):
    account.create(topic(DisplayName="a"))
    account.sandbox.fault("fail_resource", stack="app", logical_id="Topic", count=1)
    account.update(topic(DisplayName="b"), DisableRollback=True)
    account.cloudformation.rollback_stack(StackName="app")
    assert account.settled()["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert display_name(account) == "a"


@pytest.mark.parametrize(("skipped", "count"), [([], 1), (["Topic"], -1)], ids=["mended", "skipped"])
def test_a_failed_rollback_can_be_continued(account, skipped, count):
    account.create(topic(DisplayName="a"))
    account.sandbox.fault("fail_resource", stack="app", logical_id="Topic", during="update", count=1)
    account.sandbox.fault("fail_resource", stack="app", logical_id="Topic", during="rollback", count=count)
    stack = account.update(topic(DisplayName="b"))
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_FAILED"
    account.cloudformation.continue_update_rollback(StackName="app", ResourcesToSkip=skipped)
    assert account.settled()["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"


def test_a_replaced_resource_that_cannot_be_deleted_is_dropped(account):
    account.create(topic(TopicName="a"))
    account.sandbox.fault("fail_resource", stack="app", logical_id="Topic", during="delete")
    stack = account.update(topic(TopicName="b"))
    assert stack["StackStatus"] == "UPDATE_COMPLETE"
    assert stack["StackStatusReason"] == "Update successful. One or more resources could not be deleted."


def test_a_failed_delete_can_be_repeated_without_the_resource(account):
    stack = account.create(topic())["StackId"]
    account.sandbox.fault("fail_resource", stack="app", logical_id="Topic", during="delete", count=1)
    account.delete(stack)
    assert account.delete(stack, RetainResources=["Topic"])["StackStatus"] == "DELETE_COMPLETE"
    assert ("Topic", "DELETE_SKIPPED", "") in account.events(stack)


def test_deleting_a_rolled_back_stack_does_not_delete_its_resources_again(account):
    account.sandbox.fault("fail_resource", stack="app", logical_id="Parameter", count=1)
    kind, properties = "AWS::SSM::Parameter", {"Name": "/app", "Type": "String", "Value": "x"}
    stack = account.create(template(Parameter={"Type": kind, "Properties": properties}))["StackId"]
    assert account.delete(stack)["StackStatus"] == "DELETE_COMPLETE"
    deletes = [event for event in account.events(stack) if event[:2] == ("Parameter", "DELETE_IN_PROGRESS")]
    assert len(deletes) == 1


def test_a_retained_resource_outlives_its_stack(account):
    body = template(Topic=resource("AWS::SNS::Topic") | {"DeletionPolicy": "Retain"})
    stack = account.create(body)["StackId"]
    account.delete(stack)
    assert len(account.client("sns").list_topics()["Topics"]) == 1


def test_a_deleted_stack_is_found_by_id_only(account):
    stack = account.create(topic())["StackId"]
    account.delete(stack)
    assert refused(account.stack, "app") == ("ValidationError", "Stack with id app does not exist", 400)
    assert "EnableTerminationProtection" not in account.stack(stack)
    account.create(topic())
    assert account.stack(stack)["StackStatus"] == "DELETE_COMPLETE"


def test_a_protected_stack_is_not_deleted(account):
    account.create(topic(), EnableTerminationProtection=True)
    message = "Stack [app] cannot be deleted while TerminationProtection is enabled"
    assert refused(account.cloudformation.delete_stack, StackName="app")[1] == message
    account.cloudformation.update_termination_protection(StackName="app", EnableTerminationProtection=False)
    account.cloudformation.delete_stack(StackName="app")


def test_a_create_in_progress_can_be_deleted(held):
    made = held.cloudformation.create_stack(StackName="app", TemplateBody=slow(1000))
    assert held.delete(made["StackId"])["StackStatus"] == "DELETE_COMPLETE"


def test_a_create_that_takes_too_long_fails(held):
    held.sandbox.speed(500)
    assert held.create(slow(1000), TimeoutInMinutes=1)["StackStatus"] == "ROLLBACK_COMPLETE"


def test_a_template_fixes_its_own_durations(held):
    held.sandbox.speed(10)
    held.create(slow(5))
    line = next(o for o in held.sandbox.operations()["operations"] if o["account"] == held.id)
    assert 0.499 < line["ended"] - line["started"] < 0.505


def test_without_metadata_a_resource_takes_the_seconds_of_its_type(held):
    held.sandbox.speed(100)
    held.create(template(Bucket=resource("AWS::S3::Bucket")))
    line = next(o for o in held.sandbox.operations()["operations"] if o["account"] == held.id)
    assert line["ended"] - line["started"] == pytest.approx(durations.SECONDS["AWS::S3::Bucket"][0] / 100, abs=0.005)


def test_a_new_speed_counts_for_what_is_in_progress(held):
    held.cloudformation.create_stack(StackName="app", TemplateBody=slow(1000))
    held.sandbox.speed(5000)
    assert held.settled()["StackStatus"] == "CREATE_COMPLETE"


def test_stacks_are_listed_with_the_deleted_ones(account):
    account.delete(account.create(topic(), stack="old")["StackId"])
    account.create(topic(), stack="new")
    cloudformation = account.cloudformation
    found = {s["StackName"]: s["StackStatus"] for s in cloudformation.list_stacks()["StackSummaries"]}
    assert found == {"old": "DELETE_COMPLETE", "new": "CREATE_COMPLETE"}
    assert [s["StackName"] for s in cloudformation.describe_stacks()["Stacks"]] == ["new"]
    only = cloudformation.list_stacks(StackStatusFilter=["DELETE_COMPLETE"])["StackSummaries"]
    assert [s["StackName"] for s in only] == ["old"]


def test_resources_are_listed_and_described(account):
    account.create(topic())
    listed = account.cloudformation.list_stack_resources(StackName="app")["StackResourceSummaries"]
    described = account.cloudformation.describe_stack_resources(StackName="app")["StackResources"]
    assert [(r["LogicalResourceId"], r["ResourceStatus"]) for r in listed] == [("Topic", "CREATE_COMPLETE")]
    assert described[0]["PhysicalResourceId"] == account.physical_id("Topic")


def test_accounts_and_regions_are_apart(account, sandbox):
    account.create(topic())
    elsewhere = sandbox.client("cloudformation", region="us-east-1", account=account.id)
    other = sandbox.client("cloudformation", account="111111111111")
    assert elsewhere.describe_stacks()["Stacks"] == []
    assert "app" not in {s["StackName"] for s in other.describe_stacks()["Stacks"]}


def test_tags_of_the_stack_reach_its_resources(account):
    body = template(Vpc=resource("AWS::EC2::VPC", CidrBlock="10.0.0.0/16"))
    account.create(body, Tags=[{"Key": "team", "Value": "a"}])
    found = account.client("ec2").describe_vpcs(VpcIds=[account.physical_id("Vpc")])["Vpcs"][0]["Tags"]
    tags = {tag["Key"]: tag["Value"] for tag in found}
    assert tags["team"] == "a"
    assert tags["aws:cloudformation:stack-name"] == "app"
