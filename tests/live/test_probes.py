"""A web process asked how it is while what it stands on is away, and metrics that real workers count."""

import json
import socket
import time
import urllib.error
import urllib.request

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from opsportal.health import metrics, observing, pulses, tally
from opsportal.hosting import host as hosting
from opsportal.hosting import supervisor
from tests import factories

from .conftest import count, ended, until


def get(port, path):
    """Status, body and seconds."""
    begun = time.monotonic()
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
            status, body = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            status, body = error.code, error.read()
    return status, body.decode(), time.monotonic() - begun


@pytest.fixture
def web(host):
    """Starts a web process with this database; gives its port."""

    def start(database=None):
        port = hosting.free_port()
        part = supervisor.web("127.0.0.1", port, ready=lambda: listens(port))
        host.start(part, **({"DATABASE_URL": database} if database else {}))
        return port

    return start


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def hanging():
    """The address of a database that takes every connection and never says a word."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(64)
        yield f"postgres://nobody@127.0.0.1:{server.getsockname()[1]}/nothing"


def test_a_process_with_all_it_needs_is_ready(host, web):
    port = web()
    status, body, _ = get(port, "/readyz")
    assert (status, {name for name, check in json.loads(body)["checks"].items() if not check["ok"]}) == (200, set())


def test_who_asks_for_a_websocket_gets_the_page(web):
    port = web()
    until(lambda: get(port, "/livez")[0] == 200)
    with pytest.raises(InvalidStatus, match="200"), connect(f"ws://127.0.0.1:{port}/livez"):
        pass


def test_a_database_that_hangs_is_named_within_the_limit_and_the_process_lives(web, hanging):
    port = web(hanging)
    first, second = get(port, "/readyz"), get(port, "/readyz")
    assert (first[0], second[0]) == (503, 503)
    assert max(first[2], second[2]) < 2 * observing.LIMIT + 2
    told = json.loads(second[1])["checks"]
    assert not told["database"]["ok"]
    assert told["redis"]["ok"]
    assert get(port, "/livez")[:2] == (200, "ok\n")


def test_since_when_the_database_is_away_is_told(web):
    port = web(f"postgres://nobody@127.0.0.1:{hosting.free_port()}/nothing")
    away = lambda: json.loads(get(port, "/readyz")[1])["checks"]["database"]["away_seconds"]  # noqa: E731
    until(lambda: away() > 1)


def test_redis_away_leaves_the_process_ready_and_back_it_is_told_no_more(host, web):
    port = web()
    host.kill("valkey")
    until(lambda: not json.loads(get(port, "/readyz")[1])["checks"]["redis"]["ok"])
    assert get(port, "/readyz")[0] == 200
    host.valkey()
    until(lambda: json.loads(get(port, "/readyz")[1])["checks"]["redis"]["ok"])


def test_a_web_process_tells_of_its_streams(web):
    web()
    until(lambda: list(pulses.alive(pulses.PORTALS).values()) == [0])


def test_a_worker_is_counted_while_it_lives_and_forgotten_when_it_ends(host):
    host.worker(processes=2)
    until(lambda: list(pulses.alive(pulses.WORKERS).values()) == [2])
    host.terminate()
    assert pulses.alive(pulses.WORKERS) == {}


def test_how_long_steps_waited_and_what_was_taken_over_is_counted(host, tmp_path):
    host.worker()
    run = factories.start(
        {"a": [], "b": ["a"]},
        do={"a": "busy:4"},
        folder=str(tmp_path),
        environment=factories.environment(name="counted"),
    )
    until(lambda: count(tmp_path, "a.run"))
    host.kill_child(int((tmp_path / "a.run").read_text().split()[0]))
    assert ended(run).status == "succeeded"
    until(lambda: series("opsportal_takeovers_total") >= 1)
    until(lambda: series("opsportal_step_wait_seconds_count") >= 1)
    assert series('opsportal_runs_ended_last_hour{environment="counted",status="succeeded"}') == 1


def test_calls_to_aws_are_counted_by_service_and_outcome(host, account):
    host.worker()
    account.deploy()
    until(lambda: series('opsportal_aws_calls_total{outcome="ok",service="sts"}') >= 1)


def test_what_is_counted_while_redis_is_away_is_added_when_it_is_back(host):
    host.kill("valkey")
    tally.aws_call("of this test", "ok")  # what tests before have counted is kept as well
    tally.flush()
    host.valkey()
    until(lambda: tally.totals().get("aws_calls of this test ok") == 1)


def series(name):
    """The value of a series as Prometheus would read it; 0 when it is not there."""
    lines = dict(line.rsplit(" ", 1) for line in metrics.text().decode().splitlines() if not line.startswith("#"))
    return float(lines.get(name, 0))
