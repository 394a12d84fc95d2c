"""One check of a sweep: what it found, kept; what is no longer true, closed; or why it could not be made."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import islice
from typing import Any

import structlog
from django.db import Error
from pydantic import BaseModel

from opsportal import findings
from opsportal.checks import Check, Found, Reader
from opsportal.contexts import Context
from opsportal.errors import Denied, OpsError
from opsportal.findings import Kept
from opsportal.models import Step
from opsportal.turns import Turn
from opsportal.words import gettext as _

from .reader import REFUSED

log = structlog.get_logger(__name__)


@dataclass
class Verdict:
    """What came of one check. `looked`: resources it judged; `usd`: a month; `refused`: why it is not complete."""

    looked: int = 0
    found: int = 0
    new: int = 0
    reopened: int = 0
    closed: int = 0
    usd: float = 0.0
    refused: str = ""
    missing: str = ""

    def add(self, batch: list[Found], kept: Kept) -> None:
        self.found += kept.found
        self.new += kept.new
        self.reopened += kept.reopened
        self.usd = round(self.usd + float(sum(findings.money(each.usd) or 0 for each in batch)), 2)


def verdict(ctx: Context[Any], reader: Reader, check: Check, limits: BaseModel) -> Verdict:
    """Judge and keep. What the check finds before it is refused a read is kept too.

    What was new is remembered with it: after a crash it is known already, and would not be told.
    """
    fresh = ctx.memory.setdefault("fresh", {})
    new, reopened = fresh.get(check.name, (0, 0))
    seen = Verdict(new=new, reopened=reopened)
    found = judged(reader, check, limits, seen)
    while batch := list(islice(found, findings.BATCH)):
        seen.add(batch, ctx.write(partial(kept, batch, reader, check, replace(seen), fresh)))
    return seen


def settle(ctx: Context[Any], reader: Reader, check: Check, seen: Verdict) -> None:
    """Close what a complete check no longer found, 500 at a time; the last transaction tells and remembers all."""
    closed = 0
    while n := ctx.write(partial(over, ctx.memory["checks"], reader, check, replace(seen, closed=closed))):
        closed += n


def judged(reader: Reader, check: Check, limits: BaseModel, seen: Verdict) -> Iterator[Found]:
    """What the check finds, until it is refused a read. A fault of its own code is no other check's, and told alike."""
    try:
        for facts in check.gather(reader, limits):
            seen.looked += 1
            if found := check.judge(facts, limits):
                yield found
    except REFUSED as error:
        seen.refused, seen.missing = error.message, error.action if isinstance(error, Denied) else ""
    except (OpsError, Error):
        raise
    except Exception as error:
        log.exception("a check's code failed", check=check.name)
        text = _("Its own code failed, {kind}: {error}. The worker's log has more.")
        seen.refused = text.format(kind=type(error).__name__, error=error)


def kept(
    batch: list[Found],
    reader: Reader,
    check: Check,
    before: Verdict,
    fresh: dict[str, tuple[int, int]],
    turn: Turn,
    _step: Step,
) -> Kept:
    """Of the batch, with `fresh`, how many were new or had been closed with those of `before`."""
    found = findings.keep(turn.run, reader.region, check, batch, reader.now)
    fresh[check.name] = (before.new + found.new, before.reopened + found.reopened)
    return found


def over(made: dict[str, Any], reader: Reader, check: Check, seen: Verdict, turn: Turn, step: Step) -> int:
    """How many were closed when there may be more to close; 0: all is told and `made` knows the check."""
    closed = 0 if seen.refused else findings.close(turn.run, reader.region, check.name, reader.now)
    if closed == findings.BATCH:
        return closed
    seen = replace(seen, closed=seen.closed + closed)
    made[check.name] = asdict(seen)
    turn.say(told(check, seen), "warning" if seen.refused else "info", step, check=check.name, **asdict(seen))
    return 0


def told(check: Check, seen: Verdict) -> str:
    """The line of this check."""
    if seen.missing:
        text = _("{check}: not checked, {action} is missing. Allow it in the policy of the role.")
        return text.format(check=check.name, action=seen.missing)
    if seen.refused:
        return _("{check}: not checked. {why}").format(check=check.name, why=seen.refused)
    return f"{check.name}: {summed(seen)}"


def summed(seen: Verdict) -> str:
    """A sentence of what there is; what there is none of is left out."""
    numbers = ((_("{n} new"), seen.new), (_("{n} again"), seen.reopened), (_("{n} closed"), seen.closed))
    parts = [text.format(n=n) for text, n in numbers if n]
    if seen.usd:
        parts.append(_("${usd:,.2f} a month").format(usd=seen.usd))
    return ", ".join([looked(seen), *parts]) + "."


def looked(seen: Verdict) -> str:
    if not seen.looked:
        return _("nothing to look at")
    text = _("{found} found among {looked}") if seen.found else _("nothing found among {looked}")
    return text.format(found=seen.found, looked=seen.looked)
