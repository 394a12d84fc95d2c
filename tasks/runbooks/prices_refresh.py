"""Reads AWS's list prices for the environment's regions, so that findings are reckoned with today's.

Read are the public on-demand prices of what the checks know, from the Price List API, which has addresses in three
regions only. What is read goes before the table that is shipped. Where the list has several prices for the same thing,
none is taken: the table's stays.

It changes nothing in AWS. **Retry** goes on with what was not read yet.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from pydantic import BaseModel

from opsportal import prices
from opsportal.catalog import Action, Runbook, StepSpec
from opsportal.checks import Price
from opsportal.contexts import Context, Done, Outcome
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps import offers
from tasks.sweeps.offers import Offer

ENDPOINTS = {"eu": "eu-central-1", "ap": "ap-south-1"}  # AWS Billing User Guide: Price List Query API endpoints
ELSEWHERE = "us-east-1"
LOOK = 1800  # seconds one look may take


class Params(BaseModel):
    pass


def plan(ctx: Context[Params]) -> Sequence[StepSpec]:
    """One step a region."""
    return [StepSpec(each, "refresh", input={"region": each}, usual_seconds=30) for each in ctx.environment.regions]


def refresh(ctx: Context[Params]) -> Outcome:
    """Read offer by offer; those that were kept are not read again. Raises Denied, TryLater, StepFailed."""
    done: list[int] = ctx.memory.setdefault("done", [])
    for number, offer in enumerate(offers.OFFERS):
        ctx.progress(number, len(offers.OFFERS))
        if number not in done:
            found, unclear = told_apart(listed(ctx, offer))
            tell_unclear(ctx, offer, unclear)
            done.append(number)
            ctx.memory["prices"] = ctx.memory.get("prices", 0) + len(found)
            ctx.write(partial(keep, found))  # with the memory, in one transaction
    n = ctx.memory["prices"]
    ctx.say(_("Prices read for {region}: {n}.").format(region=ctx.input["region"], n=n))
    return Done({"prices": n})


def listed(ctx: Context[Params], offer: Offer) -> list[Price]:
    """What the list has of this offer in the step's region."""
    region = str(ctx.input["region"])
    read = offers.reading(offer, region)
    pages = ctx.aws.pages(read.service, read.operation, region=endpoint(region), **read.arguments)
    return [price for page in pages for price in offers.prices(offer, region, page["PriceList"])]


def endpoint(region: str) -> str:
    """The nearest region that has the Price List API."""
    return ENDPOINTS.get(region.partition("-")[0], ELSEWHERE)


def told_apart(found: Iterable[Price]) -> tuple[list[Price], list[str]]:
    """The prices of items that have one, and the items that have several."""
    by_item: dict[str, dict[float, Price]] = {}
    for price in found:
        by_item.setdefault(price.item, {})[price.usd] = price
    one = [price for each in by_item.values() if len(each) == 1 for price in each.values()]
    return one, sorted(item for item, each in by_item.items() if len(each) > 1)


def tell_unclear(ctx: Context[Params], offer: Offer, items: Sequence[str]) -> None:
    if items:
        text = _("The list has several prices for {items} of {service}; none was taken.")
        ctx.say(text.format(items=", ".join(items[:10]), service=offer.service), "warning")


def keep(found: Sequence[Price], _turn: Any, _step: Any) -> None:
    prices.keep(found)


RUNBOOK = Runbook(
    name="prices.refresh",
    title=gettext_noop("Refresh prices"),
    summary=gettext_noop("Read AWS's list prices for the regions of an environment."),
    params=Params,
    plan=plan,
    actions={"refresh": Action(run=refresh, queue="long", limit=LOOK)},
    permissions=("pricing:GetProducts",),
    guide=__doc__ or "",
    changes=False,
)
