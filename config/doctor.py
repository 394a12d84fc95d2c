"""What ails this installation: each check says what it found and, when something is wrong, the cure."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

import redis
from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from kombu.exceptions import OperationalError

from opsportal import clock
from opsportal.errors import OpsError
from opsportal.health import BEAT_SILENT, CLOCK_APART, PUMP_SILENT, QUEUE_OLD, observing
from opsportal.models import Heartbeat
from opsportal.slack import standing
from opsportal.words import gettext as _
from opsportal.words import ngettext
from tasks.aws import workers

# AWS docs: Amazon ElastiCache User Guide, Finding connection endpoints.
SERVERLESS = re.compile(r"\.serverless\.[a-z0-9-]+\.cache\.amazonaws\.com(\.cn)?$")
CLUSTER = (redis.exceptions.ClusterError, redis.exceptions.ClusterCrossSlotError, redis.exceptions.AskError)


@dataclass(frozen=True)
class Finding:
    """What one check found; `cure` is empty when all is well. `what` is the check's name in docs/operate.md."""

    what: str
    found: str
    cure: str = ""


def examine() -> list[Finding]:
    """Every check, each on its own: what one finds never keeps another from looking."""
    return [check() for check in CHECKS]


def database() -> Finding:
    """Whether the database answers and has the tables of this release."""
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        cure = _("Check DATABASE_URL, and that the database runs and lets you in.")
        return Finding("database", str(error), cure)
    if missing:
        text = ngettext("{n} migration is missing", "{n} migrations are missing", len(missing))
        return Finding("database", text.format(n=len(missing)), _("Run: manage.py migrate"))
    return Finding("database", _("{engine}, up to date").format(engine=connection.vendor))


def broker() -> Finding:
    """Whether Redis answers, keeps all keys in one place, and may be trusted with a queue."""
    if SERVERLESS.search(urlsplit(settings.BROKER).hostname or ""):
        return Finding("broker", _("This is ElastiCache Serverless, which is always a cluster."), one_place())
    try:
        with redis.Redis.from_url(settings.BROKER, socket_timeout=3, socket_connect_timeout=3) as server:
            info = server.info()
            if info.get("cluster_enabled") or spread(server):
                return Finding("broker", _("This Redis runs in cluster mode."), one_place())
    except redis.RedisError as error:
        cure = _("Check REDIS_URL; without it, manage.py up starts an embedded Valkey.")
        return Finding("broker", str(error), cure)
    if info.get("role") == "slave":
        cure = _("Put the address of the primary into REDIS_URL (ElastiCache: the primary endpoint).")
        return Finding("broker", _("This Redis is a replica."), cure)
    if info.get("maxmemory_policy", "noeviction") != "noeviction":
        text = _("maxmemory-policy is {policy}").format(policy=info["maxmemory_policy"])
        return Finding("broker", text, _("Set maxmemory-policy to noeviction."))
    server_name = f"{info.get('server_name', 'redis')} {info.get('redis_version', '')}"
    return Finding("broker", _("{server} answers").format(server=server_name))


def spread(server: "redis.Redis") -> bool:
    """Whether keys live in several places: a cluster behind a proxy may not say so, but refuses two keys at once."""
    try:
        server.exists("opsportal:one", "opsportal:other")
    except CLUSTER:
        return True
    return False


def one_place() -> str:
    return _(
        "Celery's queues need all keys in one place. Take a Redis or Valkey with one primary and cluster mode disabled "
        "(ElastiCache: a node-based cluster made so), and put its primary endpoint into REDIS_URL."
    )


def worker() -> Finding:
    """Whether a worker answers a ping."""
    try:
        with current_app.connection_for_write() as connection:  # of its own: an old one says nothing about new ones
            answers = current_app.control.ping(timeout=1.5, connection=connection)
    except (OSError, OperationalError, redis.RedisError) as error:
        return Finding("workers", _("can't be asked: {why}").format(why=error), _("Mend the broker first."))
    names = sorted(name for answer in answers for name in answer)
    if not names:
        cure = _("Start one: manage.py up, or celery -A config worker.")
        return Finding("workers", _("none answers"), cure)
    return Finding("workers", ", ".join(names))


def pump() -> Finding:
    return pulse("pump", PUMP_SILENT, _("It runs in every worker: start one, or look into the workers' logs."))


def beat() -> Finding:
    return pulse("beat", BEAT_SILENT, _("Start it: manage.py up, or celery -A config beat. Runs go on without it."))


def queue() -> Finding:
    """How long the oldest step that is due has waited for a worker."""
    try:
        due = round(observing.work().due)
    except DatabaseError:
        return Finding("queue", _("not known"), _("Mend the database first."))
    text = _("a step has been due for {n} s").format(n=due) if due else _("nothing waits for a worker")
    cure = _("Start more workers, or find out from their logs what keeps them.")
    return Finding("queue", text, cure if due > QUEUE_OLD else "")


def pulse(name: str, silent: float, cure: str) -> Finding:
    """When this part was last heard of, by the database's clock."""
    try:
        last = Heartbeat.objects.filter(name=name).values_list("at", flat=True).first()
        age = clock.now() - last if last else None
    except DatabaseError:
        return Finding(name, _("not known"), _("Mend the database first."))
    if age is None:
        return Finding(name, _("never seen"), cure)
    text = _("last seen {n} s ago").format(n=round(age.total_seconds()))
    return Finding(name, text, cure if age.total_seconds() > silent else "")


def clocks() -> Finding:
    """How far this host's clock is from the database's."""
    try:
        apart = abs(clock.now() - datetime.now(UTC))
    except DatabaseError:
        return Finding("clock", _("not known"), _("Mend the database first."))
    text = _("{n} s from the database's").format(n=f"{apart.total_seconds():.1f}")
    cure = _("Let NTP (chrony) set this host's clock.")
    return Finding("clock", text, cure if apart.total_seconds() > CLOCK_APART else "")


def credentials() -> Finding:
    """Whether the workers' own credentials are good; each environment has its own test in the portal."""
    try:
        return Finding("AWS credentials", workers.identity(settings.AWS_ENDPOINT))
    except OpsError as error:
        cure = _("Give this host an instance or task role, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.")
        return Finding("AWS credentials", error.message, cure)


def slack() -> Finding:
    """Whether Slack knows us and the bot is in every channel; without a token there is nothing to check."""
    try:
        return Finding("Slack", standing.check() or _("not used: SLACK_BOT_TOKEN is empty"))
    except DatabaseError:
        return Finding("Slack", _("not known"), _("Mend the database first."))
    except OpsError as error:
        return Finding("Slack", error.message, _("docs/slack.md tells which tokens, scopes and channels it needs."))


CHECKS: tuple[Callable[[], Finding], ...] = (
    database,
    broker,
    worker,
    pump,
    beat,
    queue,
    clocks,
    credentials,
    slack,
)
