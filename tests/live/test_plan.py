"""A deployment from the command line: planned, and then done."""

import re

from . import programs


def test_a_plan_changes_nothing_and_a_run_deploys(host, account, tmp_path):
    host.worker()
    shell = programs.Shell(programs.Portal(host), tmp_path)
    code, text = shell.prints("plan", "stacks.deploy", "dev", "blueprint=pair", "--only", "base")
    assert (code, account.operations()) == (0, []), text
    assert re.search(r"^    add \w+ \(AWS::\w+::\w+\)$", text, re.MULTILINE), text
    code, text = shell.prints("run", "stacks.deploy", "dev", "blueprint=pair", "--only", "base")
    assert (code, account.operations()) == (0, [("dev-pair-base", "CREATE_STACK", "CREATE_COMPLETE")]), text
