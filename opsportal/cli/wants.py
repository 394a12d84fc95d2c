"""The parameters of a run as they are typed."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .errors import Usage


def params(given: Sequence[str], text: str, only: str) -> dict[str, Any]:
    """`given`: name=value each; `text`: JSON, or @ and the name of a file with it; `only`: stacks with commas between.

    Raises Usage.
    """
    found = whole(text) if text else {}
    for word in given:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise Usage(f"{word}: write name=value.")
        put(found, name.split("."), value)
    chosen = [name for name in re.split(r"[\s,]+", only) if name]
    return found | ({"only": chosen} if chosen else {})


def whole(text: str) -> dict[str, Any]:
    try:
        found = json.loads(Path(text[1:]).read_text() if text.startswith("@") else text)
    except OSError as error:
        raise Usage(f"--params: {text[1:]} can't be read: {error.strerror}.") from error
    except ValueError as error:
        raise Usage(f"--params: this is no JSON: {error}.") from error
    if not isinstance(found, dict):
        raise Usage('--params: write a JSON object, such as {"blueprint": "ecs-service"}.')
    return found


def put(into: dict[str, Any], names: Sequence[str], text: str) -> None:
    """`variables.size` is within `variables`."""
    for name in names[:-1]:
        into = into.setdefault(name, {})
        if not isinstance(into, dict):
            raise Usage(f"{'.'.join(names)}: {name} has a value of its own.")
    into[names[-1]] = value(text)


def value(text: str) -> Any:
    """Text (1.10 stays 1.10) unless it begins as a list or an object of JSON. Raises Usage."""
    if text[:1] not in ("[", "{"):
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        raise Usage(f"{text}: this is no JSON: {error}.") from error
