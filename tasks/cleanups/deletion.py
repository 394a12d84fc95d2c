"""One resource on its way out: observed, judged twice, copied where it can be, taken away, and seen gone.

Each look begins anew: what an earlier one has read does not count, and whatever was sent is observed first.
"""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from opsportal import cleaning, locks
from opsportal.cleaning import CLEANED, SENT
from opsportal.contexts import Done, Outcome, Wait
from opsportal.errors import Denied, Gone, StepFailed
from opsportal.models import Step
from opsportal.turns import Turn
from opsportal.words import gettext as _

from . import caps, known, reading
from .kinds import Ctx, Kind
from .target import Target

GOING = 2.0  # seconds until AWS is asked again whether it is gone


def clean(ctx: Ctx) -> Outcome:
    """One look; where something stands against it the resource is left alone, and the step ends well."""
    target = target_of(ctx)
    kind = known.kind(target.check)
    if outcome := followed(ctx, kind, target):
        return outcome
    try:
        why = against(ctx, kind, target)
    except Gone:
        return left(ctx, target, _("it is gone already"))
    if why:
        return spare(ctx, kind, target, why)
    return kind.prepare(ctx, target) or send(ctx, kind, target)


def target_of(ctx: Ctx) -> Target:
    return Target(**ctx.input["target"])


def followed(ctx: Ctx, kind: Kind, target: Target) -> Outcome | None:
    """What has come of the call that takes it away; None: none was sent, or it did nothing."""
    if SENT not in ctx.memory:
        return None
    state = kind.state(ctx.aws, target)
    if state == "gone":
        return finish(ctx, kind, target)
    return Wait(GOING, _("AWS takes it away")) if state == "going" else None


def against(ctx: Ctx, kind: Kind, target: Target) -> str:
    """What stands against it: its finding, its check's last sweep, the caps, or AWS as it is now."""
    return ctx.write(partial(written_down, ctx, target)) or reading.against(ctx, kind, target, ctx.input["limits"])


def written_down(ctx: Ctx, target: Target, turn: Turn, step: Step) -> str:
    """What the database says against it; another run may have used up the share meanwhile."""
    grace = timedelta(days=ctx.params.grace_days)
    return cleaning.against(target.finding, turn.now, grace) or spent(ctx, target, turn)


def spent(ctx: Ctx, target: Target, turn: Turn) -> str:
    """That the caps leave no room for it; empty: they do."""
    room = caps.ruled(ctx, turn.run.environment_id).allowed(target.check)
    return "" if room else _("others have used up the share of {check}").format(check=target.check)


def send(ctx: Ctx, kind: Kind, target: Target) -> Outcome:
    """Take it away. That it is being sent is written down first: if it is gone then, it was this step."""
    if why := ctx.write(partial(claim, ctx, target)):
        return spare(ctx, kind, target, why)
    try:
        kind.remove(ctx, target)
    except (Denied, StepFailed):
        del ctx.memory[SENT]  # AWS refused: it is there, and counts against no cap
        raise
    return followed(ctx, kind, target) or Wait(GOING, _("AWS takes it away"))


def claim(ctx: Ctx, target: Target, turn: Turn, step: Step) -> str:
    """Let it count against the caps, which nobody else does meanwhile; why there is no room for it, empty: there is."""
    ctx.memory.pop(SENT, None)
    locks.one_at_a_time(turn.run.environment_id)
    if why := spent(ctx, target, turn):
        return why
    ctx.memory[SENT] = ctx.now.isoformat()
    return ""


def spare(ctx: Ctx, kind: Kind, target: Target, why: str) -> Done:
    """Take back what was prepared, and leave it alone."""
    take_back(ctx, kind, target)
    return left(ctx, target, why)


def take_back(ctx: Ctx, kind: Kind, target: Target) -> None:
    """It is there and stays: what was prepared goes, and it counts against no cap."""
    kind.take_back(ctx, target)
    ctx.memory.pop(SENT, None)


def finish(ctx: Ctx, kind: Kind, target: Target) -> Done:
    """It is gone: its finding is closed, once."""
    text = kind.told(ctx, target)
    if CLEANED not in ctx.memory:
        ctx.memory[CLEANED] = True
        ctx.write(partial(close, target, text))
    ctx.say(f"{target.label}: {text}", kind="cleaned", finding=target.finding, usd=target.usd)
    return Done({"cleaned": target.resource, "usd": target.usd})


def close(target: Target, text: str, turn: Turn, step: Step) -> None:
    cleaning.cleaned(turn.run, target.finding, text, turn.now)


def left(ctx: Ctx, target: Target, why: str) -> Done:
    ctx.say(_("{resource} is left alone: {why}.").format(resource=target.label, why=why), "warning")
    return Done({"left": target.resource, "why": why}, unchanged=True)


def cancel(ctx: Ctx) -> Outcome:
    """What was sent is seen to its end; what was only prepared is taken back."""
    target = target_of(ctx)
    if ctx.undoing:
        return Done({"left": target.resource})
    kind = known.kind(target.check)
    if outcome := followed(ctx, kind, target):
        return outcome
    take_back(ctx, kind, target)
    return Done({"left": target.resource})


def undo(ctx: Ctx) -> Outcome:
    """Bring back what AWS gives back."""
    target = target_of(ctx)
    if CLEANED not in ctx.memory:
        return Done(unchanged=True)
    return known.kind(target.check).undo(ctx, target)


def stays(input_: Mapping[str, Any], memory: Mapping[str, Any]) -> str:
    """What an undo of this step can't restore; empty where it has taken nothing away."""
    target = Target(**input_["target"])
    return known.kind(target.check).stays(target) if CLEANED in memory else ""
