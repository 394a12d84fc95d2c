"""Changes to resources by risk, read from what a step put out, said or asked about."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import redaction

RISKS: dict[str, tuple[str, Promise, Promise, str]] = {
    "add": ("add", gettext_lazy("Add"), gettext_lazy("add"), "rest"),
    "modify": ("edit", gettext_lazy("Modify"), gettext_lazy("modify in place"), "rest"),
    "replace": ("swap_horiz", gettext_lazy("Replace"), gettext_lazy("replace"), "ask"),
    "remove": ("delete", gettext_lazy("Remove"), gettext_lazy("remove"), "ask"),
}
WEIGHT = {"replace": 0, "remove": 1, "modify": 2, "add": 3}
KEPT = ("Retain", "RetainExceptOnCreate")


@dataclass(frozen=True)
class Change:
    """`hot`: it replaces or removes what holds data, and nothing keeps the old one in use."""

    risk: str
    id: str
    type: str
    hot: bool
    details: tuple[str, ...]

    @property
    def icon(self) -> str:
        return RISKS[self.risk][0]

    @property
    def word(self) -> Promise:
        return RISKS[self.risk][1]

    @property
    def colour(self) -> str:
        return "bad" if self.hot else RISKS[self.risk][3]


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
    changes = [one(item) for item in items if isinstance(item, dict) and item.get("risk") in RISKS]
    return sorted(changes, key=lambda change: (not change.hot, WEIGHT[change.risk], change.id))


def one(item: dict[str, Any]) -> Change:
    risk, stateful = item["risk"], bool(item.get("stateful"))
    lost = risk == "replace" or (risk == "remove" and item.get("policy") not in KEPT)
    details = item.get("details")
    told = [detail(each) for each in details] if isinstance(details, list) else []
    return Change(risk, str(item.get("id", "")), str(item.get("type", "")), stateful and lost, (*fate(item), *told))


def fate(item: dict[str, Any]) -> list[str]:
    """What becomes of a resource that is replaced or removed, in a sentence or two."""
    risk, policy, told = item["risk"], item.get("policy"), []
    if risk == "replace":
        told.append(_("A new one takes its place.") if item.get("certain", True) else _("It may be replaced."))
        if item.get("stateful"):
            told.append(_("The new one starts empty."))
    if risk in ("replace", "remove"):
        ends = {"Delete": _("The old one is deleted."), "Snapshot": _("A snapshot of the old one is kept.")}
        ends |= dict.fromkeys(KEPT, _("The old one is kept, outside the stack."))
        told += [ends[policy]] if policy in ends else []
    return told


def detail(each: Any) -> str:
    """Such as “Image: a → b”, or “Tags”."""
    if not isinstance(each, dict):
        return str(each)
    text = str(each.get("property", ""))
    if "before" in each or "after" in each:
        text += f": {value(text, each.get('before'))} → {value(text, each.get('after'))}"
    reasons = {"Always": _("needs a new one"), "Conditionally": _("may need a new one")}
    why = reasons.get(str(each.get("recreation", "")))
    return f"{text} ({why})" if why else text


def value(name: str, content: Any, most: int = 160) -> str:
    """The value of a property, hidden where its name or its look is that of a secret."""
    text = "—" if content is None else str(redaction.data(str(content), name))
    return text if len(text) <= most else f"{text[:most]}…"


def tally(changes: Iterable[Change]) -> list[Count]:
    """The four kinds with their numbers, in order of risk."""
    known = list(changes)
    return [
        Count(icon, label, sum(c.risk == risk for c in known), sum(c.hot for c in known if c.risk == risk))
        for risk, (icon, _word, label, _colour) in RISKS.items()
    ]


def split(changes: Sequence[Change], shown: int = 6) -> tuple[list[Change], list[Change]]:
    """What is always in sight (all that is hot among it), and what is folded."""
    hot = [change for change in changes if change.hot]
    calm = [change for change in changes if not change.hot]
    room = max(0, shown - len(hot))
    return hot + calm[:room], calm[room:]
