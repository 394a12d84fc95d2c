"""The modal that asks for a run's parameters, made from its runbook's one declaration, and what it says when sent."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from ..catalog import Runbook
from ..errors import Invalid
from ..pages import fields
from ..words import gettext as _
from . import bindings, limits, views
from .blocks import Block, entry, section
from .escaping import code, escape_line, link, size
from .inputs import block_id, choice, control
from .views import View, view

START = "run.start"
PLACE = "run:environment"
MOST = 80  # inputs of one modal
ON = ("on", "yes", "true", "1")


@dataclass(frozen=True)
class Sent:
    """What a modal asks to start; `texts` are those of its parameters' controls, `source` names what opened it."""

    runbook: str
    environment: str
    texts: Mapping[str, str]
    source: str = ""


def modal(
    book: Runbook, environments: Sequence[str], chosen: str, given: Mapping[str, str], url: str, source: str = ""
) -> View:
    """The form of this runbook with what is known already. `url`: of the same form in the portal. `source` comes back.

    A secret is not asked for here, for Slack would keep it. Raises Invalid where the form does not fit into a modal.
    """
    known = fields.fields(book.params, held(book.params, given), {})
    asked = [each for each in known if each.kind != "secret"]
    if len(asked) > MOST or any(size(each.value) > limits.INPUT for each in asked):
        raise Invalid(_("This form is too long for Slack. Fill it in in the portal: {url}").format(url=url))
    secrets = [each for each in known if each.kind == "secret"]
    head = [section(escape_line(_(book.summary) or book.name, 600)), *(kept_out(each.label, url) for each in secrets)]
    metadata = json.dumps({"runbook": book.name, **({"source": source} if source else {})})
    if any(each.required for each in secrets):
        return view(START, _(book.title), head, metadata)
    return view(START, _(book.title), [*head, place(environments, chosen), *map(control, asked)], metadata, _("Start"))


def kept_out(name: str, url: str) -> Block:
    """What stands instead of an input for a secret."""
    said = _("{name} is a secret, and Slack would keep it. To give it, start this run in the portal: {link}")
    return section(said.format(name=code(name), link=link(url, _("open"))))


def place(environments: Sequence[str], chosen: str) -> Block:
    options = [(name, name) for name in environments]
    return entry(PLACE, _("Environment"), choice("static_select", options, [chosen]), optional=False)


def sent(submitted: Mapping[str, Any]) -> Sent | None:
    """What a modal that was sent asks for; None: it is none of these."""
    given = bindings.loaded(submitted.get("private_metadata", ""))
    book, source = given.get("runbook"), given.get("source", "")
    if submitted.get("callback_id") != START or not isinstance(book, str) or not isinstance(source, str):
        return None
    known = views.texts(submitted)
    place = known.pop(PLACE, "")
    return Sent(book, place, {name.removeprefix("param:"): text for name, text in known.items()}, source)


def blocks_of(texts: Mapping[str, str]) -> dict[str, str]:
    """The block id of each part of a modal that was sent: where `views.errors` puts what is wrong."""
    return {"environment": PLACE} | {name: block_id(name) for name in texts}


def values(params: type[BaseModel], texts: Mapping[str, str]) -> dict[str, Any]:
    """What was typed, in the shapes of the schema; what was left empty is left out. Raises Invalid."""
    require_no_secret(params, texts)
    known = specs(params)
    found: dict[str, Any] = {}
    for name, text in held(params, texts).items():
        value = fields.one(name, known[name], text) if name in known else text
        if value is not None:
            found[name] = value
    return found


def require_no_secret(params: type[BaseModel], texts: Mapping[str, str]) -> None:
    """Raises Invalid, so that what was typed is neither used nor put into a form or a button."""
    known = specs(params)
    for name, text in texts.items():
        if name in known and fields.kind_of(known[name]) == "secret" and text:
            raise Invalid(_("A secret is not taken from Slack, which keeps it. Start this run in the portal."), name)


def missing(params: type[BaseModel], texts: Mapping[str, str]) -> list[str]:
    """The parameters that a run needs and that were not given."""
    return [name for name in fields.schema_of(params).get("required", []) if not texts.get(name, "").strip()]


def specs(params: type[BaseModel]) -> dict[str, dict[str, Any]]:
    schema = fields.schema_of(params)
    return {name: fields.resolved(spec, schema) for name, spec in schema.get("properties", {}).items()}


def held(params: type[BaseModel], texts: Mapping[str, str]) -> dict[str, str]:
    """What was typed as the controls of a form hold it: a box is on or empty, what is chosen from is one a line."""
    known = specs(params)
    kinds = {name: fields.kind_of(known[name]) if name in known else "text" for name in texts}
    return {name: as_held(kinds[name], text) for name, text in texts.items()}


def as_held(kind: str, text: str) -> str:
    if kind == "bool":
        return "on" if text.strip().casefold() in ON else ""
    if kind == "several":
        return "\n".join(each.strip() for each in text.replace(",", "\n").split("\n") if each.strip())
    return text
