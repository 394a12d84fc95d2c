"""One portal and one worker for all of these tests; each finds the database empty and nothing at work."""

import pytest

from opsportal.models import Step
from tests.live import programs
from tests.live.conftest import fresh, until

KEPT = {"valkey", "worker", "web"}


@pytest.fixture(scope="package")
def running(django_db_setup, django_db_blocker):
    """The host and its portal."""
    with django_db_blocker.unblock(), fresh() as host:
        portal = programs.Portal(host)
        host.worker()
        yield host, portal


@pytest.fixture
def host(running, transactional_db):
    host = running[0]
    yield host
    for name in host.supervisor.running.keys() - KEPT:
        host.kill(name)
    until(lambda: not Step.objects.filter(status__in=("queued", "due", "running")).exists())


@pytest.fixture
def portal(host, running):
    return running[1]
