"""Values against what a template's parameter takes."""

import pytest

from tasks.stacks.limits import misfits
from tasks.stacks.template import Parameter

LIMITS = [
    ("Number", {}, "1.5", []),
    ("Number", {}, "one", ["It has to be a number"]),
    ("Number", {"MinValue": 2, "MaxValue": 4}, "1", ["It has to be 2 at least"]),
    ("Number", {"MinValue": 2, "MaxValue": "4"}, "5", ["It has to be 4 at most"]),
    ("String", {"AllowedValues": ["a", True]}, "true", []),
    ("String", {"AllowedValues": ["a", "b"]}, "c", ["It has to be one of a, b"]),
    ("String", {"AllowedPattern": "[a-z]+"}, "abc", []),
    ("String", {"AllowedPattern": "[a-z]+"}, "abc1", ["It has to match [a-z]+"]),
    ("String", {"AllowedPattern": "[a-z&&[^b]]"}, "b", []),
    ("String", {"AllowedPattern": "(?<unfinished"}, "b", []),
    ("String", {"MinLength": 2}, "a", ["It has to have 2 characters at least"]),
    ("String", {"MinLength": 1}, "", ["It has to have 1 character at least"]),
    ("String", {"MaxLength": "2"}, "abc", ["It has to have 2 characters at most"]),
    ("List<Number>", {}, "1,2", []),
    ("AWS::EC2::VPC::Id", {"MaxLength": 2}, "vpc-1", []),
]


@pytest.mark.parametrize(("kind", "limits", "value", "wrong"), LIMITS)
def test_each_limit_is_told_in_words(kind, limits, value, wrong):
    assert list(misfits(Parameter("P", kind, None, False, limits), value, "It")) == wrong
