"""Listening by Socket Mode: a connection out that comes back by itself, and an end in order. No port is open.

Slack docs: Using Socket Mode. slack-sdk opens another connection when Slack announces the end of one, when one breaks,
and when no answer to a ping comes; Slack gives each envelope to one of the app's connections.
"""

import threading
from http.client import HTTPException

import structlog
from django.conf import settings
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk.errors import SlackApiError, SlackClientError

from ..errors import Refused
from ..threads import Asked
from ..words import gettext as _
from . import calls, work
from .app import app
from .client import client
from .logs import quiet

log = structlog.get_logger(__name__)

PING = 5.0  # seconds between two, and between two looks whether the connection is there
AGAIN = 5.0  # until the first connection is tried again
PATIENCE = 8.0  # seconds in which what has been taken is done, when the process ends
NOT_OURS = (*calls.OURS, "not_allowed_token_type", "missing_scope")


def begin(ending: Asked) -> SocketModeHandler:
    """Connects, now or as soon as Slack is there. Raises Refused: Slack does not know the token."""
    listens = SocketModeHandler(
        app(), settings.SLACK_APP_TOKEN, logger=quiet("slack_sdk.socket_mode"), web_client=client(), ping_interval=PING
    )
    if not connected(listens):
        threading.Thread(target=keep_trying, args=(listens, ending), name="slack-connect", daemon=True).start()
    return listens


def keep_trying(listens: SocketModeHandler, ending: Asked) -> None:
    """Until there is a first connection, which slack-sdk then looks after."""
    while not ending.wait(AGAIN):
        try:
            if connected(listens):
                return
        except Refused as error:
            log.error("Slack is not listened to", error=error.message)


def connected(listens: SocketModeHandler) -> bool:
    """Each try has a ticket of its own. Raises Refused."""
    try:
        listens.client.connect_to_new_endpoint()
    except SlackApiError as error:
        said = str(error.response.get("error", ""))
        if said in NOT_OURS:
            text = _("Slack does not take SLACK_APP_TOKEN: {error}. Its app-level token has connections:write.")
            raise Refused(text.format(error=said)) from error
        log.warning("Slack is away", error=said or error.response.status_code)
    except (SlackClientError, OSError, HTTPException) as error:
        log.warning("Slack is away", error=type(error).__name__)
    return bool(listens.client.is_connected())


def end(listens: SocketModeHandler) -> None:
    """Nothing more is taken, and what has been is acknowledged and done.

    The rest Slack gives to another process, or sends again.
    """
    taking = listens.client
    taking.auto_reconnect_enabled, taking.closed = False, True
    taking.message_processor.shutdown()  # type: ignore[no-untyped-call]
    taking.message_workers.shutdown()
    closing = threading.Thread(target=listens.close, name="slack-close", daemon=True)
    closing.start()
    closing.join(PATIENCE)
    if not work.drained(PATIENCE):
        log.warning("what was asked for in Slack was not all done", left=len(work.DEEDS.open))
