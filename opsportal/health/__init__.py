"""What is wrong with opsportal itself, told from what was observed: pure, so that pages and alarms say the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

from ..words import gettext as _
from ..words import ngettext

PUMP_SILENT = 30.0  # all in seconds
BEAT_SILENT = 60.0
QUEUE_OLD = 60.0
POLICY_LATE = 300.0
NOTICE_OLD = 600.0
SLACK_SILENT = 120.0
DATABASE_SLOW = 0.5
CLOCK_APART = 2.0

CRITICAL, WARNING = "critical", "warning"
SEVERITY = {
    "database": CRITICAL,
    "migrations": CRITICAL,
    "redis": CRITICAL,
    "workers": CRITICAL,
    "pump": CRITICAL,
    "queue": WARNING,
    "beat": WARNING,
    "database_slow": WARNING,
    "clock": WARNING,
    "policies": WARNING,
    "notices": WARNING,
    "slack": WARNING,
    "slack_refused": WARNING,
}


@dataclass(frozen=True)
class Facts:
    """What was observed. None: not known, for what would tell is away.

    `database` and `redis`: seconds of a round trip. `migrations`: how many are missing. `workers`: how many are alive.
    `pump`, `beat`: seconds since the last sign, inf: there was never one. `due`, `queued`: seconds that the oldest step
    has waited for a worker or for its locks. `apart`: seconds between this process's clock and the database's.
    `policies`: seconds that the policy which is due longest has waited to fire. `notices`: seconds that the oldest
    notice has waited to be delivered. `slack`: seconds since Slack was last reached, None also where no environment has
    a channel. `refused`: how many messages Slack has refused for ten minutes and more.
    """

    database: float | None = None
    migrations: int | None = None
    redis: float | None = None
    workers: int | None = None
    pump: float | None = None
    beat: float | None = None
    due: float | None = None
    queued: float | None = None
    apart: float | None = None
    policies: float | None = None
    notices: float | None = None
    slack: float | None = None
    refused: int | None = None


@dataclass(frozen=True)
class Ill:
    """One thing that is wrong: a name for machines, a sentence, and what to do about it."""

    what: str
    text: str
    cure: str

    @property
    def severity(self) -> str:
        return SEVERITY[self.what]


def ills(facts: Facts) -> list[Ill]:
    """What is wrong, the worst first; nothing follows from what is not known but that its source is away."""
    found = [*of_the_stores(facts), *of_the_work(facts), *of_the_clocks(facts)]
    return sorted(found, key=lambda ill: ill.severity != CRITICAL)


def of_the_stores(facts: Facts) -> Iterator[Ill]:
    if facts.database is None:
        cure = _("Check that it runs and that DATABASE_URL leads to it. No step is claimed until it is back.")
        yield Ill("database", _("The database does not answer."), cure)
    elif facts.database > DATABASE_SLOW:
        text = _("The database took {n} s to answer.").format(n=f"{facts.database:.1f}")
        yield Ill("database_slow", text, _("Look into its load, its disk and the network to it."))
    if facts.migrations:
        text = ngettext("{n} migration is missing.", "{n} migrations are missing.", facts.migrations)
        yield Ill("migrations", text.format(n=facts.migrations), _("Run: manage.py migrate"))
    if facts.redis is None:
        cure = _(
            "Check that it runs and that REDIS_URL leads to it. Runs stand still until it is back; nothing is lost."
        )
        yield Ill("redis", _("Redis does not answer."), cure)


def of_the_work(facts: Facts) -> Iterator[Ill]:
    if facts.workers == 0:
        yield Ill("workers", _("No worker is alive."), _("Start one: manage.py up, or celery -A config worker."))
    if facts.pump is not None and facts.pump > PUMP_SILENT:
        cure = _("It runs in every worker: start one, or look into the workers' logs.")
        yield Ill("pump", silent(_("The pump"), facts.pump), cure)
    if facts.beat is not None and facts.beat > BEAT_SILENT:
        cure = _("Start it: manage.py up, or celery -A config beat. Runs go on without it.")
        yield Ill("beat", silent(_("Beat"), facts.beat), cure)
    if facts.due is not None and facts.due > QUEUE_OLD:
        text = _("A step has been due for {n} s and no worker has taken it.").format(n=round(facts.due))
        yield Ill("queue", text, _("Start more workers, or find out from their logs what keeps them."))
    if facts.policies is not None and facts.policies > POLICY_LATE:
        text = _("A policy has been due for {n} min and nothing has fired it.").format(n=int(facts.policies / 60))
        cure = _("See which one under Policies. Are workers running, and do their hosts know its time zone?")
        yield Ill("policies", text, cure)
    if facts.notices is not None and facts.notices > NOTICE_OLD:
        text = _("A notice has waited for {n} min to be delivered.").format(n=int(facts.notices / 60))
        yield Ill("notices", text, _("See under Notices why: is the mail server away, or a receiver?"))
    if facts.slack is not None and facts.slack > SLACK_SILENT:
        cure = _("Does manage.py slackbot run? Its log says why Slack is not reached. What was not told is told then.")
        yield Ill("slack", silent(_("Slack"), facts.slack), cure)
    elif facts.refused:
        text = ngettext("Slack refuses {n} message.", "Slack refuses {n} messages.", facts.refused)
        cure = _("Is the bot in the channel of each environment, and is none archived? manage.py doctor asks Slack.")
        yield Ill("slack_refused", text.format(n=facts.refused), cure)


def silent(name: str, seconds: float) -> str:
    if seconds == inf:
        return _("{name} was never seen.").format(name=name)
    return _("{name} was last seen {n} s ago.").format(name=name, n=round(seconds))


def of_the_clocks(facts: Facts) -> Iterator[Ill]:
    if facts.apart is not None and abs(facts.apart) > CLOCK_APART:
        text = _("This host's clock is {n} s from the database's.").format(n=f"{abs(facts.apart):.1f}")
        yield Ill("clock", text, _("Let NTP (chrony) set this host's clock."))
