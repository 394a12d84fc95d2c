"""A form made from a runbook's parameters: one field for each property of its JSON schema."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from django.http import QueryDict
from django.utils.translation import gettext as _
from pydantic import BaseModel

from .. import catalog
from ..errors import Invalid
from . import names

Kind = Literal["text", "area", "secret", "number", "bool", "choice", "several", "list", "pairs", "json"]
LONGEST = 100_000  # characters in one field
Choices = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Field:
    """`value` is what the control holds, `wrong` the sentence next to it; `several` are chosen from `choices`."""

    name: str
    kind: Kind
    label: str
    help: str
    required: bool
    optional: bool
    choices: Choices = ()
    step: str = "1"
    value: str = ""
    wrong: str = ""

    @property
    def chosen(self) -> list[str]:
        return self.value.splitlines()


@lru_cache(maxsize=500)
def schema_of(params: type[BaseModel]) -> Mapping[str, Any]:
    """The JSON schema of these parameters, made once, for making it takes milliseconds; it is only read."""
    return params.model_json_schema()


def fields(
    params: type[BaseModel],
    values: Mapping[str, Any],
    wrong: Mapping[str, str],
    typed: QueryDict | None = None,
    prefix: str = "",
) -> list[Field]:
    """The fields with these values (or what was typed) and the sentence of each wrong one.

    `prefix` is before the name of each control, also in `wrong` and in what was typed.
    """
    schema = schema_of(params)
    required = schema.get("required", [])
    found = []
    for name, given in schema.get("properties", {}).items():
        spec = resolved(given, schema)
        kind = kind_of(spec)
        value = values.get(name, spec.get("default"))
        found.append(
            Field(
                name=prefix + name,
                kind=kind,
                label=translated(spec, "title") or name,
                help=translated(spec, "description"),
                required=name in required,
                optional=name not in required and spec.get("default") in (None, "", [], {}),
                choices=choices(spec, kind, name in required),
                step="1" if spec.get("type") == "integer" else "any",
                value=as_text(value, kind) if typed is None else entered(typed, prefix + name, kind),
                wrong=first_wrong(prefix + name, wrong),
            )
        )
    return found


def translated(spec: Mapping[str, Any], what: str) -> str:
    """The title or the description that the declaration marked; empty when there is none."""
    return _(str(spec[what])) if spec.get(what) else ""


def resolved(spec: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """The property with its reference followed and “or nothing” taken away."""
    merged = dict(spec)
    inner = next((option for option in spec.get("anyOf", ()) if option.get("type") != "null"), None)
    inner = inner or next(iter(spec.get("allOf", ())), None)
    if inner:
        merged = {**resolved(inner, schema), **{k: v for k, v in spec.items() if k not in ("anyOf", "allOf")}}
    if "$ref" in merged:
        target = schema.get("$defs", {}).get(str(merged.pop("$ref")).rsplit("/", 1)[-1], {})
        merged = {**resolved(target, schema), **merged}
    return merged


def kind_of(spec: Mapping[str, Any]) -> Kind:
    if offered(spec):
        return "choice"
    if spec.get("writeOnly") or spec.get("format") == "password":
        return "secret"
    if spec.get("format") == "multi-line":
        return "area"
    known: dict[str, Kind] = {"boolean": "bool", "integer": "number", "number": "number"}
    if spec.get("type") in ("array", "object"):
        return collection(spec)
    return known.get(str(spec.get("type")), "text")


def collection(spec: Mapping[str, Any]) -> Kind:
    """Lists and dicts of texts have friendly controls; what is deeper is JSON."""
    inner = spec.get("items" if spec["type"] == "array" else "additionalProperties")
    if not isinstance(inner, dict) or inner.get("type", "string") not in ("string", "integer", "number"):
        return "json"
    if spec["type"] == "object":
        return "pairs"
    return "several" if offered(inner) else "list"


def choices(spec: Mapping[str, Any], kind: Kind, required: bool) -> Choices:
    if kind == "several":
        return offered(spec["items"])
    found = offered(spec)
    return found if required or not found else [("", _("—")), *found]


def offered(spec: Mapping[str, Any]) -> Choices:
    """The values and labels that it is chosen from; none: anything fits."""
    source = spec.get("choices_from")
    return (
        catalog.choices(str(source))
        if source
        else [(str(each), names.said(str(each))) for each in spec.get("enum", ())]
    )


def as_text(value: Any, kind: Kind) -> str:
    """A value as its control holds it: lists one item a line, dicts one name=value a line."""
    if value is None:
        return ""
    if kind == "json":
        return json.dumps(value, indent=2, ensure_ascii=False) if value else ""
    if isinstance(value, bool):
        return "on" if value else ""
    if isinstance(value, list):
        return "\n".join(str(item) for item in value)
    if isinstance(value, Mapping):
        return "\n".join(f"{name}={content}" for name, content in value.items())
    return str(value)


def first_wrong(name: str, wrong: Mapping[str, str]) -> str:
    """The sentence about this field or a part of it (such as “only.0”)."""
    hits = [text for key, text in wrong.items() if key == name or key.startswith(f"{name}.")]
    return sentence(hits[0]) if hits else ""


def sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "…", "!")) else f"{text}."


def read(params: type[BaseModel], typed: QueryDict, prefix: str = "") -> dict[str, Any]:
    """What was typed, in the shapes of the schema; what was left empty is left out. Raises Invalid."""
    schema = schema_of(params)
    values: dict[str, Any] = {}
    for name, given in schema.get("properties", {}).items():
        spec = resolved(given, schema)
        value = one(prefix + name, spec, entered(typed, prefix + name, kind_of(spec)))
        if value is not None:
            values[name] = value
    return values


def entered(typed: QueryDict, name: str, kind: Kind) -> str:
    """What the control sent; of several boxes one a line."""
    return "\n".join(typed.getlist(name)) if kind == "several" else typed.get(name, "")


def one(name: str, spec: Mapping[str, Any], text: str) -> Any:
    """The value of one control; None when it is empty."""
    kind = kind_of(spec)
    if len(text) > LONGEST or "\0" in text:
        raise Invalid(_("At most %d characters of plain text fit here.") % LONGEST, name)
    if kind == "bool":
        return text == "on"
    if kind == "several":
        return text.splitlines()
    if not text.strip():
        return None
    if kind == "list":
        return [item.strip() for line in text.splitlines() for item in line.split(",") if item.strip()]
    if kind == "json":
        return parsed(name, text)
    if kind == "pairs":
        return dict(pair(name, line) for line in text.splitlines() if line.strip())
    return text if kind in ("secret", "area") else text.strip()


def parsed(name: str, text: str) -> Any:
    """The JSON that was typed into this field. Raises Invalid."""
    try:
        value = json.loads(text, parse_constant=float)
        kept = json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except json.JSONDecodeError as error:
        where = {"line": error.lineno, "column": error.colno, "what": error.msg}
        message = _("This is not JSON: line %(line)d, column %(column)d: %(what)s.") % where
        raise Invalid(message, name) from None
    except (ValueError, RecursionError):
        raise Invalid(_("This JSON is too deep, or holds a number or a character that can’t be kept."), name) from None
    if b"\\u0000" in kept:
        raise Invalid(_("Take out the NUL character."), name)
    return value


def pair(name: str, line: str) -> tuple[str, str]:
    key, sign, value = line.partition("=")
    if not sign or not key.strip():
        message = _("“%(line)s” is not name=value. Write one a line.") % {"line": line.strip()}
        raise Invalid(message, name)
    return key.strip(), value.strip()
