"""What is wrong with a value that pydantic refused, in words of our own: pydantic's are English only."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from pydantic_core import ErrorDetails

from . import words

Gettext = Callable[[str], str]
Ngettext = Callable[[str, str, int], str]
VALIDATORS = ("value_error", "assertion_error")  # what our own validators raise


def complaint(error: ErrorDetails, _: Gettext = words.gettext, ngettext: Ngettext = words.ngettext) -> str:
    """The error in words, without a full stop: a validator's own, ours, or pydantic's for a type not known here.

    `_` and `ngettext` are those of the caller's language.
    """
    kind, limits = error["type"], error.get("ctx", {})
    if kind in VALIDATORS:
        return str(limits["error"])
    text = counted(kind, limits, ngettext) or plain(_).get(kind)
    return text.format(**limits | listed(limits)) if text else error["msg"]


def listed(limits: Mapping[str, Any]) -> dict[str, str]:
    """The values that would have been right, such as “'a', 'b'” where pydantic says “'a' or 'b'”."""
    return {"expected": re.sub(r"(?<=['\d]) or (?=['\d])", ", ", str(limits.get("expected", "")))}


def plain(_: Gettext) -> dict[str, str]:
    """Words by type of error; in braces what pydantic calls the limits. Pydantic docs: Validation Errors."""
    number, date = _("Input should be a valid number"), _("Input should be a date, such as 2026-12-31")
    time = _("Input should be a time with its offset, such as 2026-12-31T00:00:00Z")
    text, choice = _("Input should be a valid text"), _("Input should be one of {expected}")
    return {
        "missing": _("Fill this in"),
        "extra_forbidden": _("There is no such parameter"),
        "string_type": text,
        "string_pattern_mismatch": _("Input should match the pattern {pattern}"),
        "bool_type": _("Input should be true or false"),
        "bool_parsing": _("Input should be true or false"),
        "int_type": _("Input should be a whole number"),
        "int_parsing": _("Input should be a whole number"),
        "int_from_float": _("Input should be a whole number"),
        "float_type": number,
        "float_parsing": number,
        "finite_number": number,
        "enum": choice,
        "literal_error": choice,
        "list_type": _("Input should be a list"),
        "dict_type": _("Input should be a JSON object"),
        "model_type": _("Input should be a JSON object"),
        "date_type": date,
        "date_parsing": date,
        "date_from_datetime_parsing": date,
        "date_from_datetime_inexact": date,
        "datetime_type": time,
        "datetime_parsing": time,
        "datetime_from_date_parsing": time,
        "datetime_object_invalid": time,
        "timezone_aware": time,
        "greater_than": _("Input should be greater than {gt}"),
        "greater_than_equal": _("Input should be {ge} or more"),
        "less_than": _("Input should be less than {lt}"),
        "less_than_equal": _("Input should be {le} or less"),
    }


def counted(kind: str, limits: Mapping[str, Any], ngettext: Ngettext) -> str:
    """Words for lengths that are out of bounds; empty for any other type."""
    least, most = limits.get("min_length", 0), limits.get("max_length", 0)
    if kind == "string_too_short":
        return ngettext(
            "At least {min_length} character is needed", "At least {min_length} characters are needed", least
        )
    if kind == "string_too_long":
        return ngettext("At most {max_length} character fits here", "At most {max_length} characters fit here", most)
    if kind == "too_short":
        return ngettext("At least {min_length} entry is needed", "At least {min_length} entries are needed", least)
    if kind == "too_long":
        return ngettext("At most {max_length} entry fits here", "At most {max_length} entries fit here", most)
    return ""
