"""The action's decisions, and the file as others find it."""

import ast
import re
import sys
from urllib.parse import quote

import pytest
import yaml

from opsportal.models import Run

from .action import FILE, FOLDER, action
from .identities import Server

JOB = {"GITHUB_REPOSITORY": "a/b", "GITHUB_RUN_ID": "1", "GITHUB_RUN_ATTEMPT": "1", "GITHUB_JOB": "deploy"}
WANTED = {"OPSPORTAL_URL": "https://ops.example/", "OPSPORTAL_RUNBOOK": "r", "OPSPORTAL_ENVIRONMENT": "dev"}


def test_it_stands_alone_on_python_3_9():
    tree = ast.parse(FILE.read_text(), feature_version=(3, 9))
    names = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    names |= {each.name for node in ast.walk(tree) if isinstance(node, ast.Import) for each in node.names}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


def test_the_action_gives_each_input_as_a_variable_and_nothing_to_the_shell():
    found = yaml.safe_load((FOLDER / "action.yml").read_text())
    (step,) = found["runs"]["steps"]
    assert step["env"] == {f"OPSPORTAL_{name.upper()}": f"${{{{ inputs.{name} }}}}" for name in found["inputs"]}
    assert "${{" not in step["run"]
    assert set(step["env"]) <= set(re.findall(r"OPSPORTAL_\w+", FILE.read_text()))


def test_it_knows_how_runs_end():
    assert set(action.ENDED) == set(Run.ENDED)


@pytest.mark.parametrize(
    ("text", "only", "found"),
    [
        ("", "", {}),
        ('{"a": 1}', "", {"a": 1}),
        ("version=1.10\n\n on.size = a=b \non.it=true", "", {"version": "1.10", "on": {"size": "a=b", "it": "true"}}),
        ('tags=["x", "y"]', "vpc, alb\ncluster", {"tags": ["x", "y"], "only": ["vpc", "alb", "cluster"]}),
    ],
)
def test_params_are_json_or_lines(text, only, found):
    assert action.params(text, only) == found


@pytest.mark.parametrize("text", ["{oops", "no equals", "=x", "a=[1", "a=1\na.b=2"])
def test_params_that_cannot_be_read_are_told(text):
    with pytest.raises(action.Wrong, match="params: "):
        action.params(text, "")


def test_the_key_is_that_of_the_step_of_the_attempt_and_what_it_wants():
    key = action.wanted(WANTED | JOB).key
    assert action.wanted(WANTED | JOB).key == key
    others = [{name: "2"} for name in JOB] + [{"GITHUB_ACTION": "again"}, {"OPSPORTAL_ENVIRONMENT": "prod"}]
    assert len({key, *(action.wanted(WANTED | JOB | other).key for other in others)}) == len(others) + 1
    assert len(key) <= 100


def test_outside_of_a_ci_each_start_is_a_run_of_its_own():
    assert action.wanted(WANTED).key != action.wanted(WANTED).key


@pytest.mark.parametrize("minutes", ["0", "-1", "soon", "1e9", "nan"])
def test_a_time_that_is_none_is_told(minutes):
    with pytest.raises(action.Wrong, match="timeout"):
        action.wanted(WANTED | {"OPSPORTAL_TIMEOUT": minutes})


@pytest.mark.parametrize("url", ["http://ops.example", "ftp://ops.example", "ops.example", "file:///etc/passwd"])
def test_a_token_is_sent_over_tls_only(url):
    with pytest.raises(action.Wrong, match="https"):
        action.wanted(WANTED | {"OPSPORTAL_URL": url})


@pytest.mark.parametrize("text", ["::error::x", "  ::error::x", "a\n::error::x", "a\r::error::x", "a\u2028::error::x"])
def test_no_line_of_a_text_is_a_command(text):
    assert not [line for line in action.plain(text) if line.strip().startswith("::") or "##[" in line]


def test_names_of_resources_stay_readable_and_terminals_obey_nothing():
    assert action.plain("AWS::EC2::VPC \x1b[2J##[group]") == ["AWS::EC2::VPC \\x1b[2J## [group]"]


def test_a_command_ends_where_its_text_ends():
    assert action.data("50%\r\n::error::x") == "50%25%0D%0A::error::x"


def test_names_in_the_summary_are_text():
    step = {"key": "<img src=x>|[a](b)", "status": "failed", "reason": "`code`\n| cell |", "cause": ""}
    run = {"id": 7, "runbook": "r", "environment": "_dev_", "status": "failed", "reason": "", "steps": [step]}
    row = action.summary(run, "https://ops.example/run/7/").splitlines()[-1]
    assert row.count("|") == 4
    assert not set(row) & set("<>[]()`")
    assert "_dev_" not in action.summary(run, "https://ops.example/")


def test_an_identity_is_asked_for_this_portal_and_exchanged_anew_when_the_token_is_over(monkeypatch, capsys):
    monkeypatch.setattr(action, "LONGEST_WAIT", 0.1)
    with Server() as server:
        want = action.wanted(WANTED | JOB | server.env)
        log = action.Log(github=True)
        portal = action.Portal(action.access(server.env, want.url, log.mask))
        number = portal.start(want)["id"]
        run = action.Follower(portal, log, number, "", float("inf")).to_the_end()
    assert run["status"] == "succeeded"
    assert server.log.count("/api/v1/runs") == 1
    assert [path for path in server.log if path.startswith("/id")] == [f"/id?v=1&audience={quote(server.url, '')}"] * 2
    masked = re.findall("^::add-mask::(.*)$", capsys.readouterr().out, re.MULTILINE)
    assert masked == [word for pair in zip(server.proofs, ("opsp_0", "opsp_2"), strict=True) for word in pair]


def test_a_run_that_is_known_is_cancelled_though_its_key_was_that_of_another_token(monkeypatch):
    with Server() as server:
        want = action.wanted(WANTED | JOB | server.env)
        portal = action.Portal(action.access(server.env, want.url, lambda secret: None))
        portal.start(want)
        server.tokens.append("another")
        action.given_up(want, portal, "The job was cancelled")
    assert server.log.count("/api/v1/runs") == 1
    assert server.log[-1] == "/api/v1/runs/7/cancel"


def test_without_a_token_and_without_an_identity_the_job_is_told_what_it_lacks():
    with pytest.raises(action.Wrong, match="id-token: write"):
        action.access({}, "https://ops.example", print)


def test_a_token_of_the_job_is_masked_before_anything_is_sent(capsys):
    action.access({"OPSPORTAL_TOKEN": "opsp_x"}, "https://ops.example", action.Log(github=True).mask)
    assert capsys.readouterr().out == "::add-mask::opsp_x\n"


def test_outside_of_github_no_secret_is_printed(capsys):
    action.Log(github=False).mask("opsp_x")
    assert capsys.readouterr().out == ""
