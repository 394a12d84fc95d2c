"""Every command that a page shows works: its program is there, and it knows the arguments.

Blocks marked `sh` and units of systemd are read; `console` is for what needs an AWS account: test_aws_commands.py
runs it on the sandbox. `make demo ONCE=1` is really run by tests/demo.
"""

import re
import shlex
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import ManagementUtility

from config.env import ROOT, Env
from opsportal.cli import main as cli
from tests.docs import pages

OURS = {"REMAP_SIGTERM", "OPSPORTAL_URL", *(name.upper() for name in Env.model_fields)}
ASSIGNED = re.compile(r"(?:export )?([A-Z_]+)=\S*\s*")
CELERY = "-m celery -A config"
COMMANDS = [(page, line) for page, line in pages.commands() if "sqlite3.connect" not in line]
every = pytest.mark.parametrize("line", dict.fromkeys(line for _, line in COMMANDS))


def split(line):
    """The variables set before a command, and its words."""
    names = []
    while found := ASSIGNED.match(line):
        names.append(found[1])
        line = line[found.end() :]
    return names, shlex.split(line)


def run(*argv):
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def check_make(words):
    run("make", "-n", *words)


def check_manage(words):
    """The subcommand takes these arguments."""
    command = ManagementUtility().fetch_command(words[0])
    command.create_parser("manage.py", words[0]).parse_args(words[1:])


def check_help(program, words):
    """The program's help knows each of these options."""
    text = run(*program, "--help")
    for option in (word.partition("=")[0] for word in words if word.startswith("-")):
        assert re.search(rf"(^|[\s,]){re.escape(option)}\b", text), option


def check(words):
    program, text = Path(words[0]).name, " ".join(words[1:])
    if program == "make":
        check_make(words[1:])
    elif text.startswith("manage.py"):
        check_manage(words[2:])
    elif text.startswith(CELERY):
        check_help([sys.executable, *words[1:6]], words[6:])
    elif text.startswith("-m "):
        check_help([sys.executable, *words[1:3]], words[3:])
    elif program == "opsportal":
        cli.parser().parse_args(words[1:])
    elif program == "pip":
        check_help([sys.executable, "-m", "pip", "install"], words[2:])
    else:
        check_help([str(Path(sys.executable).with_name(program))], words[1:])


@every
def test_it_is_known_with_its_arguments(line):
    names, words = split(line)
    assert set(names) <= OURS
    if words:
        check(words)


@every
def test_what_comes_from_the_virtual_environment_is_called_there(line):
    _, words = split(line)
    assert not words or words[0] in ("make", "cfn-lint", "opsportal") or Path(words[0]).parts[-3:-1] == (".venv", "bin")


def test_the_backup_is_a_whole_database(tmp_path):
    (line,) = [line for _, line in pages.commands() if "sqlite3.connect" in line]
    (tmp_path / "var").mkdir()
    with sqlite3.connect(tmp_path / "var/opsportal.sqlite3") as database:
        database.execute("CREATE TABLE kept (n)")
    database.close()

    subprocess.run([sys.executable, *shlex.split(line)[1:]], cwd=tmp_path, check=True)

    copy = sqlite3.connect(tmp_path / "opsportal-backup.sqlite3")
    assert copy.execute("SELECT name FROM sqlite_master").fetchall() == [("kept",)]
    copy.close()


def test_a_command_that_does_not_exist_is_noticed():
    with pytest.raises(AssertionError):
        check(["make", "coffee"])
    with pytest.raises(SystemExit):
        check([".venv/bin/python", "manage.py", "brew"])
    with pytest.raises(SystemExit):
        check(["opsportal", "brew"])
