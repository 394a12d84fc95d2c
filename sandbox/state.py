"""Keeping everything across restarts: moto's backends and our records, in one file."""

import importlib
import io
import os
import pickle
import tempfile
import threading
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from moto import backends
from moto.core.base_backend import BackendDict
from moto.s3.models import s3_backends

from sandbox.world import World

PAUSE = 0.3  # seconds between two writes
LOCKS = (type(threading.Lock()), type(threading.RLock()), threading.Condition, threading.Event)
KEPT = ("estate", "faults", "enforced", "change_set_seconds")


class _Pickler(pickle.Pickler):
    """Locks are made anew, moto's registries of backends are referred to by name, spooled files go as bytes."""

    def persistent_id(self, thing: Any) -> Any:
        return ("backends", thing.service_name) if isinstance(thing, BackendDict) else None

    def reducer_override(self, thing: Any) -> Any:
        if isinstance(thing, LOCKS):
            return _new_lock, (type(thing).__name__,)
        if isinstance(thing, tempfile.SpooledTemporaryFile):
            return _new_file, (_content(thing),)
        if isinstance(thing, defaultdict) and type(thing) is not defaultdict:
            return _new_dict, (type(thing), thing.default_factory), vars(thing), None, iter(list(thing.items()))
        if callable(thing) and getattr(thing, "__name__", "") == "<lambda>":
            return _lambda, (thing.__module__, thing.__qualname__)
        return NotImplemented


class _Unpickler(pickle.Unpickler):
    def persistent_load(self, ident: Any) -> Any:
        return backends.get_backend(ident[1])


def _new_lock(kind: str) -> Any:
    makers = {"lock": threading.Lock, "RLock": threading.RLock, "Condition": threading.Condition}
    return makers.get(kind, threading.Event)()


def _new_dict(kind: Any, factory: Any) -> Any:
    made = kind.__new__(kind)
    made.default_factory = factory
    return made


def _content(file: Any) -> bytes:
    place = file.tell()
    file.seek(0)
    found = bytes(file.read())
    file.seek(place)
    return found


def _new_file(content: bytes) -> Any:
    file = tempfile.SpooledTemporaryFile(max_size=10_000_000)  # noqa: SIM115 - lives as long as the object
    file.write(content)
    return file


def _lambda(module: str, name: str) -> Any:
    found: Any = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return found


class Store:
    """One file, written whole and atomically."""

    def __init__(self, path: str, world: World) -> None:
        self.path, self.world, self.next = Path(path), world, 0.0

    def load(self) -> None:
        """Does nothing when there is no file yet."""
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            kept = _Unpickler(file).load()
        for (service, account, region), backend in kept["backends"].items():
            dict.__setitem__(backends.get_backend(service)[account], region, backend)
        for service, attributes in kept["registries"].items():
            vars(backends.get_backend(service)).update(attributes)
        for name in KEPT:
            setattr(self.world, name, kept["world"][name])

    def save_when_due(self) -> None:
        """Writes if anything changed, with a pause after each write that grows with its length."""
        now = time.monotonic()
        if self.world.changed and now >= self.next:
            self.save()
            self.next = time.monotonic() + max(PAUSE, 2 * (time.monotonic() - now))

    def save(self) -> None:
        with self.world.lock:
            self.world.changed = False
            content = self._dump()
        temporary = self.path.with_name(self.path.name + ".new")
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self.path)

    def _dump(self) -> bytes:
        instances: list[Any] = [i for i in BackendDict._instances if i.service_name != "moto_api"]  # type: ignore[misc]
        found = {(i.service_name, a, r): backend for i in instances for a, r, backend in i.iter_backends()}
        registries = {"s3": {"bucket_accounts": s3_backends.bucket_accounts}}
        world = {name: getattr(self.world, name) for name in KEPT}
        file = io.BytesIO()
        _Pickler(file, pickle.HIGHEST_PROTOCOL).dump({"backends": found, "registries": registries, "world": world})
        return file.getvalue()
