"""Looks for what costs money for nothing, is about to fail, or lies open: the checks you choose, in all regions.

Each region is a step. What its checks need is read once, up to ten calls at a time within the account's budget, and
kept until the step is over: after a crash or a throttled call it goes on from the last page. What a check finds
becomes a finding or is seen again; what is no longer true is closed, but only by a check that has read all it needed.
A read that AWS refuses is told with the permission that is missing, and stops no other check; where not one check could
be made, the step fails.

A sweep changes nothing. Where a policy may mark or clean up, its sweep starts the run that does once all regions were
swept. **Cancel** just stops it. **Retry** reads afresh.
"""

from collections.abc import Sequence

from opsportal import checks, followups
from opsportal.catalog import Action, Runbook, StepSpec
from opsportal.contexts import Context, Done, Outcome
from opsportal.errors import Invalid
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps import sweep as region
from tasks.sweeps.params import Params

LOOK = 3600  # seconds one look may take
TIMEOUT = 6 * 3600.0
AFTER = "clean-up"  # the step that no region is called like


def plan(ctx: Context[Params]) -> Sequence[StepSpec]:
    """One step a region, and one that starts what a policy wants. Raises Invalid for a region of no such name."""
    chosen = list(dict.fromkeys(ctx.params.regions)) or list(ctx.environment.regions)
    if foreign := [each for each in chosen if each not in ctx.environment.regions]:
        text = _("{environment} has no region {regions}: it has {known}.")
        names = {"regions": ", ".join(foreign), "known": ", ".join(ctx.environment.regions)}
        raise Invalid(text.format(environment=ctx.environment.name, **names), "regions")
    regions = [StepSpec(each, "sweep", input={"region": each}, timeout=TIMEOUT) for each in chosen]
    after = [StepSpec(AFTER, "follow", needs=tuple(chosen))] if followups.follows(ctx.run_id) else []
    return [*regions, *after]


def sweep(ctx: Context[Params]) -> Outcome:
    """One look at one region."""
    return region.sweep(ctx)


def follow(ctx: Context[Params]) -> Outcome:
    """Every region was swept: start the clean-up that the policy allows, a run of its own. Raises Refused, Invalid."""
    run = followups.start(ctx.run_id)
    if run is None:
        ctx.say(_("The policy wants no clean-up any more."))
        return Done(unchanged=True)
    ctx.say(_("Run {run} cleans up.").format(run=run.pk))
    return Done({"run": run.pk})


RUNBOOK = Runbook(
    name="sweep",
    title=gettext_noop("Sweep"),
    summary=gettext_noop("Run checks on an environment and keep what they find."),
    params=Params,
    plan=plan,
    actions={"sweep": Action(run=sweep, cancel=region.stop, queue="long", limit=LOOK), "follow": Action(run=follow)},
    permissions=checks.permissions,
    guide=__doc__ or "",
    changes=False,
)
