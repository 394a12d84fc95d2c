"""What a question was asked with, as what is at stake by risk and facts beside it."""

from collections.abc import Iterable, Mapping
from typing import Any

from .. import redaction
from ..pages import changes
from ..pages.question import label
from ..pages.yields import APART, spelled
from ..words import gettext as _
from .escaping import code, escape_line
from .seen import StakeSeen

ICONS = {"replace": "🔁", "remove": "🗑️", "modify": "✏️", "add": "➕"}
HOT = "🔥"


def read(shown: Mapping[str, Any]) -> tuple[tuple[StakeSeen, ...], tuple[tuple[str, str], ...]]:
    """The changes of `Approval.shown`, the riskiest first, and its other facts; secrets hidden."""
    known = redaction.data(shown)
    stakes = [StakeSeen(each.risk, what(each), each.details, each.hot) for each in changes.read(known.get("changes"))]
    facts = [(label(name), spelled(value)) for name, value in known.items() if name not in APART and value]
    return tuple(stakes), tuple(facts)


def what(change: changes.Change) -> str:
    return f"{change.id} ({change.type})" if change.type else change.id


def tally(stakes: Iterable[StakeSeen]) -> str:
    """Such as “1 replace, 3 modify in place; data is at stake in 1 of them”."""
    known = list(stakes)
    counts = {risk: sum(each.risk == risk for each in known) for risk in ICONS}
    parts = [f"{n} {changes.RISKS[risk][2]}" for risk, n in counts.items() if n]
    hot = sum(each.hot for each in known)
    told = _("; data is at stake in {n} of them").format(n=hot) if hot else ""
    return ", ".join(parts) + told


def line(stake: StakeSeen, details: int = 1) -> str:
    """One change as a line of mrkdwn, with so many of its details."""
    icon = HOT if stake.hot else ICONS.get(stake.risk, "•")
    word = changes.RISKS[stake.risk][1] if stake.risk in changes.RISKS else ""
    more = " ".join(escape_line(each, 200) for each in stake.details[:details])
    return " ".join(filter(None, [icon, f"*{word}*" if word else "", code(stake.what, 200), more]))


def fact(name: str, content: str, most: int = 300) -> str:
    """A fact as a line of mrkdwn."""
    return f"{escape_line(name, 100)}: {escape_line(content, most)}"
