"""What the command line decides before and after it asks the portal."""

import subprocess
import sys

import pytest

from opsportal.cli import access, client, completing, following, main, terminal, texts, wants
from opsportal.cli.errors import Usage
from opsportal.models import Run, Step

from .identities import RUN, Server

STRANGERS = """
import sys
import opsportal.cli.main
ours = {name for name in sys.modules if name.startswith("opsportal.")}
print(sorted(name for name in ours if not name.startswith("opsportal.cli")), {"django", "rich"} & set(sys.modules))
"""


def test_it_loads_nothing_of_the_portal():
    done = subprocess.run([sys.executable, "-c", STRANGERS], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] set()"


def test_it_knows_how_runs_end_and_how_steps_look():
    assert set(following.ENDED) == set(Run.ENDED)
    assert set(terminal.MARKS) == set(Step.Status.values)


def test_parameters_are_texts_lists_and_parts_of_others():
    found = wants.params(["version=1.10", "variables.size=a=b", 'tags=["x"]'], '{"variables": {"on": true}}', "vpc,alb")
    assert found == {
        "version": "1.10",
        "variables": {"size": "a=b", "on": True},
        "tags": ["x"],
        "only": ["vpc", "alb"],
    }


def test_parameters_may_come_from_a_file(tmp_path):
    (tmp_path / "params").write_text('{"a": 1}')
    assert wants.params([], f"@{tmp_path}/params", "") == {"a": 1}


@pytest.mark.parametrize(
    ("given", "text"), [(["a"], ""), (["=a"], ""), (["a=[1"], ""), ([], "{"), ([], "[1]"), ([], "@/nowhere/at/all")]
)
def test_parameters_that_cannot_be_read_are_told(given, text):
    with pytest.raises(Usage):
        wants.params(given, text, "")


@pytest.mark.parametrize("url", ["", "ops.example", "http://ops.example", "file:///etc/passwd", "https://"])
def test_a_token_is_sent_over_tls_or_on_this_machine(url):
    with pytest.raises(Usage):
        access.address(url, {})


def test_what_is_typed_goes_before_the_variable():
    assert access.address("https://a.example/", {"OPSPORTAL_URL": "https://b.example"}) == "https://a.example"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_token_that_others_may_read_is_not_taken(tmp_path, mode):
    (tmp_path / "opsportal").mkdir()
    (tmp_path / "opsportal/token").write_text("opsp_x\n")
    (tmp_path / "opsportal/token").chmod(mode)
    with pytest.raises(Usage, match="chmod 600"):
        access.token({"XDG_CONFIG_HOME": str(tmp_path)})
    (tmp_path / "opsportal/token").chmod(0o600)
    assert access.token({"XDG_CONFIG_HOME": str(tmp_path)}) == "opsp_x"


def test_no_option_takes_a_token():
    words = [word for each in completing.words(main.parser()).values() for word in each]
    assert not [word for word in words if "token" in word]


def test_messages_are_read_across_comments_and_unknown_fields():
    sent = [
        b": beat\n",
        b"\n",
        b"id: 3\n",
        b"event: line\n",
        b"retry: 9\n",
        b'data: {"number": 3}\n',
        b"\n",
        b"event: end\n",
    ]
    assert list(client.messages([*sent, b"data: {}\r\n", b"\r\n", b"event: cut"])) == [
        ("line", {"number": 3}),
        ("end", {}),
    ]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b'{"detail": "No.", "errors": [{"field": "a", "detail": "Wrong"}]}', "No.\na: Wrong"),
        (b'{"detail": "a: Wrong.", "errors": [{"field": "a", "detail": "Wrong"}]}', "a: Wrong."),
        (b"<html>", "500 was answered, and no reason told. Look at --url: is it the portal's address, and no page's?"),
        (b"[]", "500 was answered, and no reason told. Look at --url: is it the portal's address, and no page's?"),
    ],
)
def test_a_problem_is_told_in_its_own_words(body, text):
    assert client.sentence(500, body) == text


def test_what_is_at_stake_is_shown_whole():
    shown = {"changes": [{"risk": "high", "stack": "vpc"}], "cost": None, "none": [], "safe": False, "x": "\x1b[2J"}
    lines = ["changes:", "  -", "    risk: high", "    stack: vpc", "cost: –", "none: none", "safe: no", "x: \\x1b[2J"]
    assert list(texts.tree(shown)) == lines


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_completion_script_is_one_for_its_shell(shell):
    script = completing.script(shell, main.parser())
    assert subprocess.run(["bash", "-n"], input=script, text=True).returncode == 0
    assert 'run) words="' in script


def test_bash_completes_commands_and_their_options():
    asked = "\nCOMP_WORDS=(opsportal approve --re); COMP_CWORD=2; _opsportal; echo ${COMPREPLY[*]}"
    script = completing.script("bash", main.parser()) + asked
    assert subprocess.run(["bash"], input=script, text=True, capture_output=True).stdout == "--reject --reason\n"


def test_fish_is_told_each_command_and_option():
    script = completing.script("fish", main.parser())
    assert "-n '__fish_seen_subcommand_from approve' -l reject" in script
    assert "-n '__fish_seen_subcommand_from completion' -a bash" in script


def test_where_no_stream_can_be_had_the_run_is_read_again_and_again(monkeypatch):
    monkeypatch.setattr(following, "LONGEST_WAIT", 0.1)
    with Server() as server:
        server.tokens, server.end_after = ["x"], 0
        found = following.Following(client.Client(server.url, "x"), dict(RUN), print)
        assert list(found.lines()) == []
    assert (found.run["status"], server.log.count("/api/v1/runs/7")) == ("succeeded", 4)
