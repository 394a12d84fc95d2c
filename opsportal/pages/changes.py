"""Changes to resources by risk, read from what a step put out or asked about."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

RISKS: dict[str, tuple[str, Promise, Promise, str]] = {
    "add": ("add", _("Add"), _("add"), "rest"),
    "modify": ("edit", _("Modify"), _("modify in place"), "rest"),
    "replace": ("swap_horiz", _("Replace"), _("replace"), "ask"),
    "remove": ("delete", _("Remove"), _("remove"), "ask"),
}
WEIGHT = {"replace": 0, "remove": 1, "modify": 2, "add": 3}


@dataclass(frozen=True)
class Change:
    """`hot`: it replaces or removes what holds data."""

    action: str
    id: str
    type: str
    stateful: bool
    details: tuple[str, ...]

    @property
    def hot(self) -> bool:
        return self.stateful and self.action in ("replace", "remove")

    @property
    def icon(self) -> str:
        return RISKS[self.action][0]

    @property
    def word(self) -> Promise:
        return RISKS[self.action][1]

    @property
    def colour(self) -> str:
        return "bad" if self.hot else RISKS[self.action][3]


@dataclass(frozen=True)
class Count:
    """How many changes of one kind there are, and how many of them touch what holds data."""

    icon: str
    label: Promise
    number: int
    hot: int


def read(raw: Any) -> list[Change]:
    """The changes in this JSON, riskiest first; what has another shape is left out."""
    items = raw if isinstance(raw, list) else []
    changes = [one(item) for item in items if isinstance(item, dict) and item.get("action") in RISKS]
    return sorted(changes, key=lambda change: (not change.hot, WEIGHT[change.action], change.id))


def one(item: dict[str, Any]) -> Change:
    details = item.get("details") or []
    return Change(
        action=item["action"],
        id=str(item.get("id", "")),
        type=str(item.get("type", "")),
        stateful=bool(item.get("stateful")),
        details=tuple(str(detail) for detail in details) if isinstance(details, list) else (str(details),),
    )


def tally(changes: Iterable[Change]) -> list[Count]:
    """The four kinds with their numbers, in order of risk."""
    known = list(changes)
    return [
        Count(
            icon,
            label,
            sum(c.action == action for c in known),
            sum(c.hot for c in known if c.action == action),
        )
        for action, (icon, _word, label, _colour) in RISKS.items()
    ]


def split(changes: Sequence[Change], shown: int = 8) -> tuple[list[Change], list[Change]]:
    """What is always in sight (all that is hot among it), and what is folded."""
    hot = [change for change in changes if change.hot]
    calm = [change for change in changes if not change.hot]
    room = max(0, shown - len(hot))
    return hot + calm[:room], calm[room:]
