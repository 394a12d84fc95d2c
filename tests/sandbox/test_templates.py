import json

import pytest

from tests.sandbox.account import refused, resource, template, topic, values

REGION = "eu-west-1"
MAP = {"Sizes": {"eu-west-1": {"Small": "s1"}}}


def output_of(account, expression, **sections):
    """What an expression gives, as a stack's output."""
    body = json.loads(topic(TopicName="fixed")) | {"Outputs": {"Found": {"Value": expression}}} | sections
    stack = account.create(json.dumps(body))
    assert stack["StackStatus"] == "CREATE_COMPLETE", account.events()
    return stack["Outputs"][0]["OutputValue"]


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ({"Ref": "AWS::Region"}, REGION),
        ({"Ref": "AWS::StackName"}, "app"),
        ({"Fn::Join": ["-", ["a", {"Ref": "AWS::Region"}]]}, "a-eu-west-1"),
        ({"Fn::Sub": "${AWS::StackName}/${Topic.TopicName}/${!kept}"}, "app/fixed/${kept}"),
        ({"Fn::Sub": ["${x}-${x}", {"x": {"Ref": "AWS::Region"}}]}, "eu-west-1-eu-west-1"),
        ({"Fn::Select": [1, {"Fn::Split": ["|", "a|b"]}]}, "b"),
        ({"Fn::Select": ["0", {"Fn::GetAZs": ""}]}, "eu-west-1a"),
        ({"Fn::Select": [2, {"Fn::Cidr": ["10.0.0.0/16", 4, 8]}]}, "10.0.2.0/24"),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "AWS::Region"}, "Small"]}, "s1"),
        ({"Fn::If": ["Here", "yes", "no"]}, "yes"),
        ({"Fn::If": ["Never", "yes", "no"]}, "no"),
        ({"Fn::Base64": "a"}, "YQ=="),
        ({"Fn::ToJsonString": {"a": [1]}}, '{"a":[1]}'),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_function_gives_what_aws_gives(account, expression, wanted):
    here = {"Fn::Equals": [{"Ref": "AWS::Region"}, REGION]}
    never = {"Fn::And": [{"Condition": "Here"}, {"Fn::Not": [{"Condition": "Here"}]}]}
    assert output_of(account, expression, Mappings=MAP, Conditions={"Here": here, "Never": never}) == wanted


def test_a_resource_whose_condition_fails_is_left_out(account):
    body = json.loads(template(A=resource("AWS::SNS::Topic"), B=resource("AWS::SNS::Topic") | {"Condition": "No"}))
    account.create(json.dumps(body | {"Conditions": {"No": {"Fn::Equals": ["a", "b"]}}}))
    found = account.cloudformation.list_stack_resources(StackName="app")["StackResourceSummaries"]
    assert [r["LogicalResourceId"] for r in found] == ["A"]


def test_no_value_leaves_a_property_out(account):
    name = {"Fn::If": ["No", "x", {"Ref": "AWS::NoValue"}]}
    body = json.loads(topic(TopicName=name)) | {"Conditions": {"No": {"Fn::Equals": ["a", "b"]}}}
    account.create(json.dumps(body))
    assert ":app-Topic-" in account.physical_id("Topic")


def test_short_forms_of_yaml_are_understood(account):
    body = """
Resources:
  Topic: {Type: AWS::SNS::Topic}
Outputs:
  Name: {Value: !Join [/, [!GetAtt Topic.TopicName, !Sub "${AWS::Region}", 2024-01-01]]}
"""
    found = account.create(body)["Outputs"][0]["OutputValue"]
    assert found.endswith("/eu-west-1/2024-01-01")


@pytest.mark.parametrize(
    ("declared", "value", "message"),
    [
        ({"AllowedValues": ["a", "b"]}, "c", "Parameter 'P' must be one of AllowedValues"),
        ({"AllowedPattern": "[a-z]+"}, "1", "Parameter 'P' failed to satisfy constraint: must match pattern [a-z]+"),
        (
            {"AllowedPattern": "x", "ConstraintDescription": "say x"},
            "1",
            "Parameter 'P' failed to satisfy constraint: say x",
        ),
        ({"MinLength": 3}, "ab", "Parameter 'P' failed to satisfy constraint: must contain at least 3 characters"),
        ({"Type": "Number"}, "ab", "Parameter 'P' must be a number."),
    ],
)
def test_a_parameter_that_breaks_its_rules_is_refused(account, declared, value, message):
    body = template(parameters={"P": {"Type": "String"} | declared}, T=resource("AWS::SNS::Topic"))
    call = account.cloudformation.create_stack
    found = refused(call, StackName="app", TemplateBody=body, Parameters=values(P=value))
    assert found == ("ValidationError", message, 400)


def test_a_missing_parameter_is_refused(account):
    body = template(parameters={"Input": {"Type": "String"}}, T=resource("AWS::SNS::Topic"))
    found = refused(account.cloudformation.create_stack, StackName="app", TemplateBody=body)
    assert found[1] == "Parameters: [Input] must have values"


def test_a_secret_parameter_is_not_shown(account):
    body = template(parameters={"Secret": {"Type": "String", "NoEcho": True}}, T=resource("AWS::SNS::Topic"))
    stack = account.create(body, Parameters=values(Secret="hidden"))
    assert stack["Parameters"] == [{"ParameterKey": "Secret", "ParameterValue": "****"}]


def test_a_previous_value_is_kept(account):
    declared = {"A": {"Type": "String"}, "B": {"Type": "String"}}
    body = template(parameters=declared, T=resource("AWS::SNS::Topic", DisplayName={"Fn::Sub": "${A}${B}"}))
    account.create(body, Parameters=values(A="1", B="2"))
    kept = {"ParameterKey": "A", "UsePreviousValue": True}
    options = {"UsePreviousTemplate": True, "Parameters": [kept, *values(B="3")]}
    account.cloudformation.update_stack(StackName="app", **options)
    assert account.settled()["Parameters"] == values(A="1", B="3")


def test_an_ssm_parameter_is_resolved(account):
    account.client("ssm").put_parameter(Name="/size", Value="big", Type="String")
    declared = {"Size": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/size"}}
    body = template(parameters=declared, T=resource("AWS::SNS::Topic"), outputs={"O": {"Value": {"Ref": "Size"}}})
    stack = account.create(body)
    assert stack["Outputs"][0]["OutputValue"] == "big"
    assert stack["Parameters"][0]["ResolvedValue"] == "big"


def test_a_list_parameter_is_a_list(account):
    declared = {"Names": {"Type": "CommaDelimitedList", "Default": "a, b"}}
    expression = {"Fn::Join": ["+", {"Ref": "Names"}]}
    assert output_of(account, expression, Parameters=declared) == "a+b"


def test_the_template_is_given_back_as_it_was(account):
    body = "# a comment\n" + topic()
    account.create(body)
    found = account.cloudformation.get_template(StackName="app", TemplateStage="Original")
    assert found["TemplateBody"] == body
    assert found["StagesAvailable"] == ["Original", "Processed"]


def test_the_summary_names_parameters_and_types(account):
    body = template(parameters={"P": {"Type": "String", "Default": "x"}}, T=resource("AWS::SNS::Topic"))
    found = account.cloudformation.get_template_summary(TemplateBody=body)
    assert found["ResourceTypes"] == ["AWS::SNS::Topic"]
    assert (found["Parameters"][0]["ParameterKey"], found["Parameters"][0]["DefaultValue"]) == ("P", "x")


def test_a_stack_in_review_has_no_summary(account):
    account.change_set(topic(), kind="CREATE")
    found = refused(account.cloudformation.get_template_summary, StackName="app")
    assert found[1] == "GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks."


def test_a_valid_template_is_told_its_capabilities(account):
    body = template(R=resource("AWS::IAM::Role", AssumeRolePolicyDocument={}))
    assert account.cloudformation.validate_template(TemplateBody=body)["Capabilities"] == ["CAPABILITY_IAM"]


def test_a_template_can_come_from_s3(account):
    s3 = account.client("s3")
    bucket = f"templates-{account.id}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket=bucket, Key="app/topic.json", Body=topic())
    url = f"https://{bucket}.s3.{REGION}.amazonaws.com/app/topic.json"
    account.cloudformation.create_stack(StackName="app", TemplateURL=url)
    assert account.settled()["StackStatus"] == "CREATE_COMPLETE"


def test_an_attribute_that_does_not_exist_rolls_back(account):
    body = template(outputs={"O": {"Value": {"Fn::GetAtt": ["T", "Invalid"]}}}, T=resource("AWS::SNS::Topic"))
    account.create(body)
    reason = next(reason for _, status, reason in account.events() if status == "ROLLBACK_IN_PROGRESS")
    assert reason == (
        "[Error] /Outputs/O/Value: Resource type AWS::SNS::Topic does not support attribute {Invalid}. "
        "Rollback requested by user."
    )
