"""A web process needs as many connections as it answers requests at once, and none for a stream that flows."""

import http.client
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from django.db import connection

from opsportal.web.threads import MOST
from tests import factories
from tests.live.aws import cookie, portal
from tests.live.conftest import until

STREAMS, REQUESTS = 60, 200
COUNT = {
    "postgresql": "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()",
    "mysql": "SELECT count(*) FROM information_schema.processlist WHERE db = DATABASE()",
}


def connections():
    with connection.cursor() as cursor:
        cursor.execute(COUNT[connection.vendor])
        return cursor.fetchone()[0]


def opened(url, path, login):
    line = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    line.request("GET", path, headers={"Cookie": login})
    return line, line.getresponse()


def test_neither_streams_nor_requests_leave_connections_behind(host):
    url, login = portal(host), cookie(factories.user())
    run = factories.run()
    before = connections()
    streams = [opened(url, f"/runs/{run.pk}/stream", login) for _ in range(STREAMS)]
    assert {answer.readline() for _, answer in streams} == {b"event: beat\n"}
    with ThreadPoolExecutor(40) as threads:
        answers = list(threads.map(lambda _: opened(url, f"/runs/{run.pk}/lines", login), range(REQUESTS)))
    assert {answer.status for _, answer in answers} == {200}
    until(lambda: connections() - before <= MOST + 2, seconds=5)  # and that of the live view, and a moment's
    for line, _ in [*streams, *answers]:
        line.close()
