"""A check made again for one resource, just before it is cleaned up: nothing that was read before counts."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from opsportal import checks, prices
from opsportal.checks import Check, Found, Price, Read
from opsportal.errors import Gone, StepFailed
from opsportal.words import gettext as _
from tasks.sweeps import calls

from .kinds import Ctx, Kind, Narrow
from .target import Target, touched

Arguments = Callable[[Target], dict[str, Any]]


def only(narrowed: Mapping[str, Arguments]) -> Narrow:
    """Reads of these operations with these arguments instead of the check's, all others as they are."""

    def narrow(read: Read, target: Target) -> Read:
        arguments = narrowed.get(read.operation)
        return Read(read.service, read.operation, arguments(target)) if arguments else read

    return narrow


def by(name: str, value: Callable[[Target], str] = lambda target: target.resource) -> Arguments:
    """EC2's filter of this name."""
    return lambda target: {"Filters": [{"Name": name, "Values": [value(target)]}]}


class FreshReader:
    """Implements opsportal.checks.Reader by calls made now, narrowed to one resource. Keeps nothing."""

    def __init__(self, ctx: Ctx, target: Target, narrow: Narrow) -> None:
        self.ctx, self.target, self.narrow = ctx, target, narrow
        self.environment, self.region, self.now = ctx.environment, target.region, ctx.now

    def read(self, read: Read, /) -> dict[str, Any]:
        read = self.narrow(read, self.target)
        return self.ctx.aws.read(read.service, read.operation, region=self.region, **read.arguments)

    def pages(self, read: Read, /) -> Iterator[dict[str, Any]]:
        narrowed = self.narrow(read, self.target)
        arguments = calls.arguments(read) if narrowed is read else narrowed.arguments
        return self.ctx.aws.pages(read.service, read.operation, region=self.region, **arguments)

    def several(self, reads: Sequence[Read], /) -> Iterator[dict[str, Any] | None]:
        for read in reads:
            try:
                yield self.read(read)
            except Gone:
                yield None

    def price(self, service: str, item: str) -> Price | None:
        return prices.price(service, item, self.region)


def against(ctx: Ctx, kind: Kind, target: Target, limits: Mapping[str, Any]) -> str:
    """What stands against its clean-up, by two reads that know nothing of each other, each judged anew; empty: nothing.

    Raises Gone: it is not there any more; Denied, TryLater.
    """
    for narrow in (kind.by_id, kind.by_filter):
        found = judged(FreshReader(ctx, target, narrow), known(target.check), target, limits)
        if found is None:
            return _("what was found of it is no longer true")
        if why := kind.spares(found.evidence) or touched(target, found, ctx.now.date(), kind.mark):
            return why
    return ""


def known(name: str) -> Check:
    """The check of this name. Raises StepFailed."""
    found = checks.check(name)
    if found is None:
        raise StepFailed(_("There is no check “{name}” any more. Start a new run.").format(name=name))
    return found


def judged(reader: FreshReader, check: Check, target: Target, limits: Mapping[str, Any]) -> Found | None:
    """What the check says of this resource now."""
    chosen = check.limits.model_validate(limits)
    every = (check.judge(facts, chosen) for facts in check.gather(reader, chosen))
    return next((found for found in every if found and found.resource == target.resource), None)
