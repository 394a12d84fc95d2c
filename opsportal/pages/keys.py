"""Keys that let a form start one run only, however often it is sent."""

import secrets
from collections.abc import Mapping
from typing import Any

from ..contexts import digest


def fresh() -> str:
    """What a rendered form carries."""
    return secrets.token_urlsafe(16)


def of(nonce: str, runbook: str, environment_id: int, params: Mapping[str, Any]) -> str:
    """The run's key: the same form with the same content is the same run, with another content it is another."""
    return f"form-{digest([nonce, runbook, environment_id, dict(params)])}"
