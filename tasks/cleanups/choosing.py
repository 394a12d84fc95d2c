"""What a run may clean up and mark, what it leaves out and why, and what is for the next time: a pure decision."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from opsportal.cleaning import Swept
from opsportal.words import gettext as _

from .target import Target, day, kept

Place = tuple[str, str]  # a check and a region


@dataclass(frozen=True)
class Candidate:
    """A finding that is not closed. `spared`: why its state, or its kind, leaves it alone.

    `marked_at`, `after`: None as long as it is not marked.
    """

    target: Target
    seen_at: datetime
    tags: Mapping[str, str] = field(default_factory=dict)
    marked_at: datetime | None = None
    after: str = ""
    spared: str = ""


@dataclass(frozen=True)
class Rules:
    """`most`: in a run; `percent`: of what a check's last sweeps judged, where `done` were cleaned up since.

    `busy`: an earlier run that still cleans up there, with which this one would be over the caps.
    """

    degree: str
    grace: timedelta
    most: int
    percent: int
    now: datetime
    swept: Mapping[Place, Swept]
    done: Mapping[str, int] = field(default_factory=dict)
    busy: int | None = None

    def allowed(self, check: str) -> int:
        """How many of this check may still be cleaned up."""
        looked = sum(swept.looked for (name, _region), swept in self.swept.items() if name == check)
        return max(looked * self.percent // 100 - self.done.get(check, 0), 0)


@dataclass
class Choice:
    clean: list[Target] = field(default_factory=list)
    mark: list[Target] = field(default_factory=list)
    left: list[tuple[Target, str]] = field(default_factory=list)
    later: list[tuple[Target, str]] = field(default_factory=list)


def choose(candidates: Iterable[Candidate], rules: Rules) -> Choice:
    """In the order given: what comes first is cleaned up first."""
    choice, counted = Choice(), Counter[str]()
    for candidate in candidates:
        target = candidate.target
        if why := against(candidate, rules):
            choice.left.append((target, why))
        elif candidate.marked_at is None:
            choice.mark.append(target)
        elif (why := too_early(candidate, rules)) or (why := over(target.check, counted, rules)):
            choice.later.append((target, why))
        else:
            counted[target.check] += 1
            choice.clean.append(target)
    return choice


def against(candidate: Candidate, rules: Rules) -> str:
    """Why it is neither marked nor cleaned up; empty: nothing stands against it."""
    swept = rules.swept[candidate.target.check, candidate.target.region]
    if swept.refused:
        return swept.refused
    if swept.began is None or candidate.seen_at < swept.began:
        return _("the last sweep did not see it")
    return candidate.spared or kept(candidate.tags)


def too_early(candidate: Candidate, rules: Rules) -> str:
    """What it still has to wait for; empty: it is due."""
    due = (candidate.marked_at or rules.now) + rules.grace
    after = max(day(candidate.after) or due.date(), due.date())
    if due > rules.now or after > rules.now.date():
        return _("not before {day}").format(day=after)
    if rules.degree == "mark":
        return _("this run only marks")
    return _("run {run} still cleans up").format(run=rules.busy) if rules.busy else ""


def over(check: str, counted: Mapping[str, int], rules: Rules) -> str:
    """Which cap it is over; empty: none."""
    if sum(counted.values()) >= rules.most:
        return _("at most {n} in a run").format(n=rules.most)
    if counted.get(check, 0) >= rules.allowed(check):
        return _("at most {percent} % of what the last sweep of {check} read").format(
            percent=rules.percent, check=check
        )
    return ""


def places(targets: Collection[Target]) -> list[Place]:
    """Where these are, each once."""
    return sorted({(each.check, each.region) for each in targets})
