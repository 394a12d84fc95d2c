"""When an instance was stopped, in AWS's words: `User initiated (2026-01-31 18:00:00 GMT)`.

AWS docs: Instance, Amazon EC2 API Reference, StateTransitionReason.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any


def reason(at: datetime) -> str:
    return f"User initiated ({at:%Y-%m-%d %H:%M:%S} GMT)"


def in_gmt(change: Callable[..., Any]) -> Callable[..., Any]:
    """A state change of moto's, which says UTC, with the words of AWS."""

    def changed(instance: Any, *given: Any, **more: Any) -> Any:
        found = change(instance, *given, **more)
        instance._reason = instance._reason.replace(" UTC)", " GMT)")
        return found

    return changed
