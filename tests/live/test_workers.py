"""Real workers: what happens when one is killed, starved or doubled."""

import json
import signal
import subprocess
import sys
import time

import psutil
import pytest

from opsportal import runs
from opsportal.live.hints import broker
from opsportal.models import Step
from tests import factories
from tests.engine.conftest import numbers, statuses, texts

from .conftest import SERVICE, count, ended, until

CHAIN = {"a": [], "b": ["a"], "c": ["b"]}


def test_a_run_goes_through_real_workers(host, tmp_path):
    host.worker()
    run = ended(factories.start({**CHAIN, "d": ["a"]}, folder=str(tmp_path)))
    assert run.status == "succeeded"
    assert [count(tmp_path, f"{key}.run") for key in "abcd"] == [1, 1, 1, 1]


def test_a_killed_child_is_replaced_and_its_step_taken_over(host, tmp_path):
    host.worker()
    run = factories.start({"a": []}, do={"a": "busy:4"}, folder=str(tmp_path))
    until(lambda: count(tmp_path, "a.run"))
    host.kill_child(int((tmp_path / "a.run").read_text().split()[0]))
    assert ended(run).status == "succeeded"
    assert numbers(run) == list(range(1, run.events + 1))


def test_a_killed_worker_is_replaced_by_another_one(host, tmp_path):
    host.worker()
    run = factories.start({"a": [], "b": ["a"]}, do={"a": "busy:4"}, folder=str(tmp_path))
    until(lambda: count(tmp_path, "a.run"))
    host.kill("worker")
    host.worker("second")
    assert ended(run).status == "succeeded"


def test_losing_all_of_redis_loses_nothing(host, tmp_path):
    host.worker()
    run = factories.start(CHAIN, do={"b": "wait:3,1"}, folder=str(tmp_path))
    until(lambda: count(tmp_path, "b.run"))
    broker().flushdb()
    assert ended(run).status == "succeeded"


@pytest.mark.skipif(SERVICE, reason="a Redis that others use is not killed")
def test_a_killed_valkey_loses_nothing(host, tmp_path):
    host.worker()
    run = factories.start(CHAIN, do={"b": "wait:3,1"}, folder=str(tmp_path))
    until(lambda: count(tmp_path, "b.run"))
    host.lose_valkey()
    assert ended(run).status == "succeeded"


def test_two_workers_do_each_step_once(host, tmp_path):
    host.worker("one")
    host.worker("two")
    graph = {f"s{n}": [] for n in range(20)} | {"end": [f"s{n}" for n in range(20)]}
    run = ended(factories.start(graph, folder=str(tmp_path)))
    assert run.status == "succeeded"
    assert [count(tmp_path, f"{key}.run") for key in graph] == [1] * 21


def test_a_slow_worker_that_was_taken_over_changes_nothing_when_it_ends(host, tmp_path):
    host.worker()
    run = factories.start({"a": []}, do={"a": "busy:6"}, folder=str(tmp_path))
    until(lambda: count(tmp_path, "a.run"))
    Step.objects.filter(key="a").update(fence=50, status="due", wake_at=run.created_at, nudge_at=run.created_at)
    assert ended(run).status == "succeeded"
    until(lambda: count(tmp_path, "a.worked") == 2)
    assert texts(run).count("Succeeded in") == 2


def test_a_long_step_keeps_its_lease(host, tmp_path):
    host.worker()
    run = ended(factories.start({"a": []}, do={"a": "busy:5"}, folder=str(tmp_path)))
    assert (run.status, count(tmp_path, "a.run")) == ("succeeded", 1)


def test_lines_arrive_while_the_step_is_still_at_work(host):
    host.worker()
    run = factories.start({"a": []}, do={"a": "talk:3"})
    until(lambda: run.lines.filter(text="at work").count() > 20)
    assert statuses(run)["a"] == "running"
    assert ended(run).status == "succeeded"
    assert numbers(run) == list(range(1, run.events + 1))


def test_a_step_at_work_hears_of_the_cancel(host, tmp_path):
    host.worker()
    run = factories.start({"a": [], "b": ["a"]}, do={"a": "talk:60"}, folder=str(tmp_path))
    until(lambda: count(tmp_path, "a.run"))
    runs.cancel(run.pk, factories.user())
    assert ended(run, 15).status == "cancelled"
    assert count(tmp_path, "a.stop") == 1


def test_a_run_cancelled_after_its_worker_died_still_ends(host, tmp_path):
    host.worker()
    run = factories.start({"a": []}, do={"a": "busy:60"}, folder=str(tmp_path))
    until(lambda: count(tmp_path, "a.run"))
    host.kill("worker")
    runs.cancel(run.pk, factories.user())
    host.worker("second")
    assert ended(run).status == "cancelled"


def test_sigterm_lets_the_step_go_on_elsewhere_and_is_no_take_over(host, tmp_path):
    host.worker()
    run = factories.start({"a": []}, do={"a": "busy:20"}, folder=str(tmp_path))
    until(lambda: count(tmp_path, "a.run"))
    host.terminate()
    until(lambda: statuses(run)["a"] == "due", 5)
    assert run.steps.get(key="a").takeovers == 0


def test_a_worker_that_was_told_to_end_ends_though_its_child_hangs(host):
    host.worker()
    child = until(lambda: host.children())[0]
    child.suspend()
    host.terminate()
    until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, 5)
    assert "It hangs here" in (host.supervisor.logs / "worker.log").read_text()


GIVES_UP = """
import os, time, billiard
from config import ending

child = billiard.Process(target=time.sleep, args=(60,))
child.start()
print(child.pid, flush=True)
nobody, writes = os.pipe()
os.close(nobody)
os.dup2(writes, 2)
ending.give_up(0, None)
"""


def test_so_it_does_where_nobody_reads_what_it_writes():
    done = subprocess.run([sys.executable, "-c", GIVES_UP], capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 1
    until(lambda: not psutil.pid_exists(int(done.stdout)) or psutil.Process(int(done.stdout)).status() == "zombie", 5)


def test_without_beat_everything_goes_on(host):
    host.worker()
    run = factories.start({"a": []}, do={"a": "wait:1,0.1"})
    until(lambda: statuses(run).get("a") in ("due", "succeeded"))
    broker().flushdb()
    assert ended(run).status == "succeeded"


def test_two_beats_are_as_good_as_one(host):
    host.worker()
    host.beat()
    host.start(type(host.supervisor.parts["beat"])("beat-2", host.supervisor.parts["beat"].argv))
    assert ended(factories.start(CHAIN)).status == "succeeded"


def test_twenty_five_runs_with_joins_all_end(host):
    host.worker()
    graph = {f"s{n}": [] for n in range(8)} | {"join": [f"s{n}" for n in range(8)]}
    where, by = factories.environment(), factories.user()
    all_ = [factories.start(graph, environment=where, by=by) for _ in range(25)]
    assert {ended(run, 120).status for run in all_} == {"succeeded"}


def test_log_lines_are_json_and_name_the_run_and_the_step(host):
    host.worker()
    run = ended(factories.start({"a": []}, do={"a": "bug"}))
    log = (host.supervisor.logs / "worker.log").read_text().splitlines()
    told = [json.loads(line) for line in log if "ZeroDivisionError" in line]
    assert (told[-1]["run"], told[-1]["step"], told[-1]["level"]) == (run.pk, "a", "error")


@pytest.mark.skipif(SERVICE, reason="a Redis that others use is not stopped")
def test_a_redis_that_hangs_holds_nobody_up_for_long_and_loses_nothing(host, tmp_path):
    host.worker()
    run = factories.start(CHAIN, do={"b": "wait:2,1"}, folder=str(tmp_path))
    until(lambda: count(tmp_path, "b.run"))
    valkey = host.supervisor.running["valkey"]
    valkey.send_signal(signal.SIGSTOP)
    begin = time.monotonic()
    other = factories.start({"a": []})
    assert time.monotonic() - begin < 12
    valkey.send_signal(signal.SIGCONT)
    assert {ended(run).status, ended(other).status} == {"succeeded"}
