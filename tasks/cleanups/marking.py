"""Marks: resources are tagged with the day on which they may go and their owner, and their findings say so."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from itertools import groupby

from opsportal import cleaning
from opsportal.contexts import Done, Outcome
from opsportal.errors import Gone
from opsportal.models import Finding, Step
from opsportal.turns import Turn
from opsportal.words import gettext as _

from . import known
from .kinds import Ctx, Kind
from .target import OWNER

AT_ONCE = 500  # findings looked up by one statement
TOGETHER = 50  # resources tagged by one call; AWS takes 1,000. EC2 API Reference: CreateTags


def mark(ctx: Ctx) -> Outcome:
    """Tag what is not marked yet, and write it down after each call; repeating does the same. Raises Denied."""
    ids, kind = ctx.input["findings"], known.kind(ctx.input["check"])
    after = (ctx.started_at + timedelta(days=ctx.params.grace_days)).date()
    tags = {kind.mark: after.isoformat()}
    for start in range(0, len(ids), AT_ONCE):
        ctx.progress(start, len(ids))
        for batch in batches(cleaning.unmarked(ids[start : start + AT_ONCE])):
            owner = {OWNER: batch[0].owner} if batch[0].owner else {}
            if done := tagged(ctx, kind, batch, tags | owner):
                ctx.write(partial(written, [each.pk for each in done], after))
                tell(ctx, done, after)
    ctx.progress(len(ids), len(ids))
    return Done({"marked": len(cleaning.marked_by(ctx.run_id, ctx.input["check"], ctx.input["region"]))})


def batches(findings: Sequence[Finding]) -> Iterator[list[Finding]]:
    """Some at a time, those of one owner together."""
    for _owner, group in groupby(findings, key=lambda each: each.owner):
        theirs = list(group)
        yield from (theirs[start : start + TOGETHER] for start in range(0, len(theirs), TOGETHER))


def tagged(ctx: Ctx, kind: Kind, batch: Sequence[Finding], tags: dict[str, str]) -> list[Finding]:
    """Those that have the tags now: where one of them is gone AWS tags none, so they are halved until it is alone."""
    try:
        kind.tag(ctx.aws, ctx.input["region"], [each.resource for each in batch], tags)
    except Gone:
        if len(batch) == 1:
            return []
        half = len(batch) // 2
        return tagged(ctx, kind, batch[:half], tags) + tagged(ctx, kind, batch[half:], tags)
    return list(batch)


def written(ids: Sequence[int], after: date, turn: Turn, step: Step) -> None:
    cleaning.mark(turn.run, ids, turn.now, after)


def tell(ctx: Ctx, done: Sequence[Finding], after: date) -> None:
    """Whose they are and what happens next; policies' recipients are told by these lines."""
    owner = done[0].owner or _("nobody, by its tags")
    text = _("Marked for clean-up not before {day}: {n}, of {owner}.").format(n=len(done), owner=owner, day=after)
    ctx.say(text, kind="marked", findings=[each.pk for each in done])


def undo(ctx: Ctx) -> Outcome:
    """Take the marks of this run away again."""
    check, region = ctx.input["check"], ctx.input["region"]
    kind = known.kind(check)
    for finding in cleaning.marked_by(ctx.run_id, check, region):
        try:
            kind.untag(ctx.aws, region, [finding.resource], [kind.mark, OWNER])
        except Gone:
            ctx.say(_("{resource} is gone already.").format(resource=finding.resource))
        ctx.write(partial(unwritten, [finding.pk]))
    return Done()


def unwritten(ids: Sequence[int], turn: Turn, step: Step) -> None:
    cleaning.unmark(turn.run, ids, turn.now)


def cancel(ctx: Ctx) -> Outcome:
    """Tags are set at once: nothing is under way. What is marked stays so."""
    return Done()
