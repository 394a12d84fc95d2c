"""The database starts again under everything: its sessions end at once, which takes no rights over the server."""

import urllib.request

from tests import factories, sessions
from tests.engine.conftest import numbers
from tests.live.aws import cookie, portal
from tests.live.conftest import ended, until

TIMES = 5


def test_runs_go_on_when_the_database_starts_again(host, tmp_path):
    host.worker()
    do = {"a": "busy:2", "b": "talk:3", "c": "wait:5,0.3", "e": "change"}
    run = factories.start({"a": [], "b": [], "c": [], "d": ["a", "b", "c"], "e": ["d"]}, do=do, folder=str(tmp_path))
    for _ in range(TIMES):
        until(sessions.others)
        sessions.end_all()
    assert ended(run).status == "succeeded"
    assert numbers(run) == list(range(1, run.events + 1))


def test_the_portal_answers_the_first_request_after_it(host):
    url = portal(host)
    headers = {"Cookie": cookie(factories.user())}
    for _ in range(TIMES):
        page = urllib.request.Request(f"{url}/admin/opsportal/run/", headers=headers)
        with urllib.request.urlopen(page, timeout=30) as answer:
            assert answer.status == 200
        sessions.end_all()
