"""What the steps of a run bring about: their changes, and what they put out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from .. import redaction
from ..models import Event, Run, Step
from . import changes

APART = ("changes", "checks", "counts")  # what has a panel or lines of its own


@dataclass(frozen=True)
class StepChanges:
    """`known`: False when a plan can't tell them before other stacks are there."""

    step: Step
    shown: Sequence[changes.Change]
    folded: Sequence[changes.Change]
    counts: Sequence[changes.Count]
    hot: bool
    known: bool = True


def changed(run: Run, steps: Sequence[Step]) -> list[StepChanges]:
    """The changes of each step that has any, as it put them out, remembers or said them."""
    said = announced(run)
    found = []
    for step in steps:
        raw = next((kept for kept in listed(step) if isinstance(kept, list)), said.get(step.key))
        entry = step_changes(step, changes.read(raw))
        if entry.counts or not entry.known:
            found.append(entry)
    return found


def total(found: Sequence[StepChanges]) -> list[changes.Count]:
    """The changes of all steps together."""
    everything = [change for entry in found for change in (*entry.shown, *entry.folded)]
    return [count for count in changes.tally(everything) if count.number]


def listed(step: Step) -> tuple[Any, Any]:
    return step.output.get("changes"), step.memory.get("changes")


def announced(run: Run) -> dict[str, Any]:
    """The last list of changes that each step said."""
    rows = Event.objects.filter(run=run, data__kind="changes").order_by("number")
    return {key: data.get("changes") for key, data in rows.values_list("step_key", "data")}


def step_changes(step: Step, known: Sequence[changes.Change]) -> StepChanges:
    counts = [count for count in changes.tally(known) if count.number]
    hot = any(change.hot for change in known)
    return StepChanges(step, *changes.split(known), counts, hot, step.output.get("known") is not False)


def outputs(steps: Sequence[Step]) -> list[tuple[str, str]]:
    """Names and values of what the steps that succeeded put out, secrets hidden."""
    return [
        (f"{step.key}.{name}", spelled(value))
        for step in steps
        if step.status == Step.Status.SUCCEEDED
        for name, value in redaction.data(put_out(step.output)).items()
    ]


def put_out(output: Mapping[str, Any]) -> dict[str, Any]:
    """The outputs of a stack; of another step all that it put out."""
    inner = output.get("outputs")
    return dict(inner) if isinstance(inner, Mapping) else {k: v for k, v in output.items() if k not in APART}


def spelled(value: Any) -> str:
    """A JSON value as a person reads it."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(str(item) for item in value) or _("none")
    if isinstance(value, dict):
        return "\n".join(f"{name} = {content}" for name, content in value.items()) or _("none")
    return _("none") if value is None else str(value)
