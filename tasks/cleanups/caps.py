"""How much a clean-up may do, by its parameters, the last sweeps, and what was cleaned up or sent on its way since."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import product

from opsportal import cleaning
from opsportal.cleaning import Swept

from .choosing import Place, Rules
from .kinds import Ctx


def ruled(ctx: Ctx, environment: int) -> Rules:
    """The rules of this run as they are now."""
    wanted = product(ctx.params.checks, ctx.environment.regions)
    swept = {(check, region): cleaning.swept(environment, region, check) for check, region in wanted}
    return Rules(
        degree=ctx.params.degree,
        grace=timedelta(days=ctx.params.grace_days),
        most=ctx.params.max_changes,
        percent=ctx.params.max_percent,
        now=ctx.now,
        swept=swept,
        done={check: done(ctx, environment, check, since(swept, check)) for check in ctx.params.checks},
        busy=cleaning.under_way(environment, ctx.run_id),
    )


def done(ctx: Ctx, environment: int, check: str, began: datetime | None) -> int:
    """How many the others have taken away since, or are about to."""
    sent = cleaning.sent_since(environment, check, began, ctx.step_id)
    return cleaning.cleaned_since(environment, check, began) + sent


def since(swept: Mapping[Place, Swept], check: str) -> datetime | None:
    """When the earliest of the check's last sweeps began; None: there is none to rely on."""
    return min((each.began for (name, _region), each in swept.items() if name == check and each.began), default=None)
