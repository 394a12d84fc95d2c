"""A notice as a signed webhook. Standard Webhooks, https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md"""

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

import requests
from django.conf import settings

from .. import clock
from ..models import Notice
from ..words import gettext as _
from . import NotDelivered, recipients

TIMEOUT = (3.0, 10.0)  # seconds to connect, and to wait for an answer
GONE = 410  # who answers so wants no more of them
SHOWN = 200  # bytes of an answer that is a refusal


def send(notice: Notice) -> None:
    """Raises NotDelivered. Sent twice, as after a crash, it has the same webhook-id. Follows no redirect."""
    if why := recipients.against(notice.to):
        raise NotDelivered(why)
    content = body(notice)
    try:
        with requests.post(
            notice.to,
            data=content,
            headers=headers(notice, content, clock.now()),
            timeout=TIMEOUT,
            allow_redirects=False,
            stream=True,
        ) as answer:
            if not 200 <= answer.status_code < 300:
                raise refused(answer)
    except requests.RequestException as error:
        raise NotDelivered(_("It could not be sent: {error}").format(error=error)) from error


def refused(answer: requests.Response) -> NotDelivered:
    """What is told of an answer; of its words no more than a line is read."""
    words = next(answer.iter_content(SHOWN), b"").decode(errors="replace")
    text = _("The receiver answered {status}: {words}").format(status=answer.status_code, words=" ".join(words.split()))
    return NotDelivered(text.removesuffix(": "), for_good=answer.status_code == GONE)


def body(notice: Notice) -> bytes:
    known = {"subject": notice.subject, "text": notice.text, **notice.data}
    told: dict[str, Any] = {"type": kind(notice), "timestamp": notice.created_at.isoformat(), "data": known}
    return json.dumps(told).encode()


def kind(notice: Notice) -> str:
    """What the event is called."""
    if notice.firing_id:
        return "policy.digest"
    kinds = {"question": "run.asked", "glass": "run.glass"}
    return kinds.get(notice.about.partition(":")[0], "run.failed")


def headers(notice: Notice, content: bytes, now: datetime) -> dict[str, str]:
    """The id stays, the time is that of the attempt, and both are signed with the body."""
    name, at = f"notice-{notice.pk}", str(int(now.timestamp()))
    return {
        "Content-Type": "application/json",
        "User-Agent": "opsportal",
        "webhook-id": name,
        "webhook-timestamp": at,
        "webhook-signature": f"v1,{signature(name, at, content)}",
    }


def signature(name: str, at: str, content: bytes) -> str:
    """HMAC-SHA256 of id, time and body, as base64; the secret is base64 after `whsec_`."""
    key = base64.b64decode(settings.WEBHOOK_SECRET.removeprefix("whsec_"))
    signed = b".".join((name.encode(), at.encode(), content))
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
