"""A broker that is away is asked seldom: a try costs as much as what it is for."""

import socket
import time

import pytest
from celery import Celery

from opsportal import nudges


@pytest.fixture
def nobody(monkeypatch):
    """How many came to a broker that hangs up on everybody."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        app = Celery(broker=f"redis://127.0.0.1:{server.getsockname()[1]}", set_as_current=False)
        app.conf.update(task_publish_retry=False, broker_transport_options={"socket_timeout": 0.05})
        monkeypatch.setattr(nudges, "current_app", app)
        monkeypatch.setattr(nudges, "_quiet_until", 0.0)
        yield lambda: came(server)
        app.close()


def came(server):
    count = 0
    while True:
        try:
            server.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1


def test_a_broker_that_is_away_is_left_alone_for_a_moment(nobody):
    nudges.send([nudges.Nudge(1, "engine")])
    assert nobody() > 0
    nudges.send([nudges.Nudge(2, "engine")])
    assert nobody() == 0
    time.sleep(nudges.QUIET)
    nudges.send([nudges.Nudge(3, "engine")])
    assert nobody() > 0
