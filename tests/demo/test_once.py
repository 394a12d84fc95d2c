"""`make demo ONCE=1`: the deployment of the demo in the terminal, with its result as exit code."""

import subprocess
import sys

from config.env import ROOT

from .conftest import environ, left_over


def test_it_ends_with_1_when_the_deployment_fails_and_says_why(folder, tmp_path):
    argv = [sys.executable, "manage.py", "demo", "--once"]
    env = environ(folder) | {"BLUEPRINTS_DIR": str(tmp_path)}
    done = subprocess.run(argv, cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 1
    assert "there is no blueprint 'ecs-service'" in done.stdout
    assert left_over(folder) == []


def test_it_deploys_within_ninety_seconds_ends_with_0_and_leaves_no_process(once):
    folder, end = once
    done, seconds = end.result(120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert seconds < 90
    assert "apigw: Succeeded in" in done.stdout
    assert left_over(folder) == []
