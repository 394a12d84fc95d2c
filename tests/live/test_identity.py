"""A job without a stored token: its identity, which the CI's issuer signs, is exchanged at a portal for a token."""

import json
import signal
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from config.env import ROOT
from opsportal.api import jwks
from opsportal.models import Run, Token
from tests.api import ci

from . import programs
from .conftest import until

ACTION = ROOT / ".github/actions/opsportal/opsportal.py"


class Answers(BaseHTTPRequestHandler):
    """A runner that is asked for the job's identity. GitHub Docs: OpenID Connect reference."""

    def do_GET(self):
        (audience,) = parse_qs(urlsplit(self.path).query)["audience"]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"value": self.server.job.token(aud=audience)}).encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def runner(sandbox, settings, live_server):
    settings.CI_GITHUB_ISSUERS, settings.PUBLIC_URL = [sandbox.url], live_server.url
    jwks._kept.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        server.job = ci.Job(sandbox)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_a_job_goes_on_with_a_new_token_when_the_first_is_over(runner, live_server, tmp_path):
    rule = ci.publisher(runner.job.issuer)
    env = {
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"http://127.0.0.1:{runner.server_address[1]}/?v=1",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "the runner's",
        "OPSPORTAL_URL": live_server.url,
        "OPSPORTAL_RUNBOOK": "test.graph",
        "OPSPORTAL_ENVIRONMENT": rule.environments.get().name,
        "OPSPORTAL_PARAMS": '{"graph": {"a": []}}',
    }
    with programs.running(["python3", "-I", str(ACTION)], env, tmp_path) as program:
        program.prints("opsportal: Run ")
        Token.objects.update(revoked_at=Run.objects.get().created_at)
        until(lambda: Token.objects.count() == 2)
        program.signal(signal.SIGTERM)
        assert program.ends(20) == 1, program.text
    assert Run.objects.get().status == "cancelled"
