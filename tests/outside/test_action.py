"""The action of GitHub: a process as a runner starts it, against a real portal and a real worker."""

import json
import re
import signal

import pytest
import yaml

from config.env import ROOT
from opsportal.models import Run
from tests import factories
from tests.live import programs
from tests.live.conftest import ended, until

ACTION = ROOT / ".github/actions/opsportal"
BASH = ("bash", "--noprofile", "--norc", "-e", "-o", "pipefail")  # what a runner starts for `shell: bash`
GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_REPOSITORY": "acme/shop",
    "GITHUB_RUN_ID": "1234",
    "GITHUB_RUN_ATTEMPT": "1",
    "GITHUB_JOB": "deploy",
    "GITHUB_ACTION": "__run",
}
EVIL = r"::set-output name=status::ok\n  ::add-mask::dev\n##[add-mask]x\nA\r::stop-commands::y\n\033[2Jgone\n"
OURS = {"add-mask", "group", "endgroup", "error", "notice"}


class Job:
    """A job of CI that uses the action on environment dev."""

    def __init__(self, portal, folder):
        self.portal, self.folder = portal, folder
        self.token = programs.secret()
        factories.environment(name="dev")
        (step,) = yaml.safe_load((ACTION / "action.yml").read_text())["runs"]["steps"]
        (folder / "step.sh").write_text(step["run"])

    def start(self, graph, do=None, runbook="test.graph", **env):
        wanted = {
            "OPSPORTAL_URL": self.portal.url,
            "OPSPORTAL_RUNBOOK": runbook,
            "OPSPORTAL_ENVIRONMENT": "dev",
            "OPSPORTAL_PARAMS": json.dumps({"graph": graph, "do": do or {}}),
            "OPSPORTAL_TOKEN": self.token,
        }
        files = {name: str(self.folder / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        here = {"GITHUB_ACTION_PATH": str(ACTION)}
        return programs.running(
            [*BASH, str(self.folder / "step.sh")], GITHUB | here | files | wanted | env, self.folder
        )

    def outputs(self):
        return dict(line.split("=", 1) for line in (self.folder / "GITHUB_OUTPUT").read_text().splitlines())

    def summary(self):
        return (self.folder / "GITHUB_STEP_SUMMARY").read_text()


@pytest.fixture
def job(portal, tmp_path):
    return Job(portal, tmp_path)


def said(program, text="at work"):
    return sum(line.endswith(text) for line in program.lines)


def commands(program):
    """The workflow commands that a runner would find."""
    return {found[1] for line in program.lines if (found := re.match(r"\s*::([\w-]+)", line))}


def test_a_job_shows_the_run_live_and_succeeds_with_it(job):
    with job.start({"a": [], "b": ["a"]}, {"a": "say:3", "b": "say:2"}) as program:
        assert program.ends() == 0, program.text
    run = Run.objects.get()
    assert [line for line in program.lines if re.search(r"line \d$", line)] == [
        line for line in program.lines if re.match(r"\d\d:\d\d:\d\d line [012]$", line)
    ]
    assert program.lines[0] == f"::add-mask::{job.token}"
    assert {"::group::a", "::group::b", "::endgroup::"} <= set(program.lines)
    assert job.outputs() == {
        "run-id": str(run.pk),
        "url": f"{job.portal.url}/admin/opsportal/run/{run.pk}/",
        "status": "succeeded",
    }
    assert "| b | succeeded |" in job.summary()


def test_a_job_fails_with_its_run_and_tells_the_first_cause(job):
    with job.start({"a": [], "b": ["a"]}, {"a": "fail"}) as program:
        assert program.ends() == 1
    assert "the first cause" in next(line for line in program.lines if line.startswith("::error::"))
    assert "| a | failed | the first cause |" in job.summary()


def test_every_line_is_told_once_though_the_portal_is_killed_and_starts_again(job):
    with job.start({"a": []}, {"a": "talk:6"}) as program:
        until(lambda: said(program) > 20)
        job.portal.kill()
        job.portal.start()
        assert program.ends() == 0, program.text
    (run,) = Run.objects.all()
    assert said(program) == run.lines.filter(text="at work").count()


def test_a_job_that_is_sent_again_starts_nothing_twice(job):
    for _ in range(2):
        with job.start({"a": []}) as program:
            assert program.ends() == 0
    assert Run.objects.count() == 1


def test_a_cancelled_job_cancels_its_run(job):
    with job.start({"a": []}, {"a": "forever"}) as program:
        program.prints("opsportal: Run ")
        program.signal(signal.SIGINT)  # a runner's first; SIGTERM is its second
        assert program.ends(10) == 1
    assert ended(Run.objects.get()).status == "cancelled"
    assert "The job was cancelled. Run " in program.text


def test_a_job_whose_time_is_over_cancels_its_run(job):
    with job.start({"a": []}, {"a": "forever"}, OPSPORTAL_TIMEOUT="0.05") as program:
        assert program.ends(20) == 1
    assert ended(Run.objects.get()).status == "cancelled"
    assert "The time this job waits is over" in program.text


def test_lines_of_a_run_command_nothing(job):
    with job.start({"a": []}, {"a": f"program:printf '{EVIL}'"}) as program:
        assert program.ends() == 0, program.text
    assert commands(program) <= OURS
    assert program.text.count("::add-mask::") == 1  # the token's
    assert ": :set-output name=status::ok" in program.text
    assert "## [add-mask]x" in program.text
    assert "##[" not in program.text
    assert "\x1b" not in program.text


def test_a_question_is_told_with_its_address_and_sigterm_cancels_its_run_too(job):
    with job.start({"a": []}, {"a": "ask"}) as program:
        program.prints("::notice::The run waits for approval")
        program.signal(signal.SIGTERM)
        assert program.ends(10) == 1
    assert ended(Run.objects.get()).status == "cancelled"


WRONG = [
    ({"OPSPORTAL_TOKEN": "opsp_wrong_token"}, 3, "it is wrong, over or revoked"),
    ({"OPSPORTAL_ENVIRONMENT": "nowhere"}, 2, "There is no such environment"),
    ({"OPSPORTAL_RUNBOOK": ""}, 2, "The input runbook (variable OPSPORTAL_RUNBOOK) is empty"),
    ({"OPSPORTAL_URL": "http://example.com"}, 2, "has to begin with https://"),
    ({"OPSPORTAL_TOKEN": ""}, 2, "id-token: write"),
]


def test_what_cannot_be_started_is_told_in_a_sentence(job):
    for env, code, text in WRONG:
        with job.start({"a": []}, **env) as program:
            assert program.ends() == code
        assert text in program.text
    assert not Run.objects.exists()
