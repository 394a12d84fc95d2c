"""One region's sweep: read everything once, judge check by check, and say what came of each."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.utils.text import capfirst

from opsportal import checks, readings
from opsportal.contexts import Context, Done, Outcome, Wait
from opsportal.errors import StepFailed, TryLater
from opsportal.models import Step
from opsportal.turns import Turn
from opsportal.words import gettext as _
from opsportal.words import ngettext

from . import verdicts
from .params import Params, limits
from .reader import PageReader
from .verdicts import Verdict

PATIENCE = 3  # looks in a row that got nowhere, after which what AWS does not answer is not waited for
PAUSE = 2.0  # seconds until AWS, which throttles, is asked again by a sweep that got on


def sweep(ctx: Context[Params]) -> Outcome:
    """A look: reads and checks that are done are not done again. Raises Denied, TryLater, StepFailed."""
    begin(ctx)
    ctx.aws.connect()
    reads = [read for name in ctx.params.checks for read in known(name).reads]
    reader = PageReader(ctx, str(ctx.input["region"]), reads, ctx.memory["stuck"] >= PATIENCE)
    try:
        if len(ctx.memory["checks"]) < len(ctx.params.checks):
            reader.fetch(reads, meanwhile=lambda: judge(ctx, reader))
            say_read(ctx, reader.fresh)
            judge(ctx, reader)
    except TryLater as error:
        return later(ctx, reader, error)
    return end(ctx)


def later(ctx: Context[Params], reader: PageReader, error: TryLater) -> Outcome:
    """Look again. Raises TryLater where it got nowhere: then each look comes later than the one before."""
    if not reader.fresh:
        ctx.memory["stuck"] += error.seconds is None
        raise error
    ctx.memory["stuck"] = 0
    return Wait(PAUSE if error.seconds is None else error.seconds, error.message)


def begin(ctx: Context[Params]) -> None:
    """A later try knows nothing of what an earlier one did."""
    if ctx.memory.get("try_no") != ctx.try_no:
        ctx.memory.clear()
        ctx.memory.update(try_no=ctx.try_no, calls=0, stuck=0, checks={}, fresh={})


def known(name: str) -> checks.Check:
    """The check of this name, which the parameters have asked for already."""
    found = checks.check(name)
    if found is None:
        raise StepFailed(_("There is no check “{name}” any more. Start a new run.").format(name=name))
    return found


def say_read(ctx: Context[Params], n: int) -> None:
    """How much was read side by side."""
    if n:
        text = ngettext("Read {n} page side by side.", "Read {n} pages side by side.", n).format(n=n)
        ctx.write(partial(told, text))


def told(text: str, turn: Turn, step: Step) -> None:
    """Written down at once, as the lines of the checks are: what `ctx.say` keeps until the look is over comes after."""
    turn.say(text, "info", step)


def judge(ctx: Context[Params], reader: PageReader) -> None:
    """Make each check that is not made yet and whose reads are over: while others are read, and what is left then."""
    for check in map(known, ctx.params.checks):
        if check.name not in ctx.memory["checks"] and reader.is_ready(check.reads):
            seen = verdicts.verdict(ctx, reader, check, limits(ctx.params, check))
            verdicts.settle(ctx, reader, check, seen)
            ctx.progress(len(ctx.memory["checks"]), len(ctx.params.checks))


def end(ctx: Context[Params]) -> Done:
    """Forget the pages and add up. Raises StepFailed when not one of the checks could be made."""
    ctx.write(forget)
    made = {name: Verdict(**seen) for name, seen in ctx.memory["checks"].items()}
    refused = {name: seen.refused for name, seen in made.items() if seen.refused}
    if len(refused) == len(made):
        why = " ".join(dict.fromkeys(refused.values()))
        raise StepFailed(_("Nothing could be checked. {why}").format(why=why))
    totals = total(made)
    say(ctx, Verdict(**totals), len(refused))
    return Done({**totals, "calls": ctx.memory["calls"], "not_checked": refused, "checks": ctx.memory["checks"]})


def say(ctx: Context[Params], totals: Verdict, refused: int) -> None:
    """The line that adds up, and a warning where it is not all."""
    n: int = ctx.memory["calls"]
    made = ngettext("{n} call made.", "{n} calls made.", n).format(n=n)
    ctx.say(f"{capfirst(verdicts.summed(totals))} {made}")
    if refused:
        text = ngettext("{n} check could not be made.", "{n} checks could not be made.", refused)
        ctx.say(text.format(n=refused), "warning")


def total(made: Mapping[str, Verdict]) -> dict[str, Any]:
    names = ("looked", "found", "new", "reopened", "closed", "usd")
    return {name: round(sum(getattr(seen, name) for seen in made.values()), 2) for name in names}


def forget(_turn: Turn, step: Step) -> None:
    readings.drop(step)


def stop(ctx: Context[Params]) -> Outcome:
    """After a cancel: a sweep changes nothing in AWS, so it just stops."""
    ctx.write(forget)
    return Done()
