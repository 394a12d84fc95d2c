"""Condition blocks of IAM policies. AWS IAM User Guide: IAM JSON policy elements: Condition operators."""

import fnmatch
from collections.abc import Mapping
from typing import Any

Context = Mapping[str, list[str]]


def hold(condition: Mapping[str, Any] | None, context: Context) -> bool:
    """Every key of every operator has to fit; an operator that is not simulated never does."""
    return all(
        fits(operator, key, wanted, context)
        for operator, keys in (condition or {}).items()
        for key, wanted in keys.items()
    )


def fits(operator: str, key: str, wanted: Any, context: Context) -> bool:
    """One key under one operator. A key that the request lacks fits only negated operators and IfExists."""
    name, optional = operator.removesuffix("IfExists"), operator.endswith("IfExists")
    if name == "Null":
        return (key.lower() not in lowered(context)) == (str(listed(wanted)[0]).lower() == "true")
    values = lowered(context).get(key.lower())
    if values is None:
        return optional or "Not" in name
    if name not in OPERATORS:
        return False
    match, negated = OPERATORS[name]
    found = any(match(value, str(pattern)) for value in values for pattern in listed(wanted))
    return found != negated


def lowered(context: Context) -> dict[str, list[str]]:
    return {key.lower(): values for key, values in context.items()}


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def equal(value: str, wanted: str) -> bool:
    return value == wanted


def alike(value: str, wanted: str) -> bool:
    return fnmatch.fnmatchcase(value, wanted)


def caseless(value: str, wanted: str) -> bool:
    return value.lower() == wanted.lower()


OPERATORS = {
    "StringEquals": (equal, False),
    "StringNotEquals": (equal, True),
    "StringEqualsIgnoreCase": (caseless, False),
    "StringLike": (alike, False),
    "StringNotLike": (alike, True),
    "ArnEquals": (alike, False),
    "ArnLike": (alike, False),
    "ArnNotEquals": (alike, True),
    "ArnNotLike": (alike, True),
    "Bool": (caseless, False),
}
