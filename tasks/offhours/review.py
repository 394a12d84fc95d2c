"""What a run is about to stop and start, told; and asked of a person where the environment is protected."""

from typing import Any

from opsportal.contexts import Ask, Done, Outcome
from opsportal.errors import StepFailed
from opsportal.words import gettext as _

from .known import Ctx

ANSWER = 3600.0  # seconds; later than that the hours may say otherwise


def review(ctx: Ctx) -> Outcome:
    """Tell it once; in a protected environment another person has to approve it. Raises StepFailed: they did not."""
    counts = ctx.input["counts"]
    acts = ctx.params.degree == "act" and counts["start"] + counts["stop"]
    if ctx.answer is None:
        tell(ctx)
        if ctx.environment.protected and acts:
            return Ask(_("Start {start} and stop {stop}?").format(**counts), shown(ctx), seconds=ANSWER)
    elif not ctx.answer.approved:
        why = _("nobody answered in time") if ctx.answer.expired else ctx.answer.reason
        raise StepFailed(_("Nothing was stopped or started: {why}").format(why=why))
    return Done(counts, unchanged=not acts)


def shown(ctx: Ctx) -> dict[str, Any]:
    """All that the person who answers sees."""
    names = {"start": "start", "stop": "stop", "left_out": "left", "next_time": "later"}
    return {name: ctx.input[key] for name, key in names.items()}


def tell(ctx: Ctx) -> None:
    """The figures, and each list in a line of its own."""
    text = _("To start: {start}. To stop: {stop}. As their hours want: {fine}. Left alone: {left}. Next time: {later}.")
    ctx.say(text.format(**ctx.input["counts"]))
    lines = {
        "start": _("To start: {names}."),
        "stop": _("To stop: {names}."),
        "left": _("Left alone: {names}."),
        "later": _("Next time: {names}."),
    }
    for name, line in lines.items():
        if ctx.input[name]:
            ctx.say(line.format(names="; ".join(ctx.input[name])))
