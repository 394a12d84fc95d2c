"""Instances found without a copy of all, and when one was stopped in AWS's words.

AWS docs: Instance, Amazon EC2 API Reference, StateTransitionReason: `User initiated (2026-01-31 18:00:00 GMT)`.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from moto.ec2.exceptions import InvalidInstanceIdError


def get_instance(backend: Any, instance_id: str) -> Any:
    """In the place of InstanceBackend's, which copies every reservation first."""
    found = get_instance_by_id(backend, instance_id)
    if found is None:
        raise InvalidInstanceIdError(instance_id)
    return found


def get_instance_by_id(backend: Any, instance_id: str) -> Any:
    """None when there is none, as moto has it."""
    return next((row for row in _rows(backend) if row.id == instance_id), None)


def _rows(backend: Any) -> Iterator[Any]:
    """The newest first: what was just made is what is asked for."""
    for reservation in reversed(backend.reservations.values()):
        yield from reservation.instances


def reason(at: datetime) -> str:
    return f"User initiated ({at:%Y-%m-%d %H:%M:%S} GMT)"


def in_gmt(change: Callable[..., Any]) -> Callable[..., Any]:
    """A state change of moto's, which says UTC, with the words of AWS."""

    def changed(instance: Any, *given: Any, **more: Any) -> Any:
        found = change(instance, *given, **more)
        instance._reason = instance._reason.replace(" UTC)", " GMT)")
        return found

    return changed
