"""Calls whose effect only a listing can find: when they may be sent again after their answer was lost."""

from datetime import datetime, timedelta

from opsportal.contexts import Aws

LAG = timedelta(seconds=60)  # AWS's lists lag behind its changes


def believable(aws: Aws, service: str, operation: str, now: datetime) -> bool:
    """Whether a list that shows nothing may be believed: nothing was sent in the last minute whose answer was lost."""
    sent = aws.unanswered(service, operation)
    return sent is None or now - sent >= LAG
