"""Redis as ElastiCache has it: TLS, a certificate that is checked, and a password."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from opsportal.live.hints import broker
from tests import factories

from .conftest import ended
from .tls import Front, certificate

PASSWORD, WRITTEN = "p@ss/word", "p%40ss%2Fword"


@pytest.fixture
def front(host, tmp_path):
    pem = certificate(tmp_path)
    front = Front(pem, str(Path(settings.VAR_DIR) / "valkey.sock"))
    broker().config_set("requirepass", PASSWORD)
    host.env |= {"REDIS_URL": f"rediss://:{WRITTEN}@localhost:{front.port}/0", "SSL_CERT_FILE": str(pem)}
    yield front
    front.stop()


def doctor(host, **env):
    command = [sys.executable, "manage.py", "doctor"]
    return subprocess.run(command, env={**os.environ, **host.env, **env}, capture_output=True, text=True).stdout


def test_workers_run_over_tls_with_a_password(host, front):
    host.worker()
    assert ended(factories.start({"a": [], "b": ["a"]})).status == "succeeded"
    assert "✓ workers: worker-" in doctor(host)


def test_a_certificate_that_nobody_vouches_for_is_refused_by_everything(host, front):
    found = doctor(host, SSL_CERT_FILE=os.devnull)
    assert "✗ broker: Error" in found
    assert "certificate verify failed" in found.split("✗ workers")[1]


def test_a_wrong_password_is_told(host, front):
    wrong = host.env["REDIS_URL"].replace(WRITTEN, "wrong")
    assert "✗ broker: invalid username-password pair" in doctor(host, REDIS_URL=wrong)
