"""Requests made from OpenAPI, right and wrong ones: none is an error of ours, and each answer is as told."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import factories
from tests.outside.test_api import Program, started

from .aws import portal
from .conftest import ended

CONFIG = Path(__file__).with_name("schemathesis.toml")
SECONDS = 300 if os.environ.get("SOAK") else 12


@pytest.mark.timeout(SECONDS + 120)
@pytest.mark.parametrize("signed_in", [True, False], ids=["with a token", "without"])
def test_no_request_is_an_error_of_ours_and_each_answer_is_as_told(host, tmp_path, signed_in):
    host.worker()
    url = portal(host)
    factories.environment(name="dev")
    caller = Program(url, factories.user())
    ended(started(caller, graph={"a": []}))
    command = f"{sys.executable} -m schemathesis.cli --config-file {CONFIG} run {url}/api/v1/openapi.json --checks all"
    limits = f"--max-time {SECONDS // 2} --rate-limit 40/s --request-timeout 20 --seed 1 --no-color"
    token = ["-H", f"Authorization: Bearer {caller.secret}"] if signed_in else []
    done = subprocess.run([*command.split(), *limits.split(), *token], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr
