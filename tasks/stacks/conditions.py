"""Which of a template's conditions hold, as far as that can be told before CloudFormation is asked.

AWS docs: CloudFormation template Conditions syntax; Condition functions; Get AWS values using pseudo parameters.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from .template import Parameter, written

Holds = bool | None  # None: it can't be told
Values = Mapping[str, str | None]  # what Ref gives by name, None where that is not known yet
Conditions = Mapping[str, Any]

# What a region's name has in it where it is not of the partition “aws”. AWS docs: Amazon Resource Names (ARNs).
PARTITIONS = {
    "cn": "aws-cn",
    "gov": "aws-us-gov",
    "iso": "aws-iso",
    "isob": "aws-iso-b",
    "isoe": "aws-iso-e",
    "isof": "aws-iso-f",
    "eusc": "aws-eusc",
}


def judged(conditions: Conditions, values: Values) -> dict[str, Holds]:
    """Whether each condition holds."""
    return {name: _named(name, conditions, values, ()) for name in conditions}


def values(parameters: Mapping[str, Parameter], given: Values) -> dict[str, str | None]:
    """What Ref gives of each parameter, by what the stack is given and the template's defaults."""
    return {name: _single(each, given.get(name, each.default)) for name, each in parameters.items()}


def pseudo(stack: str, region: str, account: str) -> dict[str, str]:
    """What Ref gives of the pseudo parameters that are known before there is a stack."""
    partition = next((PARTITIONS[word] for word in region.split("-") if word in PARTITIONS), "aws")
    return {"AWS::StackName": stack, "AWS::Region": region, "AWS::AccountId": account, "AWS::Partition": partition}


def _single(parameter: Parameter, value: str | None) -> str | None:
    """The value where it is one text that does not stand elsewhere: no list, and nothing kept in SSM."""
    elsewhere = parameter.type.startswith(("List<", "AWS::SSM::Parameter::Value<"))
    return None if elsewhere or parameter.type == "CommaDelimitedList" else value


def _named(name: Any, conditions: Conditions, values: Values, within: tuple[Any, ...]) -> Holds:
    """`within` are the conditions that refer to this one; a circle of them can't be told."""
    if not isinstance(name, str) or name in within or name not in conditions:
        return None
    return _holds(conditions[name], conditions, values, (*within, name))


def _holds(expression: Any, conditions: Conditions, values: Values, within: tuple[Any, ...]) -> Holds:
    function, given = _call(expression)
    if function == "Condition":
        return _named(given, conditions, values, within)
    if not isinstance(given, list):
        return None
    if function == "Equals":
        return _equal([_value(each, values) for each in given])
    inner = [_holds(each, conditions, values, within) for each in given]
    return _combined(function, inner)


def _combined(function: str, inner: list[Holds]) -> Holds:
    if function == "Not" and len(inner) == 1:
        return None if inner[0] is None else not inner[0]
    if function == "And":
        return _all(inner)
    if function == "Or":
        return _any(inner)
    return None


def _all(inner: Iterable[Holds]) -> Holds:
    found = set(inner)
    return False if False in found else None if None in found else True


def _any(inner: Iterable[Holds]) -> Holds:
    found = set(inner)
    return True if True in found else None if None in found else False


def _equal(sides: list[str | None]) -> Holds:
    return None if len(sides) != 2 or None in sides else sides[0] == sides[1]


def _value(expression: Any, values: Values) -> str | None:
    """The text that is compared, as CloudFormation compares texts only."""
    function, given = _call(expression)
    found = values.get(given) if function == "Ref" and isinstance(given, str) else None
    if isinstance(expression, str | int | float):
        found = written(expression)
    return None if found is None or "{{resolve:" in found else found


def _call(expression: Any) -> tuple[str, Any]:
    """A function's name, without Fn:: as in its short form, and what it is given; "" where there is none."""
    if not isinstance(expression, dict) or len(expression) != 1:
        return "", None
    [(name, given)] = expression.items()
    return str(name).removeprefix("Fn::"), given
