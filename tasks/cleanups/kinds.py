"""What each kind of clean-up has to know: how its resources are read, marked, taken away and brought back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from opsportal.checks import Read
from opsportal.contexts import Aws, Context, Outcome, Wait
from opsportal.models import Step
from opsportal.previews import Preview
from opsportal.turns import Turn

from .params import Params
from .target import AFTER, Target

State = Literal["there", "going", "gone"]
Ctx = Context[Params]
Narrow = Callable[[Read, Target], Read]


def at_once(ctx: Ctx, target: Target) -> Wait | None:
    """Of kinds that need nothing before they take away."""
    return None


def remembered(turn: Turn, step: Step) -> None:
    """Nothing more than the step's memory is written down."""


def spares_nothing(evidence: Mapping[str, Any]) -> str:
    return ""


@dataclass(frozen=True)
class Kind:
    """`by_id`, `by_filter`: a check's read narrowed to one resource, by two ways that AWS answers independently.

    `prepare` observes and does what comes before, a Wait as long as it is under way. `state`: what AWS says of a
    resource after `remove`. `take_back` what `prepare` made and nobody needs. `stays`: what an undo can't restore.
    `spares`: why it leaves what the check finds, by the finding's evidence. `preview`: what the portal
    says of it. `mark`: the tag that says the day.
    """

    name: str
    preview: Preview
    by_id: Narrow
    by_filter: Narrow
    tag: Callable[[Aws, str, Sequence[str], Mapping[str, str]], None]
    untag: Callable[[Aws, str, Sequence[str], Sequence[str]], None]
    remove: Callable[[Ctx, Target], None]
    state: Callable[[Aws, Target], State]
    undo: Callable[[Ctx, Target], Outcome]
    stays: Callable[[Target], str]
    told: Callable[[Ctx, Target], str]
    prepare: Callable[[Ctx, Target], Wait | None] = at_once
    take_back: Callable[[Ctx, Target], None] = lambda ctx, target: None
    spares: Callable[[Mapping[str, Any]], str] = spares_nothing
    mark: str = AFTER
