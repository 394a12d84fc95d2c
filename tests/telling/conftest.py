"""A real mail server, a real receiver of webhooks, and policies that tell; nudges are kept."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from aiosmtpd.controller import Controller

from config import mailing
from opsportal import clock, nudges
from opsportal.hosting.host import free_port
from opsportal.models import Notice
from opsportal.telling import digests, outbox
from tests import factories

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # that of the specification's example


class Mails:
    """What has arrived; `says`: what the server answers instead of taking it, at RCPT or at DATA."""

    def __init__(self):
        self.mails, self.says = [], {}

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802  aiosmtpd's name
        if "rcpt" in self.says:
            return self.says["rcpt"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if "data" in self.says:
            return self.says["data"]
        self.mails.append(envelope)
        return "250 OK"


@pytest.fixture
def mails(settings):
    got = Mails()
    server = Controller(got, hostname="127.0.0.1", port=free_port())
    server.start()
    for name, value in mailing.settings(f"smtp://127.0.0.1:{server.port}").items():
        setattr(settings, name, value)
    settings.EMAIL_FROM = "opsportal@example.com"
    yield got
    server.stop()


class Receiver(ThreadingHTTPServer):
    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.got, self.status, self.says, self.to = [], 204, b"", ""

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}/hook"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), body))
        self.send_response(self.server.status)
        if self.server.to:
            self.send_header("Location", self.server.to)
        self.send_header("Content-Length", str(len(self.server.says)))
        self.end_headers()
        self.wfile.write(self.server.says)

    def log_message(self, *args):
        pass


@pytest.fixture
def receiver(settings):
    settings.WEBHOOK_SECRET, settings.WEBHOOK_HOSTS = SECRET, ["127.0.0.1", "hooks.example.com"]
    server = Receiver()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def sent(monkeypatch, transactional_db):
    """Ids of notices that a worker was asked to deliver."""
    found = []
    monkeypatch.setattr(nudges, "deliver", found.extend)
    return found


def swept(policy, environment, status="succeeded", refused=(), **numbers):
    """A sweep of this policy's last firing, as its step tells it."""
    run = factories.run(environment=environment, runbook="sweep", status=status, ended_at=clock.now())
    sums = dict.fromkeys(("looked", "found", "new", "reopened", "closed"), 0) | {"usd": 0.0} | numbers
    step = factories.step(run, "eu-central-1", status="succeeded")
    step.output = {**sums, "not_checked": dict(refused)}
    step.save()
    return run


def firing(policy, *runs, **fields):
    made = factories.firing(policy, runs[0]) if runs else None
    for run in runs:
        run.firing = made
        run.save()
    type(made).objects.filter(pk=made.pk).update(told=-1, reason="", **fields)
    made.refresh_from_db()
    return made


def told(made):
    """The notices of this firing, once all that is due was written down."""
    for pk in digests.due(10):
        digests.tell(pk, clock.now())
    return list(Notice.objects.filter(firing=made).order_by("about", "to"))


def deliver(*notices):
    for each in notices:
        outbox.deliver(each.pk)
        each.refresh_from_db()


def data(body):
    return json.loads(body)["data"]
