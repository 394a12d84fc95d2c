"""What a modal is made of, and what one that was sent says. Slack docs: Views reference, view_submission payloads."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import Invalid, OpsError
from ..pages.fields import sentence
from ..words import gettext as _
from . import limits
from .blocks import Block, plain_text

View = dict[str, Any]
WRONG = 1_000  # of what is said next to an input


def view(callback: str, title: str, blocks: Sequence[Block], metadata: str, submit: str = "") -> View:
    """A modal. `callback`: what it is for; `metadata`: what it acts on, which comes back with it."""
    sends = {"submit": plain_text(submit, 24)} if submit else {}
    return {
        "type": "modal",
        "callback_id": callback,
        "private_metadata": metadata,
        "title": plain_text(title, limits.TITLE),
        "close": plain_text(_("Close"), 24),
        "blocks": list(blocks),
        **sends,
    }


def texts(sent: Mapping[str, Any]) -> dict[str, str]:
    """What stands in each input, by block id: of several choices one a line, of a box “on”; empty for nothing."""
    values = sent.get("state", {}).get("values", {})
    return {block_id: text(next(iter(elements.values()), {})) for block_id, elements in values.items()}


def text(element: Mapping[str, Any]) -> str:
    """What this element of the state holds."""
    if "selected_options" in element:
        chosen = [str(each["value"]) for each in element["selected_options"] or ()]
        return "\n".join(chosen)
    if "selected_option" in element:
        return str((element["selected_option"] or {}).get("value", ""))
    return str(element.get("value") or "")


def errors(error: OpsError, blocks: Mapping[str, str]) -> dict[str, str]:
    """What is wrong, by block id, as Slack shows it. `blocks`: the block id of each part's name, the first one first.

    What is wrong with no part, or with one that has no input, stands next to the first input.
    """
    first = next(iter(blocks.values()))
    found: dict[str, str] = {}
    fields = error.fields if isinstance(error, Invalid) and error.fields else {"": error.message}
    for name, said in fields.items():
        block = blocks.get(name) or blocks.get(name.split(".")[0])
        told = sentence(said) if block else f"{name}: {sentence(said)}" if name else sentence(said)
        at = block or first
        found[at] = f"{found[at]} {told}"[:WRONG] if at in found else told[:WRONG]
    return found
