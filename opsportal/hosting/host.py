"""What runs on one host, in the order it starts."""

import socket
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import replace

from django.conf import settings
from django.core.management import call_command

from ..upkeep import migrating
from ..words import gettext as _
from . import supervisor
from .supervisor import Part, Supervisor


def start(
    running: Supervisor, env: Mapping[str, str], address: str, port: int, workers: int, migrate: bool = True
) -> None:
    """Bring the database up to date, if told to, and start everything; returns when the first page can be seen.

    Raises RuntimeError with a sentence when a part does not start.
    """
    require_free(address, port)
    embedded = settings.BROKER.startswith(f"unix://{settings.VAR_DIR}/")
    if embedded:
        require_alone()
        running.start(supervisor.valkey(settings.VAR_DIR))
    if migrate:
        call_command("migrate", verbosity=0)
    migrating.require_current()
    if embedded:
        running.wait_ready("valkey")
    running.start(with_env(supervisor.web(address, port, ready=lambda: serves(address, port)), env))
    running.wait_ready("web", 60)  # before the others start: they all want the processor at once
    in_slack = [supervisor.slackbot()] if settings.SLACK_BOT_TOKEN else []
    for part in (*supervisor.workers(workers), supervisor.beat(), *in_slack):
        running.start(with_env(part, env))


def with_env(part: Part, env: Mapping[str, str]) -> Part:
    return replace(part, env={**part.env, **env})


def require_free(address: str, port: int) -> None:
    """Raises RuntimeError when somebody else listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            text = _("Port {port} of {address} can't be used: {why}. Choose another.")
            raise RuntimeError(text.format(port=port, address=address, why=error.strerror)) from error


def require_alone(seconds: float = 5.0) -> None:
    """Raises RuntimeError while another Valkey serves our VAR_DIR: two would write the same files and lose both."""
    end = time.monotonic() + seconds  # one whose supervisor was killed is about to end
    while supervisor.answers(settings.BROKER):
        if time.monotonic() > end:
            text = _("Another opsportal runs in {folder}. Stop it, or choose another VAR_DIR.")
            raise RuntimeError(text.format(folder=settings.VAR_DIR))
        time.sleep(0.1)


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serves(address: str, port: int) -> bool:
    """Whether the portal's log-in page can be had."""
    try:
        url = f"http://{'127.0.0.1' if address == '0.0.0.0' else address}:{port}/admin/login/"  # noqa: S104  compared, not bound
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
