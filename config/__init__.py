"""Settings and entry points; nothing imports it."""

import gc

gc.set_threshold(50_000, 20, 50)  # Python's 700, 10, 10 collect 400 times while a process starts

from .celery import app as celery_app  # noqa: E402

__all__ = ["celery_app"]
