"""Pickling what moto's backends hold, which the standard pickler refuses in part."""

import importlib
import marshal
import pickle
import tempfile
import threading
import weakref
from collections import defaultdict
from functools import cache
from types import CellType, FunctionType
from typing import Any, get_args

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from moto import backends
from moto.core.base_backend import BackendDict

PRIVATE_KEYS = get_args(PrivateKeyTypes)
LOCKS = (type(threading.Lock()), type(threading.RLock()), threading.Condition, threading.Event)
SPECIAL = (
    *LOCKS,
    *PRIVATE_KEYS,
    BackendDict,
    FunctionType,
    defaultdict,
    tempfile.SpooledTemporaryFile,
    weakref.ReferenceType,
    x509.Certificate,
)


class Pickler(pickle.Pickler):
    """Registries of backends are referred to by name; locks are made anew; the rest is taken apart."""

    def reducer_override(self, thing: Any) -> Any:
        kind: Any = type(thing)
        return _reduced(thing) if _special(kind) else NotImplemented


@cache
def _special(kind: type) -> bool:
    """Asked once for each type: there are millions of things in a large estate, nearly all of them plain."""
    return issubclass(kind, SPECIAL)


def _reduced(thing: Any) -> Any:
    if isinstance(thing, BackendDict):
        return backends.get_backend, (thing.service_name,)
    if isinstance(thing, LOCKS):
        return _new_lock, (type(thing).__name__,)
    if isinstance(thing, tempfile.SpooledTemporaryFile):
        return _new_file, (_content(thing),)
    if isinstance(thing, weakref.ReferenceType):
        return weakref.ref, (thing(),)
    if isinstance(thing, defaultdict):
        return _reduced_dict(thing)
    if isinstance(thing, FunctionType):
        return _reduced_function(thing)
    return _reduced_secret(thing)


def _reduced_dict(thing: Any) -> Any:
    if type(thing) is defaultdict:
        return NotImplemented
    return _new_dict, (type(thing), thing.default_factory), vars(thing), None, iter(list(thing.items()))


def _reduced_function(thing: FunctionType) -> Any:
    if "<" not in thing.__qualname__:
        return NotImplemented
    cells = tuple(cell.cell_contents for cell in thing.__closure__ or ())
    return _new_function, (marshal.dumps(thing.__code__), thing.__module__, thing.__defaults__, cells)


def _reduced_secret(thing: Any) -> Any:
    if isinstance(thing, x509.Certificate):
        return _new_certificate, (thing.public_bytes(serialization.Encoding.DER),)
    form = (serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return _new_key, (thing.private_bytes(*form),)


def _new_certificate(content: bytes) -> x509.Certificate:
    return x509.load_der_x509_certificate(content)


def _new_key(content: bytes) -> Any:
    return serialization.load_der_private_key(content, None)


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


def _new_function(code: bytes, module: str, defaults: Any, cells: tuple[Any, ...]) -> Any:
    names = vars(importlib.import_module(module))
    return FunctionType(marshal.loads(code), names, argdefs=defaults, closure=tuple(map(CellType, cells)))  # noqa: S302
