"""Whether something is stopped, started or left alone: a pure decision by what AWS says of it and its hours."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

from opsportal.errors import Invalid
from opsportal.words import gettext as _
from tasks.cleanups import target

from . import hours
from .hours import Holiday

STOPPED = "opsportal:stopped"  # its tag: when opsportal stopped it, ISO 8601
DEFAULT = frozenset({"", "default"})  # values of the tag that mean the parameter's hours
DELETIONS = frozenset({"do-not-delete"})  # tags that speak of deletions only

Kind = Literal["ec2", "rds"]
Verb = Literal["start", "stop"]
OTHER: Mapping[Verb, Verb] = {"start": "stop", "stop": "start"}
WANTED: Mapping[Verb, str] = {"start": "running", "stop": "stopped"}


@dataclass(frozen=True)
class Subject:
    """An instance or a database. `arn`: what RDS tags by."""

    kind: Kind
    region: str
    id: str
    name: str = ""
    arn: str = ""

    @property
    def label(self) -> str:
        return f"{self.id} ({self.name})" if self.name else self.id

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Facts:
    """What AWS says of it now. `state`: running, stopped, or AWS's own word for what is neither.

    `started`: when last, None: not known. `by_aws`: that start was AWS's own, after seven days. `bound`: why it is not
    stopped one by one, empty: it may be. `reason`: of its state, in AWS's words.
    """

    subject: Subject
    state: str
    tags: Mapping[str, str] = field(default_factory=dict)
    started: datetime | None = None
    by_aws: bool = False
    bound: str = ""
    reason: str = ""

    @property
    def stopped_by_us(self) -> datetime | None:
        """When opsportal stopped it, by its tag; None: it did not, or somebody has started it since."""
        try:
            at = datetime.fromisoformat(self.tags.get(STOPPED, ""))
        except ValueError:
            return None
        return at if at.tzinfo and (self.started is None or self.started <= at) else None


@dataclass(frozen=True)
class Rules:
    """`hours`: of what is tagged without hours of its own. `exempt`: why a finding's state lets it run, by its id."""

    tag: str
    hours: str
    zone: str
    holiday: Holiday
    exempt: Mapping[tuple[str, str], str] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """`verb` None: it is left alone; `why` then, empty where it is as its hours want it."""

    verb: Verb | None = None
    why: str = ""


AS_WANTED = Verdict()


def decide(facts: Facts, rules: Rules, at: datetime) -> Verdict:
    """What is to be done with it at this moment."""
    if rules.tag not in facts.tags:
        return without_hours(facts, rules)
    if why := kept(facts.tags):
        return Verdict(why=why)
    try:
        known = hours.parsed(said(facts, rules), rules.zone)
    except Invalid as error:
        return Verdict(why=_("its tag {tag}: {why}").format(tag=rules.tag, why=error.message.rstrip(".")))
    if known.always:
        return AS_WANTED
    now = hours.now(known, at, rules.holiday)
    return within(facts) if now.running else outside(facts, rules, now.since)


def without_hours(facts: Facts, rules: Rules) -> Verdict:
    """Its tag was taken away: what opsportal has stopped is a person's again."""
    if facts.state == "stopped" and facts.stopped_by_us:
        return Verdict(why=_("it has lost its tag {tag}, so nobody starts it").format(tag=rules.tag))
    return AS_WANTED


def kept(tags: Mapping[str, str]) -> str:
    """That it is tagged to be left alone; empty: it is not."""
    return target.kept({name: value for name, value in tags.items() if name.casefold() not in DELETIONS})


def said(facts: Facts, rules: Rules) -> str:
    """The hours that count for it."""
    value = " ".join(facts.tags[rules.tag].split())
    return rules.hours if value.lower() in DEFAULT else value


def within(facts: Facts) -> Verdict:
    """In its hours: what opsportal has stopped is started, what a person stopped stays so."""
    if facts.state == "running":
        return AS_WANTED
    if facts.state != "stopped":
        return Verdict(why=_("it is {state}").format(state=facts.state))
    return Verdict("start") if facts.stopped_by_us else Verdict(why=_("somebody else has stopped it"))


def outside(facts: Facts, rules: Rules, since: datetime) -> Verdict:
    """Outside of its hours: it is stopped, unless a person has started it after they were over, or wants it to run."""
    if facts.state == "stopped":
        return AS_WANTED
    if facts.state != "running":
        return Verdict(why=_("it is {state}").format(state=facts.state))
    if why := rules.exempt.get((facts.subject.region, facts.subject.id), "") or facts.bound:
        return Verdict(why=why)
    if facts.started and facts.started >= since and not facts.by_aws:
        return Verdict(why=_("somebody has started it since its hours were over"))
    return Verdict("stop")
