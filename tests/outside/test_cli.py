"""The command line: a process as a shell starts it, against a real portal and a real worker."""

import json
import os
import pty
import re
import signal
import subprocess
import sys

import pytest
from django.db import transaction

from opsportal.models import Approval, Run
from tests import factories
from tests.live import programs
from tests.live.conftest import ended, until


@pytest.fixture
def shell(portal, tmp_path):
    factories.environment(name="dev")
    return programs.Shell(portal, tmp_path)


def test_a_run_is_followed_to_its_end(shell):
    with shell.runs("say:3") as program:
        assert program.ends() == 0, program.text
    run = Run.objects.get()
    assert [line for line in program.lines if re.match(r"\d\d:\d\d:\d\d a: line \d$", line)] == [
        line for line in program.lines if "line" in line
    ]
    assert f"{shell.portal.url}/admin/opsportal/run/{run.pk}/" in program.text
    assert program.lines[-1] == f"Run {run.pk}: succeeded."


def test_a_failed_run_ends_with_1_and_its_first_cause(shell):
    with shell.runs("fail") as program:
        assert program.ends() == 1
    assert "the first cause" in program.text


def test_every_line_is_printed_once_though_the_portal_is_killed_and_starts_again(shell):
    with shell.runs("talk:6") as program:
        until(lambda: program.text.count("at work") > 20)
        shell.portal.kill()
        shell.portal.start()
        assert program.ends() == 0, program.text
    assert program.text.count("a: at work") == Run.objects.get().lines.filter(text="at work").count()


def test_an_interrupt_leaves_the_run_alone_and_cancel_ends_it(shell):
    with shell.runs("forever") as program:
        program.prints("opsportal: Run ")
        program.signal(signal.SIGINT)
        assert program.ends(10) == 130
    run = Run.objects.get()
    assert f"Run {run.pk} goes on: opsportal follow {run.pk}" in program.text
    assert shell.prints("cancel", str(run.pk))[0] == 0
    assert ended(run).status == "cancelled"
    assert shell.prints("follow", str(run.pk))[0] == 1


def test_json_is_all_that_is_printed_for_a_program(shell):
    with shell.runs("say:3", "--json") as program:
        assert program.ends() == 0
    assert json.loads(program.text)["status"] == "succeeded"


def approval(shell):
    """A question on a run that somebody else has started."""
    with shell.runs("ask", "--no-wait", OPSPORTAL_TOKEN=programs.secret()) as program:
        assert program.ends() == 0, program.text
    return until(lambda: Approval.objects.filter(status="open").first())


def test_an_approval_is_shown_and_given(shell):
    asked = approval(shell)
    assert f"{asked.pk}" in shell.prints("approve")[1]
    code, text = shell.prints("approve", str(asked.pk), "--yes")
    assert (code, "Go on?" in text, "looks: 1" in text) == (0, True, True)
    assert ended(Run.objects.get()).status == "succeeded"
    assert shell.prints("approve", str(asked.pk), "--yes")[0] == 3


def test_an_approval_is_rejected_with_its_reason(shell):
    asked = approval(shell)
    assert shell.prints("approve", str(asked.pk))[0] == 2
    assert shell.prints("approve", str(asked.pk), "--reject")[0] == 2
    assert shell.prints("approve", str(asked.pk), "--reject", "--reason", "Not today.")[0] == 0
    assert "Not today." in ended(Run.objects.get()).steps.get(key="a").reason


def test_the_requester_is_refused(shell):
    with shell.runs("ask", "--no-wait") as program:
        assert program.ends() == 0
    asked = until(lambda: Approval.objects.first())
    code, text = shell.prints("approve", str(asked.pk), "--yes")
    assert (code, "another person has to answer" in text) == (3, True)


def test_lists_are_tables_and_a_plan_of_what_has_none_is_refused(shell):
    with transaction.atomic():  # an open run of which no step will ever wake up would be ended by the pump
        run = factories.run(reason="\x1b[2Jgone")
        factories.step(run, "a", status="asking")
    assert re.search(rf"^{run.pk} +running +test.graph", shell.prints("runs", "--status", "running")[1], re.MULTILINE)
    assert shell.prints("runs", "--status", "failed")[1] == "There are none.\n"
    found = factories.finding(name="data-1", severity=4)
    row = rf"^{found.pk} +critical +open +ebs-unattached +data-1 +{found.environment} +8.80$"
    assert re.search(row, shell.prints("findings", "--severity", "critical")[1], re.MULTILINE)
    assert json.loads(shell.prints("findings", "--state", "closed", "--json")[1])["items"] == []
    assert re.search(r"^dev +123456789012", shell.prints("environments")[1], re.MULTILINE)
    assert "test.graph" in shell.prints("runbooks")[1]
    code, text = shell.prints("plan", "test.graph", "dev")
    assert (code, "runbook" in text) == (2, True)


def test_codes_tell_who_is_in_the_way(shell, tmp_path):
    assert shell.prints("runs", OPSPORTAL_TOKEN="opsp_wrong_one")[0] == 3
    assert shell.prints("run", "test.graph", "nowhere")[0] == 2
    assert shell.prints("follow", "99")[0] == 3
    assert shell.prints("runs", "--url", f"http://127.0.0.1:{programs.hosts.free_port()}")[0] == 4
    assert shell.prints("runs", "--url", "http://example.com")[0] == 2
    assert shell.prints("runs", "--limit", "many")[0] == 2
    assert shell.prints("findings", "--state", "lost")[0] == 2


def test_a_token_in_a_file_is_taken_where_nobody_else_may_read_it(shell, tmp_path):
    path = tmp_path / ".config/opsportal/token"
    path.parent.mkdir(parents=True)
    path.write_text(shell.env.pop("OPSPORTAL_TOKEN"))
    path.chmod(0o644)
    code, text = shell.prints("environments")
    assert (code, f"chmod 600 {path}" in text) == (2, True)
    path.chmod(0o600)
    assert shell.prints("environments")[0] == 0


def test_on_a_terminal_each_step_has_a_bar(shell):
    shown = typed(shell, "run", "test.graph", "dev", "--params", '{"graph": {"a": [], "b": ["a"]}}')
    assert "test.graph on dev · succeeded" in shown
    assert shown.count("━━━━━━━━━━") >= 2


def typed(shell, *words):
    """What a person sees on a terminal by the end of the command."""
    here, there = pty.openpty()
    env = os.environ | shell.env | {"TERM": "xterm", "COLUMNS": "120", "LINES": "40"}
    process = subprocess.Popen([sys.executable, "-m", "opsportal.cli", *words], env=env, stdout=there, stderr=there)
    os.close(there)
    shown = b"".join(iter(lambda: read(here), b""))
    os.close(here)
    assert process.wait(30) == 0, shown
    return shown.decode()


def read(terminal):
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux: the other end is closed
        return b""
