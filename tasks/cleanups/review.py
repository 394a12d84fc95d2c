"""What a clean-up is about to do, told; and asked of a person where the environment is protected."""

from collections.abc import Sequence
from typing import Any

from opsportal.contexts import Ask, Done, Outcome
from opsportal.errors import StepFailed
from opsportal.words import gettext as _

from . import known
from .kinds import Ctx
from .target import Target


def review(ctx: Ctx) -> Outcome:
    """Tell it once; in a protected environment another person has to approve it. Raises StepFailed: they did not."""
    clean = [Target(**each) for each in ctx.input["clean"]]
    counts = ctx.input["counts"]
    if ctx.answer is None:
        tell(ctx)
        acts = ctx.params.degree != "report" and counts["clean"] + counts["mark"]
        if ctx.environment.protected and acts:
            return Ask(question(ctx, clean), shown(ctx, clean))
    elif not ctx.answer.approved:
        why = _("nobody answered in time") if ctx.answer.expired else ctx.answer.reason
        raise StepFailed(_("Nothing was cleaned up: {why}").format(why=why))
    return Done(counts)


def shown(ctx: Ctx, clean: Sequence[Target]) -> dict[str, Any]:
    """All that the person who answers sees: what is done, what an undo leaves, what is left out, what is later."""
    return {
        "clean_up": [priced(each) for each in clean],
        "no_undo": [known.kind(each.check).stays(each) for each in clean],
        "mark": ctx.input["mark"],
        "left_out": ctx.input["left"],
        "next_time": ctx.input["later"],
    }


def priced(target: Target) -> str:
    usd = "" if target.usd is None else _(", ${usd:,.2f} a month").format(usd=target.usd)
    return f"{target.region} {target.label}{usd}"


def question(ctx: Ctx, clean: Sequence[Target]) -> str:
    usd = sum(each.usd or 0.0 for each in clean)
    text = _("Clean up {clean} (${usd:,.2f} a month) and mark {mark}?")
    return text.format(**ctx.input["counts"], usd=usd)


def tell(ctx: Ctx) -> None:
    """The figures, and each list in a line of its own."""
    text = _("To clean up: {clean}. To mark: {mark}. Left out: {left}. Next time: {later}.")
    ctx.say(text.format(**ctx.input["counts"]))
    for names, line in ((ctx.input["left"], _("Left out: {names}.")), (ctx.input["later"], _("Next time: {names}."))):
        if names:
            ctx.say(line.format(names="; ".join(names)))
