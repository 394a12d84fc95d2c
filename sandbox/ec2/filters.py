"""Which rows a request's filters let through.

AWS docs: "List and filter using the CLI and API", Amazon EC2 User Guide: the values of one filter are alternatives, all
filters must hold, `*` and `?` are wildcards, case counts.
"""

import fnmatch
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from moto.ec2.exceptions import EC2ClientError

Read = Callable[[Any], Any]
Test = Callable[[Any], bool]


def tests(filters: Mapping[str, list[str]], known: Mapping[str, Read]) -> Test:
    """One test of a row for all filters; `known` reads what each filter looks at. Refuses a name AWS does not know."""
    if not filters:
        return lambda row: True
    parts = [(_reader(name, known), _accepted(values)) for name, values in filters.items()]
    return lambda row: all(any(map(accepts, _texts(read(row)))) for read, accepts in parts)


def tags_of(row: Any) -> dict[str, str]:
    found: dict[str, str] = row.ec2_backend.tags.get(row.id) or {}
    return found


def _reader(name: str, known: Mapping[str, Read]) -> Read:
    if name.startswith("tag:"):
        return lambda row: tags_of(row).get(name[4:])
    if name == "tag-key":
        return lambda row: list(tags_of(row))
    if name not in known:
        raise EC2ClientError("InvalidParameterValue", f"The filter '{name}' is invalid")
    return known[name]


def _accepted(values: list[str]) -> Callable[[str], bool]:
    plain = {value for value in values if not re.search(r"[*?]", value)}
    patterns = [re.compile(_pattern(value)) for value in values if value not in plain]
    return lambda text: text in plain or any(pattern.match(text) for pattern in patterns)


def _pattern(value: str) -> str:
    """Only `*` and `?` are special to AWS; fnmatch knows brackets too."""
    return fnmatch.translate(value.replace("[", "[[]"))


def _texts(value: Any) -> Iterable[str]:
    if value is None:
        return ()
    if isinstance(value, (list, tuple, set)):
        return [text for part in value for text in _texts(part)]
    if isinstance(value, bool):
        return (str(value).lower(),)
    if isinstance(value, datetime):
        return (value.strftime("%Y-%m-%dT%H:%M:%S.000Z"),)
    return (str(value),)
