"""Settings and entry points; nothing imports it."""

from . import collecting

collecting.seldom()

from .celery import app as celery_app  # noqa: E402

__all__ = ["celery_app"]
