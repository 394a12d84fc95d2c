"""Counts each request to AWS by service and by what came of it, for /metrics."""

from typing import Any

from botocore.exceptions import BotoCoreError
from botocore.session import Session

from opsportal.health import tally

from .errors import BROKEN, DENIED, THROTTLED


def register(session: Session) -> None:
    """Let every client made by this session be counted, whoever calls through it."""
    session.register("after-call", answered)
    session.register("after-call-error", failed)


def answered(**event: Any) -> None:
    code = event["parsed"].get("Error", {}).get("Code", "")
    tally.aws_call(service(event), outcome(event["http_response"].status_code, code))


def failed(**event: Any) -> None:
    """A request without an answer; one that was never sent, for the lease was over, is none."""
    if isinstance(event["exception"], BotoCoreError):
        tally.aws_call(service(event), "unanswered")


def service(event: dict[str, Any]) -> str:
    """botocore's name of the service, from such as after-call.cloudformation.DescribeStacks."""
    return str(event["event_name"]).split(".")[1]


def outcome(status: int, code: str) -> str:
    """What came of a request, by HTTP status and AWS's error code: all that a person would act upon differently."""
    if status < 300:
        return "ok"
    if code in THROTTLED:
        return "throttled"
    if code in DENIED:
        return "denied"
    return "unanswered" if status >= 500 or code in BROKEN else "refused"
