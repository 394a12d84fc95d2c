"""Pickling what moto's backends hold, which the standard pickler refuses in part."""

import importlib
import marshal
import pickle
import tempfile
import threading
import weakref
from collections import defaultdict
from types import CellType, FunctionType
from typing import Any, get_args

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from moto import backends
from moto.core.base_backend import BackendDict

PRIVATE_KEYS = get_args(PrivateKeyTypes)
LOCKS = (type(threading.Lock()), type(threading.RLock()), threading.Condition, threading.Event)


class Pickler(pickle.Pickler):
    """Registries of backends are referred to by name; locks are made anew; the rest is taken apart."""

    def persistent_id(self, thing: Any) -> Any:
        return ("backends", thing.service_name) if isinstance(thing, BackendDict) else None

    def reducer_override(self, thing: Any) -> Any:
        if isinstance(thing, LOCKS):
            return _new_lock, (type(thing).__name__,)
        if isinstance(thing, tempfile.SpooledTemporaryFile):
            return _new_file, (_content(thing),)
        if isinstance(thing, weakref.ReferenceType):
            return weakref.ref, (thing(),)
        if isinstance(thing, defaultdict) and type(thing) is not defaultdict:
            return _new_dict, (type(thing), thing.default_factory), vars(thing), None, iter(list(thing.items()))
        if isinstance(thing, FunctionType) and "<" in thing.__qualname__:
            cells = tuple(cell.cell_contents for cell in thing.__closure__ or ())
            return _new_function, (marshal.dumps(thing.__code__), thing.__module__, thing.__defaults__, cells)
        return _reduced_secret(thing)


class Unpickler(pickle.Unpickler):
    def persistent_load(self, ident: Any) -> Any:
        return backends.get_backend(ident[1])


def _reduced_secret(thing: Any) -> Any:
    if isinstance(thing, x509.Certificate):
        return _new_certificate, (thing.public_bytes(serialization.Encoding.DER),)
    if not isinstance(thing, PRIVATE_KEYS):
        return NotImplemented
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
