"""Keeping everything across restarts: moto's backends and our records, in one file."""

import io
import logging
import os
import pickle
import time
from pathlib import Path
from typing import Any

from moto import backends
from moto.core.base_backend import BackendDict
from moto.s3.models import s3_backends

from sandbox.pickling import Pickler
from sandbox.world import World

log = logging.getLogger("sandbox")
PAUSE = 0.3  # seconds between two writes
PAUSE_AFTER_FAILURE = 5.0
KEPT = ("estate", "faults", "enforced", "filled", "moves", "seeded", "change_set_seconds")


class Store:
    """One file, written whole and atomically."""

    def __init__(self, path: str, world: World) -> None:
        self.path, self.world, self.next = Path(path), world, 0.0

    def load(self) -> None:
        """Does nothing when there is no file yet."""
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            kept = pickle.load(file)  # noqa: S301 - written by ourselves
        for (service, account, region), backend in kept["backends"].items():
            dict.__setitem__(backends.get_backend(service)[account], region, backend)
        s3_backends.bucket_accounts.update(kept["bucket_accounts"])
        for name, value in kept["world"].items():
            setattr(self.world, name, value)

    def save_when_due(self) -> None:
        """Writes if anything changed, with a pause after each write that grows with its length."""
        now = time.monotonic()
        if self.world.changed and now >= self.next:
            pause = PAUSE if self._saved() else PAUSE_AFTER_FAILURE
            self.next = time.monotonic() + max(pause, 2 * (time.monotonic() - now))

    def _saved(self) -> bool:
        try:
            self.save()
        except (pickle.PicklingError, TypeError, AttributeError):
            self.world.changed = True
            log.exception("the state could not be saved: a restart would lose what came since the last time")
            return False
        return True

    def save(self) -> None:
        with self.world.lock:
            self.world.changed, self.world.writing = False, True
            content = self._dump()
        temporary = self.path.with_name(self.path.name + ".new")
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self.path)
        self.world.writing = False

    def _dump(self) -> bytes:
        instances: list[Any] = [i for i in BackendDict._instances if i.service_name != "moto_api"]  # type: ignore[misc]
        found = {(i.service_name, a, r): backend for i in instances for a, r, backend in i.iter_backends()}
        kept = {
            "backends": found,
            "bucket_accounts": s3_backends.bucket_accounts,
            "world": {name: getattr(self.world, name) for name in KEPT},
        }
        file = io.BytesIO()
        Pickler(file, pickle.HIGHEST_PROTOCOL).dump(kept)
        return file.getvalue()
