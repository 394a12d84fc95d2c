"""Whether a value fits a template's parameter, as far as that is known before CloudFormation is asked."""

import re
import warnings
from collections.abc import Iterator

from opsportal.words import gettext as _
from opsportal.words import ngettext

from .template import Parameter, written


def misfits(parameter: Parameter, value: str, what: str) -> Iterator[str]:
    """What is wrong with the value, a clause each that begins with `what`. AWS docs: Parameters section structure."""
    limits = parameter.limits
    if parameter.type == "Number" and not is_number(value):
        yield _("{what} has to be a number").format(what=what)
        return
    allowed = [written(each) for each in limits.get("AllowedValues", ())]
    if allowed and value not in allowed:
        yield _("{what} has to be one of {allowed}").format(what=what, allowed=", ".join(allowed))
    if not matches(str(limits.get("AllowedPattern", "")), value):
        yield _("{what} has to match {pattern}").format(what=what, pattern=limits["AllowedPattern"])
    if parameter.type == "String":
        yield from _length(parameter, value, what)
    if parameter.type == "Number":
        yield from _size(parameter, float(value), what)


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


def _length(parameter: Parameter, value: str, what: str) -> Iterator[str]:
    least, most = _bound(parameter, "MinLength"), _bound(parameter, "MaxLength")
    if least is not None and len(value) < least:
        text = ngettext(
            "{what} has to have {n} character at least", "{what} has to have {n} characters at least", int(least)
        )
        yield text.format(what=what, n=f"{least:g}")
    if most is not None and len(value) > most:
        text = ngettext(
            "{what} has to have {n} character at most", "{what} has to have {n} characters at most", int(most)
        )
        yield text.format(what=what, n=f"{most:g}")


def _size(parameter: Parameter, value: float, what: str) -> Iterator[str]:
    least, most = _bound(parameter, "MinValue"), _bound(parameter, "MaxValue")
    if least is not None and value < least:
        yield _("{what} has to be {n} at least").format(what=what, n=f"{least:g}")
    if most is not None and value > most:
        yield _("{what} has to be {n} at most").format(what=what, n=f"{most:g}")


def _bound(parameter: Parameter, name: str) -> float | None:
    given = str(parameter.limits.get(name, ""))
    return float(given) if is_number(given) else None
