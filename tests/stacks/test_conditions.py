"""A template's conditions, as far as they can be told before there is a stack."""

import botocore.session
import pytest

from tasks.stacks import template
from tasks.stacks.conditions import judged, pseudo, values

PARAMETERS = """\
Parameters:
  Size: {Type: String, Default: small}
  Count: {Type: Number, Default: 2}
  Vpc: {Type: "AWS::EC2::VPC::Id"}
  Later: {Type: String, Default: x}
  Zones: {Type: CommaDelimitedList, Default: "a,b"}
  Ports: {Type: List<Number>, Default: "1,2"}
  Ami: {Type: "AWS::SSM::Parameter::Value<String>", Default: /ami}
  Secret: {Type: String, Default: "{{resolve:ssm:/a:1}}"}
Resources:
  Topic: {Type: AWS::SNS::Topic}
Conditions:
  Small: !Equals [!Ref Size, small]
  Unknown: !Equals [!Ref Later, x]
"""
GIVEN = {"Vpc": "vpc-1", "Later": None}  # Later is an output that is not there yet


def holds(expression):
    found = template.parse(f"{PARAMETERS}  It: {expression}\n")
    facts = pseudo("dev-web", "eu-central-1", "123456789012")
    return judged(found.conditions, values(found.parameters, GIVEN) | facts)["It"]


TABLE = [
    ("!Equals [!Ref Size, small]", True),
    ("!Equals [!Ref Size, Small]", False),
    ("!Equals [!Ref Vpc, vpc-1]", True),
    ("!Equals [!Ref Vpc, '']", False),
    ("!Equals [!Ref Count, 2]", True),
    ("!Equals ['true', true]", True),
    ("!Equals [!Ref AWS::Region, eu-central-1]", True),
    ("!Equals [!Ref AWS::AccountId, '123456789012']", True),
    ("!Equals [!Ref AWS::StackName, dev-web]", True),
    ("!Equals [!Ref AWS::Partition, aws-cn]", False),
    ("{'Fn::Equals': [{Ref: Size}, small]}", True),
    ("{'Fn::Not': [{Condition: Small}]}", False),
    ("!Not [!Condition Unknown]", None),
    ("!And [!Condition Small, !Not [!Equals [a, b]]]", True),
    ("!And [!Condition Small, !Condition Unknown]", None),
    ("!And [!Condition Unknown, !Equals [a, b]]", False),
    ("!Or [!Condition Unknown, !Condition Small]", True),
    ("!Or [!Condition Unknown, !Equals [a, b]]", None),
    ("!Or [!Equals [a, b], !Equals [b, c]]", False),
    ("{Condition: Small}", True),
]
UNTOLD = [
    "!Equals [!Ref Later, x]",
    "!Equals [!Ref Zones, 'a,b']",
    "!Equals [!Ref Ports, '1,2']",
    "!Equals [!Ref Ami, /ami]",
    "!Equals [!Ref Secret, x]",
    "!Equals ['{{resolve:ssm:/a:1}}', x]",
    "!Equals [!Ref AWS::StackId, x]",
    "!Equals [!Ref Nowhere, x]",
    "!Equals [!ImportValue x, x]",
    "!Equals [!FindInMap [a, b, c], x]",
    "!Equals [!Ref Size]",
    "!Equals [!Ref Size, ]",
    "!Equals small",
    "!Not [!Condition Nowhere]",
    "!Not [!Condition It]",
    "!Not [[small]]",
    "!Contains [[small], !Ref Size]",
    "{Condition: [Small]}",
    "{}",
]


@pytest.mark.parametrize(("expression", "verdict"), TABLE)
def test_what_a_condition_compares_is_known(expression, verdict):
    assert holds(expression) is verdict


@pytest.mark.parametrize("expression", UNTOLD)
def test_what_only_cloudformation_knows_is_left_open(expression):
    assert holds(expression) is None


def test_each_region_is_of_the_partition_that_aws_says():
    session = botocore.session.Session()
    partitions = session.get_available_partitions()
    known = {region: name for name in partitions for region in session.get_available_regions("cloudformation", name)}

    assert {region: pseudo("", region, "")["AWS::Partition"] for region in known} == known
