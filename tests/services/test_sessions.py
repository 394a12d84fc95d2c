"""What a session with a server has to be like, however the server is set up."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DataError, connection, transaction

from opsportal import claims, clock
from opsportal.models import Heartbeat
from tests import factories, sessions
from tests.live.conftest import ended

pytestmark = pytest.mark.django_db(transaction=True)

ELSEWHERE = {
    "postgresql": "ALTER DATABASE {name} SET timezone TO 'America/Los_Angeles'",
    "mysql": "SET time_zone = '-07:00'",  # on top of ours: the server's own is one for all of its databases
}
HOME = {"postgresql": "ALTER DATABASE {name} RESET timezone", "mysql": "SET time_zone = '+00:00'"}
ZONE = {"postgresql": "SHOW timezone", "mysql": "SELECT @@session.time_zone"}
UTC_NAMES = ("UTC", "+00:00")
HOUR = timedelta(hours=1)


def run_sql(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql.format(name=connection.ops.quote_name(connection.settings_dict["NAME"])))
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def elsewhere():
    """A database whose server, or whose session, keeps the time of Los Angeles."""
    run_sql(ELSEWHERE[connection.vendor])
    if connection.vendor == "postgresql":
        connection.close()
    yield
    run_sql(HOME[connection.vendor])


def test_every_session_is_in_utc():
    assert run_sql(ZONE[connection.vendor])[0][0] in UTC_NAMES


def test_another_time_zone_of_the_server_shifts_nothing(elsewhere):
    now = clock.now()
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=2)
    run = factories.run(created_at=now)
    due = factories.step(run, "due", status="due", wake_at=now)
    later = factories.step(run, "later", status="due", wake_at=now + HOUR)
    assert claims.claim(due.pk)
    assert claims.claim(later.pk) is None
    connection.close()
    run.refresh_from_db()
    assert run.created_at == now


def test_a_transaction_sees_what_others_have_committed():
    Heartbeat.objects.create(name="a", at=clock.now())

    def change():
        Heartbeat.objects.filter(name="a").update(detail="changed")
        connection.close()

    with transaction.atomic():
        assert Heartbeat.objects.get(name="a").detail == ""
        other = threading.Thread(target=change)
        other.start()
        other.join()
        assert Heartbeat.objects.get(name="a").detail == "changed"


def test_a_text_that_is_too_long_is_refused_and_not_cut_off():
    with pytest.raises(DataError):
        Heartbeat.objects.create(name="a" * 101, at=clock.now())


def test_a_worker_keeps_its_session_from_task_to_task(host, tmp_path):
    """And one of the thread that keeps a step which takes long, as the first one does here."""
    already = sessions.others()
    host.worker(processes=1)
    ended(factories.start({"a": []}, do={"a": "busy:1"}, folder=str(tmp_path)))
    before = sessions.others() - already
    ended(factories.start({f"s{n}": [] for n in range(10)}))
    assert sessions.others() - already == before
    assert len(before) == 2
