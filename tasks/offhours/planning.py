"""The graph of a run: a step that says and asks what is done, and behind it each stop and each start."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from opsportal.catalog import StepSpec
from opsportal.words import gettext as _
from tasks.cleanups.planning import named, regions

from . import known
from .deciding import Facts, Subject, Verb, Verdict, decide
from .known import Ctx

REVIEW = "review"


@dataclass
class Choice:
    """`fine`: how many are as their hours want them; `looked`: how many were read, tagged or not."""

    act: list[tuple[Subject, Verb]] = field(default_factory=list)
    left: list[tuple[Subject, str]] = field(default_factory=list)
    later: list[tuple[Subject, str]] = field(default_factory=list)
    fine: int = 0
    looked: int = 0


def specs(ctx: Ctx) -> list[StepSpec]:
    """Read everything, decide, and make a step of each change. Raises Invalid, Denied, TryLater."""
    rules, found = known.rules(ctx), list(every(ctx))
    judged = [(each, decide(each, rules, ctx.now)) for each in found]
    tagged = [(each, verdict) for each, verdict in judged if rules.tag in each.tags or verdict.why]
    choice = choose(tagged, len(found), ctx.params.max_changes, ctx.params.max_percent)
    acts = choice.act if ctx.params.degree == "act" else []
    return [review(choice), *(changing(subject, verb) for subject, verb in acts)]


def every(ctx: Ctx) -> Iterable[Facts]:
    """What there is in its regions: instances first, for they are quicker."""
    for service in known.SERVICES.values():
        for region in regions(ctx):
            yield from service.every(ctx.aws, region, ctx.params.tag)


def choose(judged: Iterable[tuple[Facts, Verdict]], looked: int, most: int, percent: int) -> Choice:
    """Starts first, for people wait for them; what is over a cap is for the next time."""
    choice, share = Choice(looked=looked), looked * percent // 100
    for facts, verdict in sorted(judged, key=lambda each: each[1].verb != "start"):
        if verdict.verb is None and verdict.why:
            choice.left.append((facts.subject, verdict.why))
        elif verdict.verb is None:
            choice.fine += 1
        elif why := over(len(choice.act), most, share, percent):
            choice.later.append((facts.subject, why))
        else:
            choice.act.append((facts.subject, verdict.verb))
    return choice


def over(count: int, most: int, share: int, percent: int) -> str:
    """Which cap one more would be over; empty: none."""
    if count >= most:
        return _("at most {n} in a run").format(n=most)
    return _("at most {percent} % of what was read").format(percent=percent) if count >= share else ""


def review(choice: Choice) -> StepSpec:
    """The step that everything else needs; of what is left out it gets the first names only."""
    given: dict[str, Any] = {
        "start": [placed(subject) for subject, verb in choice.act if verb == "start"],
        "stop": [placed(subject) for subject, verb in choice.act if verb == "stop"],
        "left": named(f"{placed(subject)}: {why}" for subject, why in choice.left),
        "later": named(f"{placed(subject)}: {why}" for subject, why in choice.later),
    }
    counts = {name: len(given[name]) for name in ("start", "stop")}
    counts |= {"left": len(choice.left), "later": len(choice.later), "fine": choice.fine, "looked": choice.looked}
    return StepSpec(REVIEW, "review", input=given | {"counts": counts})


def placed(subject: Subject) -> str:
    return f"{subject.region} {subject.label}"


def changing(subject: Subject, verb: Verb) -> StepSpec:
    """One of them; no other step changes it meanwhile."""
    return StepSpec(
        key=f"{verb} {subject.region} {subject.id}",
        action="change",
        needs=(REVIEW,),
        locks=(f"{subject.region}/{subject.id}",),
        input={"subject": subject.as_json(), "verb": verb},
        timeout=known.SERVICES[subject.kind].timeout,
    )
