"""Whether a value fits a template's parameter, as far as that is known before CloudFormation is asked."""

import re
import warnings
from collections.abc import Iterator

from .template import Parameter, written


def misfits(parameter: Parameter, value: str) -> Iterator[str]:
    """What is wrong with the value, in the words that follow "has to …". AWS docs: Parameters section structure."""
    limits = parameter.limits
    if parameter.type == "Number" and not is_number(value):
        yield "be a number"
        return
    allowed = [written(each) for each in limits.get("AllowedValues", ())]
    if allowed and value not in allowed:
        yield f"be one of {', '.join(allowed)}"
    if not matches(str(limits.get("AllowedPattern", "")), value):
        yield f"match {limits['AllowedPattern']}"
    if parameter.type == "String":
        yield from _length(parameter, value)
    if parameter.type == "Number":
        yield from _size(parameter, float(value))


def matches(pattern: str, value: str) -> bool:
    """CloudFormation's patterns are Java's; one that Python can't read is left to CloudFormation."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", FutureWarning)  # Python's word for what Java reads otherwise, such as &&
        try:
            return not pattern or re.fullmatch(pattern, value) is not None
        except (re.error, FutureWarning):
            return True


def is_number(value: str) -> bool:
    return re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", value) is not None


def _length(parameter: Parameter, value: str) -> Iterator[str]:
    least, most = _bound(parameter, "MinLength"), _bound(parameter, "MaxLength")
    if least is not None and len(value) < least:
        yield f"have {least:g} characters at least"
    if most is not None and len(value) > most:
        yield f"have {most:g} characters at most"


def _size(parameter: Parameter, value: float) -> Iterator[str]:
    least, most = _bound(parameter, "MinValue"), _bound(parameter, "MaxValue")
    if least is not None and value < least:
        yield f"be {least:g} at least"
    if most is not None and value > most:
        yield f"be {most:g} at most"


def _bound(parameter: Parameter, name: str) -> float | None:
    given = str(parameter.limits.get(name, ""))
    return float(given) if is_number(given) else None
