"""Invariants 5 and 6: programs that end with their step, and calls that only a list can find."""

import time
from datetime import timedelta

import pytest

from opsportal.errors import Cancelling, StepFailed
from opsportal.models import Intent
from tasks import processes
from tests import factories

from .conftest import statuses, texts


def gone(pid):
    """Whether the process is no more; a zombie counts as gone."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().split(")")[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_a_programs_lines_become_events_and_its_code_is_known(drive):
    run = drive(factories.start({"a": []}, do={"a": "program:echo hello from $WHO; exit 3"}))
    assert "hello from opsportal" in texts(run)
    assert run.steps.get(key="a").output == {"code": 3}


def test_a_program_that_is_missing_is_a_sentence(drive):
    with pytest.raises(StepFailed, match="Install it on the workers' hosts"):
        processes.run(lambda: None, print, ["/no/such/program"])


def test_a_program_gets_nothing_of_the_workers_environment(monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hidden")
    lines = []
    processes.run(lambda: None, lines.append, ["/usr/bin/env"])
    assert not any("hidden" in line for line in lines)


def test_when_the_step_has_to_stop_the_program_and_its_children_are_gone():
    seen = []

    def check():
        if len(seen) == 2:
            raise Cancelling("stop")

    with pytest.raises(Cancelling):
        processes.run(check, seen.append, ["/bin/sh", "-c", "echo $$; sleep 60 & echo $!; wait"])
    assert [gone(int(pid)) for pid in seen] == [True, True]


def test_a_program_that_ignores_sigterm_is_killed(monkeypatch):
    monkeypatch.setattr(processes, "GRACE", 0.3)
    seen = []

    def check():
        if seen:
            raise Cancelling("stop")

    begin = time.monotonic()
    with pytest.raises(Cancelling):
        processes.run(check, seen.append, ["/bin/sh", "-c", "trap '' TERM; echo $$; while :; do sleep 0.1; done"])
    assert gone(int(seen[0]))
    assert time.monotonic() - begin < 5


def test_a_lost_call_that_only_a_list_can_find_is_looked_for_before_it_is_sent_again(drive, tmp_path):
    run = drive(factories.start({"a": []}, do={"a": "listed"}, folder=str(tmp_path)), rounds=10)
    assert len((tmp_path / "a.sent").read_text().split()) == 1
    assert statuses(run)["a"] == "due"
    (tmp_path / "made").touch()
    assert drive(run).status == "succeeded"


def test_a_lost_call_that_is_not_listed_after_a_minute_is_sent_again_with_its_token(drive, tmp_path):
    run = drive(factories.start({"a": []}, do={"a": "listed"}, folder=str(tmp_path)), rounds=5)
    old = Intent.objects.get()
    Intent.objects.update(sent_at=old.sent_at - timedelta(seconds=61))
    drive(run, rounds=3)
    assert len((tmp_path / "a.sent").read_text().split()) == 2
    assert Intent.objects.get().token == old.token
