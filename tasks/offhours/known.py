"""The services there are, and the rules of a run as they are now."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from opsportal import cleaning, freezes
from opsportal.contexts import Context
from opsportal.models import Calendar, Finding, Run
from opsportal.words import gettext as _

from . import ec2, rds
from .deciding import Kind, Rules
from .hours import Holiday
from .params import Params
from .services import Service

Ctx = Context[Params]
SERVICES: Mapping[Kind, Service] = {"ec2": ec2.SERVICE, "rds": rds.SERVICE}
CHECK = "dev-running-at-night"  # whose exempt findings may run


def rules(ctx: Ctx) -> Rules:
    """By the run's parameters, the environment's calendar and its findings."""
    environment = Run.objects.values_list("environment", flat=True).get(pk=ctx.run_id)
    given = ctx.params
    codes = given.holidays or calendar(environment)
    return Rules(given.tag, given.hours, given.time_zone, holiday(tuple(codes)), exempt(environment))


def calendar(environment: int) -> list[str]:
    """Whose holidays the environment's freeze calendar names."""
    found = Calendar.objects.filter(environments=environment).first()
    return freezes.countries(found.rules) if found else []


@lru_cache(maxsize=64)
def holiday(codes: tuple[str, ...]) -> Holiday:
    """Whether a day is a public holiday there."""
    split = (code.partition("-") for code in codes)
    known = [freezes.almanac(country, part or None) for country, _dash, part in split]

    def is_one(day: date) -> bool:
        return any(day in each for each in known)

    return is_one


def exempt(environment: int) -> dict[tuple[str, str], str]:
    """What a person lets run at night by its finding: its region and id, and why."""
    rows = Finding.objects.filter(environment=environment, check_name=CHECK, state__in=cleaning.SPARED)
    text = _("its finding is {state}")
    return {(each.region, each.resource): text.format(state=each.get_state_display().lower()) for each in rows}
