"""What a blueprint's values may refer to: ${outputs.stack.Name}, ${variables.name}, ${environment.name}."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from opsportal.words import gettext as _

REFERENCE = re.compile(r"\$\{([^}]*)\}?")
OUTPUT = re.compile(r"^outputs\.([a-z][a-z0-9-]*)\.([A-Za-z0-9]+)$")
VARIABLE = re.compile(r"^variables\.([a-z][a-z0-9_]*)$")
ENVIRONMENT = re.compile(r"^environment\.(name|account|region)$")


@dataclass(frozen=True)
class Output:
    stack: str
    name: str


@dataclass(frozen=True)
class Known:
    """A variable or a fact of the environment: known before anything starts."""

    scope: str
    name: str


Part = str | Output | Known


class NotAReference(Exception):
    """The text between the braces says nothing we know."""


def parse(text: str) -> tuple[Part, ...]:
    """The literal pieces and references of a value, in order. Raises NotAReference."""
    return tuple(_parts(text))


def _parts(text: str) -> Iterator[Part]:
    end = 0
    for match in REFERENCE.finditer(text):
        if match.start() > end:
            yield text[end : match.start()]
        yield _reference(match)
        end = match.end()
    if end < len(text):
        yield text[end:]


def _reference(match: re.Match[str]) -> Output | Known:
    if not match[0].endswith("}"):
        raise NotAReference(_("{reference} has no closing brace").format(reference=match[0]))
    if output := OUTPUT.match(match[1]):
        return Output(output[1], output[2])
    if variable := VARIABLE.match(match[1]):
        return Known("variables", variable[1])
    if fact := ENVIRONMENT.match(match[1]):
        return Known("environment", fact[1])
    raise NotAReference(
        _(
            "{reference} is not a reference: use ${{outputs.stack.Output}}, ${{variables.name}} or "
            "${{environment.name}}, .account or .region"
        ).format(reference=match[0])
    )


def settled(parts: tuple[Part, ...], known: Mapping[str, Mapping[str, str]]) -> list[Any]:
    """The value as JSON with all but the outputs filled in: pieces of text, and {"stack": …, "output": …}."""
    return [
        part
        if isinstance(part, str)
        else known[part.scope][part.name]
        if isinstance(part, Known)
        else {"stack": part.stack, "output": part.name}
        for part in parts
    ]


def text(pieces: list[Any], outputs: Mapping[str, Mapping[str, str]]) -> str:
    """The value once the outputs of other stacks are known."""
    return "".join(p if isinstance(p, str) else outputs[p["stack"]][p["output"]] for p in pieces)


def unknown(values: Mapping[str, list[Any]], outputs: Mapping[str, Mapping[str, str]]) -> set[str]:
    """The outputs these values need that are not there, such as "vpc.VpcId"."""
    needed = [piece for pieces in values.values() for piece in pieces if not isinstance(piece, str)]
    return {f"{p['stack']}.{p['output']}" for p in needed if p["output"] not in outputs.get(p["stack"], {})}
