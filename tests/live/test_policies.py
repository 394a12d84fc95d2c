"""Policies with real workers and real Beats: each time fires once, with Beat, with several of them and without."""

from datetime import timedelta

from django_celery_beat.models import PeriodicTask

from opsportal import clock, nudges
from opsportal.live.hints import broker
from opsportal.models import Firing, Policy
from tests import factories

from .conftest import ended, until


def due(seconds):
    """A policy that has been due for so long, also by Beat's own row of it."""
    made, now = factories.policy([factories.environment()], cron="0 */12 * * *"), clock.now()
    Policy.objects.update(next_due=now - timedelta(seconds=seconds))
    PeriodicTask.objects.update(last_run_at=now - timedelta(days=2))
    return made


def started():
    return Firing.objects.filter(status="started").first()


def test_without_beat_a_policy_fires(host):
    host.worker()
    due(9)
    assert ended(until(started).runs.get()).status == "succeeded"


def test_two_beats_and_any_number_of_nudges_fire_a_policy_once(host):
    made = due(0)
    host.beat()
    host.start(type(host.supervisor.parts["beat"])("beat-2", host.supervisor.parts["beat"].argv))
    until(lambda: broker().llen("engine"))
    nudges.fire([made.pk] * 3)
    for name in ("worker", "worker-2"):
        host.worker(name, processes=1)
    firing = until(started)
    assert ended(firing.runs.get()).status == "succeeded"
    assert (broker().llen("engine"), Firing.objects.get()) == (0, firing)
