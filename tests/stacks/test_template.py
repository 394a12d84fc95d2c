"""What is read from a template."""

import pytest

from tasks.stacks import template
from tasks.stacks.document import NotReadable
from tests.stacks.library import VPC


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "has no Resources"),
        ("Outputs: {}", "has no Resources"),
        ("[1]", "has no Resources"),
        ("{", "is not JSON"),
        ("Resources: {A: {Type: B}}\n#" + "x" * 52_000, "CloudFormation takes 51,200"),
    ],
)
def test_a_template_that_can_not_work_is_told(body, words):
    with pytest.raises(NotReadable) as found:
        template.parse(body)

    assert words in found.value.text


VOLATILE = [
    ("Transform: AWS::Serverless-2016-10-31", True),
    ("Parameters: {P: {Type: String, NoEcho: true}}", True),
    ("Parameters: {P: {Type: 'AWS::SSM::Parameter::Value<String>'}}", True),
    ("Metadata: {x: '{{resolve:ssm:/a:1}}'}", True),
    ("Metadata: {x: {Fn::Transform: {Name: a}}}", True),
    ("Parameters: {P: {Type: String}}", False),
    ("Description: plain", False),
]


@pytest.mark.parametrize(("line", "volatile"), VOLATILE)
def test_where_equal_text_proves_nothing_is_known(line, volatile):
    assert template.parse(VPC + line).volatile is volatile
