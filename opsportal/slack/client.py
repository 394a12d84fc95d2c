"""The one client of Slack's Web API."""

from django.conf import settings
from slack_sdk import WebClient

from .logs import quiet

TIMEOUT = 8  # seconds
PLAIN = {"parse": "none", "link_names": False, "unfurl_links": False, "unfurl_media": False}  # of all that is posted


def client() -> WebClient:
    """It tries nothing again: slack-sdk's handlers sleep in the caller, and post twice what arrived without an answer.

    Raises slack_sdk's SlackApiError, and OSError or http.client.HTTPException where Slack is not reached.
    """
    return WebClient(
        token=settings.SLACK_BOT_TOKEN,
        base_url=settings.SLACK_API_URL,
        timeout=TIMEOUT,
        retry_handlers=[],
        logger=quiet("slack_sdk.web"),
    )
