"""The graph of a clean-up: a step that says and asks what is done, and behind it the marks and the deletions."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from opsportal import cleaning
from opsportal.catalog import StepSpec
from opsportal.contexts import Context
from opsportal.errors import Invalid
from opsportal.models import Finding, Run
from opsportal.words import gettext as _

from . import caps, known, target
from .choosing import Candidate, Choice, Rules, against, choose, places
from .kinds import Ctx
from .target import Target

REVIEW = "review"
LONGEST = 100  # characters of a resource in a step's name
LISTED = 50  # resources that a line or a question names


def specs(ctx: Ctx) -> list[StepSpec]:
    """What may be done now by what is written down; each step looks at AWS itself. Raises Invalid."""
    environment = Run.objects.values_list("environment", flat=True).get(pk=ctx.run_id)
    found = cleaning.standing(environment, ctx.params.checks, regions(ctx), ctx.params.findings)
    rules = caps.ruled(ctx, environment)
    choice = choose(map(candidate, found), rules)
    if ctx.params.degree == "report":
        return [review(choice)]
    marks = [marking(check, region, choice.mark) for check, region in places(choice.mark)]
    limits = {place: dict(swept.limits) for place, swept in rules.swept.items()}
    return [review(choice), *marks, *(deletion(each, limits[each.check, each.region]) for each in choice.clean)]


def regions(ctx: Context[Any]) -> list[str]:
    """Those of its parameters, or all of the environment's. Raises Invalid."""
    chosen = ctx.params.regions or list(ctx.environment.regions)
    if foreign := sorted(set(chosen) - set(ctx.environment.regions)):
        text = _("{environment} has no region {regions}.")
        raise Invalid(text.format(environment=ctx.environment.name, regions=", ".join(foreign)), "regions")
    return chosen


def candidate(finding: Finding) -> Candidate:
    spared = finding.state in cleaning.SPARED
    why = _("its finding is {state}").format(state=finding.get_state_display().lower()) if spared else ""
    return Candidate(
        target=target.of(finding),
        seen_at=finding.last_seen,
        tags=finding.tags,
        marked_at=finding.marked_at,
        after=(finding.mark or {}).get("after", ""),
        spared=why or known.kind(finding.check_name).spares(finding.evidence),
    )


def left_out(finding: Finding) -> str:
    """Why a plan of now would leave this finding out; empty: nothing that is written down stands against it."""
    place = finding.check_name, finding.region
    swept = {place: cleaning.swept(finding.environment_id, finding.region, finding.check_name)}
    rules = Rules("report", timedelta(0), most=0, percent=0, now=finding.last_seen, swept=swept)
    return against(candidate(finding), rules)


def review(choice: Choice) -> StepSpec:
    """The step that everything else needs; of what is not cleaned up it gets the first names only."""
    given: dict[str, Any] = {
        "clean": [each.as_json() for each in choice.clean],
        "mark": named(each.label for each in choice.mark),
        "left": named(f"{each.label}: {why}" for each, why in choice.left),
        "later": named(f"{each.label}: {why}" for each, why in choice.later),
        "counts": {name: len(getattr(choice, name)) for name in ("clean", "mark", "left", "later")},
    }
    return StepSpec(REVIEW, "review", input=given)


def named(texts: Iterable[str]) -> list[str]:
    """The first of them, and how many more there are."""
    every = list(texts)
    more = len(every) - LISTED
    return [*every[:LISTED], *([_("{n} more").format(n=more)] if more > 0 else [])]


def marking(check: str, region: str, every: Sequence[Target]) -> StepSpec:
    ids = [each.finding for each in every if (each.check, each.region) == (check, region)]
    given = {"check": check, "region": region, "findings": ids}
    return StepSpec(f"mark {check} {region}", "mark", needs=(REVIEW,), input=given)


def deletion(each: Target, limits: dict[str, Any]) -> StepSpec:
    """One resource; no other step changes it meanwhile."""
    return StepSpec(
        key=f"{each.finding} {each.resource[:LONGEST]}",
        action="clean",
        needs=(REVIEW,),
        locks=(f"{each.region}/{each.resource}"[:250],),
        input={"target": each.as_json(), "limits": limits},
        timeout=24 * 3600.0,
    )
