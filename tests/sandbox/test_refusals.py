"""CloudFormation's refusals, word for word."""

import pytest

from tests.sandbox.account import refused, resource, template, topic

ROLE = template(Role=resource("AWS::IAM::Role", AssumeRolePolicyDocument={}))
NAMED_ROLE = template(Role=resource("AWS::IAM::Role", AssumeRolePolicyDocument={}, RoleName="boss"))


def invalid(message):
    return "ValidationError", message, 400


def test_an_existing_name(account):
    account.create(topic())
    found = refused(account.cloudformation.create_stack, StackName="app", TemplateBody=topic())
    assert found == ("AlreadyExistsException", "Stack [app] already exists", 400)


def test_an_update_without_changes(account):
    account.create(topic())
    found = refused(account.cloudformation.update_stack, StackName="app", TemplateBody=topic())
    assert found == invalid("No updates are to be performed.")


@pytest.mark.parametrize("call", ["update_stack", "create_change_set"])
def test_an_update_in_the_wrong_state(account, call):
    account.sandbox.fault("fail_resource", stack="app", logical_id="Topic")
    stack = account.create(topic())["StackId"]
    more = {"ChangeSetName": "x"} if call == "create_change_set" else {}
    found = refused(getattr(account.cloudformation, call), StackName="app", TemplateBody=topic(DisplayName="b"), **more)
    assert found == invalid(f"Stack:{stack} is in ROLLBACK_COMPLETE state and can not be updated.")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("describe_stacks", "Stack with id gone does not exist"),
        ("get_template", "Stack with id gone does not exist"),
        ("describe_stack_events", "Stack [gone] does not exist"),
        ("list_change_sets", "Stack [gone] does not exist"),
    ],
)
def test_an_unknown_stack(account, call, message):
    assert refused(getattr(account.cloudformation, call), StackName="gone") == invalid(message)


def test_an_unknown_resource(account):
    account.create(topic())
    call = account.cloudformation.describe_stack_resource
    message = "Resource Queue does not exist for stack app"
    assert refused(call, StackName="app", LogicalResourceId="Queue") == invalid(message)
    assert refused(call, StackName="x", LogicalResourceId="Queue") == invalid("Stack 'x' does not exist")


def test_an_unknown_change_set(account):
    account.create(topic())
    call = account.cloudformation.describe_change_set
    found = refused(call, StackName="app", ChangeSetName="x")
    assert found == ("ChangeSetNotFound", "ChangeSet [x] does not exist", 404)
    assert refused(call, StackName="gone", ChangeSetName="x") == invalid("Stack [gone] does not exist")


def test_a_delete_during_an_update(held):
    stack = held.create(topic(DisplayName="a"))["StackId"]
    held.sandbox.fault("never_ends", stack="app")
    held.cloudformation.update_stack(StackName="app", TemplateBody=topic(DisplayName="b"))
    message = f"Stack [{stack}] cannot be deleted while in status UPDATE_IN_PROGRESS"
    assert refused(held.cloudformation.delete_stack, StackName="app") == invalid(message)


def test_cancel_outside_an_update(account):
    account.create(topic())
    message = "CancelUpdateStack cannot be called from current stack status"
    assert refused(account.cloudformation.cancel_update_stack, StackName="app") == invalid(message)


def test_continue_outside_a_failed_rollback(account):
    account.create(topic())
    message = "RollbackUpdatedStack cannot be called from current stack status"
    assert refused(account.cloudformation.continue_update_rollback, StackName="app") == invalid(message)


@pytest.mark.parametrize(
    ("body", "capability"), [(ROLE, "CAPABILITY_IAM"), (NAMED_ROLE, "CAPABILITY_NAMED_IAM")], ids=["any", "named"]
)
def test_a_missing_capability(account, body, capability):
    found = refused(account.cloudformation.create_stack, StackName="app", TemplateBody=body)
    assert found == ("InsufficientCapabilitiesException", f"Requires capabilities : [{capability}]", 400)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("a: [", "YAML not well-formed."),
        ('{"Resources": x}', "JSON not well-formed. (line 1, column 15)"),
        ("Parameters: {}", "At least one Resources member must be defined."),
        ("Resources: {A: {}}", "[/Resources/A] Every Resources object must contain a Type member."),
        (
            "Resources: {A: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Ref X}}}",
            "Unresolved resource dependencies [X] in the Resources block of the template",
        ),
        ("just words", "unsupported structure."),
    ],
)
def test_a_bad_template(account, body, message):
    found = refused(account.cloudformation.create_stack, StackName="app", TemplateBody=body)
    assert found == invalid(f"Template format error: {message}")


def test_no_template(account):
    found = refused(account.cloudformation.create_stack, StackName="app")
    assert found == invalid("Either Template URL or Template Body must be specified.")


def test_too_long_a_template(account):
    body = topic(DisplayName="x" * 52_000)
    message = refused(account.cloudformation.create_stack, StackName="app", TemplateBody=body)[1]
    assert message == (
        "1 validation error detected: Value '<template-body>' at 'templateBody' failed to satisfy constraint: "
        "Member must have length less than or equal to 51200"
    )


def test_a_bad_name(account):
    message = refused(account.cloudformation.create_stack, StackName="1_a", TemplateBody=topic())[1]
    assert message == (
        "1 validation error detected: Value '1_a' at 'stackName' failed to satisfy constraint: Member must satisfy "
        "regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*"
    )


def test_a_role_that_is_none(account):
    arn = "arn:aws:iam::111111111111:user/x"
    found = refused(account.cloudformation.create_stack, StackName="app", TemplateBody=topic(), RoleARN=arn)
    assert found == invalid(f"Role {arn} is invalid or cannot be assumed")


def test_an_execution_while_the_stack_is_busy(held):
    held.create(topic(DisplayName="a"))
    made = held.change_set(topic(DisplayName="b"))
    other = held.change_set(topic(DisplayName="c"))
    held.cloudformation.execute_change_set(ChangeSetName=made["ChangeSetId"])
    code, _, _ = refused(held.cloudformation.execute_change_set, ChangeSetName=other["ChangeSetId"])
    assert code in ("InvalidChangeSetStatus", "ChangeSetNotFound")


def test_a_circular_dependency(account):
    body = template(A=resource("AWS::SNS::Topic", ["B"]), B=resource("AWS::SNS::Topic", ["A"]))
    found = refused(account.cloudformation.create_stack, StackName="app", TemplateBody=body)
    assert found == invalid("Circular dependency between resources: [A, B]")


QUERY, JSON = "InvalidAction", "UnknownOperationException"  # by protocol


def test_an_operation_that_is_not_simulated(account):
    code, message, _ = refused(account.cloudformation.list_types)
    assert (code, message) == ("InvalidAction", "The sandbox does not simulate cloudformation:ListTypes.")


@pytest.mark.parametrize(
    ("service", "call", "given", "action", "code"),
    [
        (
            "autoscaling",
            "describe_instance_refreshes",
            {"AutoScalingGroupName": "a"},
            "DescribeInstanceRefreshes",
            QUERY,
        ),
        ("ssm", "describe_sessions", {"State": "Active"}, "DescribeSessions", JSON),
        ("compute-optimizer", "get_ec2_instance_recommendations", {}, "GetEC2InstanceRecommendations", JSON),
    ],
)
def test_what_no_service_simulates_is_refused(account, service, call, given, action, code):
    found = refused(getattr(account.client(service), call), **given)
    assert found == (code, f"The sandbox does not simulate {service}:{action}.", 400)
