"""/metrics in Prometheus' text format, computed when it is read, by a fixed number of queries."""

import secrets
from collections.abc import Iterable, Iterator
from math import isinf

from django.conf import settings
from django.http import HttpRequest
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from ..web import addresses
from . import SEVERITY, Facts, ills, observing, tally

CONTENT_TYPE = CONTENT_TYPE_LATEST


def allowed(request: HttpRequest) -> bool:
    """Whether the request carries METRICS_TOKEN; without one it has to come from this host itself."""
    if not settings.METRICS_TOKEN:
        return addresses.local(request)
    expected = f"Bearer {settings.METRICS_TOKEN}".encode()
    return secrets.compare_digest(request.headers.get("Authorization", "").encode(), expected)


def text() -> bytes:
    """What there is to tell at this moment. What is away within its time limit leaves its metrics out."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Collected())
    return generate_latest(registry)


class Collected(Collector):
    """All metrics, in the shape that prometheus-client asks for."""

    def collect(self) -> Iterator[Metric]:
        observing.RUNS.begin()
        facts = observing.facts()
        yield from of_the_tool(facts)
        yield from of_runs(observing.RUNS.seen())
        yield from of_redis(observing.STORE.seen())


def of_the_tool(facts: Facts) -> Iterator[Metric]:
    """How opsportal itself is; one series for each ill there may be, 1 while it lasts."""
    named = {
        "database_seconds": ("A round trip to the database.", facts.database),
        "redis_seconds": ("A round trip to Redis.", facts.redis),
        "migrations_missing": ("Migrations of this release that the database does not have.", facts.migrations),
        "workers": ("Workers heard of in the last 20 s.", facts.workers),
        "pump_age_seconds": ("Since the pump was last at work.", facts.pump),
        "beat_age_seconds": ("Since Beat was last at work.", facts.beat),
        "oldest_due_seconds": ("How long the oldest due step has waited for a worker.", facts.due),
        "oldest_queued_seconds": ("How long the oldest queued step has waited for its locks.", facts.queued),
        "policy_overdue_seconds": ("How long the policy that is due longest has waited to fire.", facts.policies),
        "oldest_notice_seconds": ("How long the oldest notice has waited to be delivered.", facts.notices),
        "slack_age_seconds": ("Since all was told in Slack.", facts.slack),
        "slack_refused_messages": ("Refused by Slack for ten minutes and more.", facts.refused),
        "clock_ahead_seconds": ("This host's clock, ahead of the database's.", facts.apart),
    }
    for name, (help, value) in named.items():
        if value is not None and not isinf(value):
            yield GaugeMetricFamily(f"opsportal_{name}", help, value)
    present = {ill.what for ill in ills(facts)}
    series = {(what, severity): what in present for what, severity in SEVERITY.items()}
    yield gauges("ill", "What is wrong with opsportal itself.", ("what", "severity"), series.items())


def of_runs(numbers: "tuple[observing.Numbers, observing.Numbers] | None") -> Iterator[Metric]:
    if numbers is None:
        return
    names = ("status", "environment")
    yield gauges("runs_open", "Runs that have not ended.", names, numbers[0].items())
    yield gauges("runs_ended_last_hour", "Runs that have ended in the last hour.", names, numbers[1].items())


def of_redis(store: observing.Store | None) -> Iterator[Metric]:
    """Who is alive, and what all processes have counted since Redis was last emptied."""
    if store is None:
        return
    portals = (((name,), n) for name, n in store.portals.items())
    yield gauges("stream_clients", "Browsers that a web process streams to.", ("process",), portals)
    calls = CounterMetricFamily("opsportal_aws_calls", "Requests to AWS.", labels=("service", "outcome"))
    for name, n in store.totals.items():
        if name.startswith(tally.AWS_CALLS):
            calls.add_metric(name.split()[1:], n)
    yield calls
    yield CounterMetricFamily("opsportal_takeovers", "Leases taken over.", store.totals.get(tally.TAKEOVERS, 0))
    yield waits(store.totals)


def waits(totals: dict[str, int]) -> Metric:
    """How long steps waited from due to claimed."""
    buckets, below = [], 0
    for bound in (*map(str, tally.BOUNDS), tally.UNBOUND):
        below += totals.get(f"{tally.WAITS} {bound}", 0)
        buckets.append((bound, float(below)))
    help = "From the time a step was due until a worker took it."
    return HistogramMetricFamily("opsportal_step_wait_seconds", help, buckets, totals.get(tally.WAITED, 0) / 1000)


def gauges(
    name: str, help: str, labels: tuple[str, ...], series: Iterable[tuple[tuple[str, ...], float]]
) -> GaugeMetricFamily:
    found = GaugeMetricFamily(f"opsportal_{name}", help, labels=labels)
    for values, n in series:
        found.add_metric(values, n)
    return found
