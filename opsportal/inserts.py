"""Rows inserted the cheap way, one and many, with plain values as in `rows`.

On PostgreSQL many rows are one value, JSON: psycopg reads a statement with a place for each value anew each time, which
took a third of the time that findings need, and arrays cost it half as much.
"""

import json
from base64 import b16encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import CharField, Model

from .rows import opened, prepared, quoted

BATCH = 100  # rows an insert: SQLite bounds the values of a statement
TOGETHER = 500  # the same, as JSON


@dataclass(frozen=True)
class Inserting:
    """What inserts, the place of one row's values, what selects many rows, and the fields: all but the key."""

    statement: str
    place: str
    rows: str
    fields: tuple[Any, ...]


@lru_cache(maxsize=64)
def inserting(model: type[Model], vendor: str) -> Inserting:
    """How rows of this model are inserted on this vendor's database."""
    fields = tuple(field for field in model._meta.concrete_fields if not field.primary_key)
    columns, place = ", ".join(map(quoted, fields)), f"({', '.join(['%s'] * len(fields))})"
    typed = ", ".join(f"{quoted(field)} {column_type(field)}" for field in fields)
    return Inserting(
        f"INSERT INTO {model._meta.db_table} ({columns}) ",
        place,
        f"SELECT * FROM json_to_recordset(%s::json) AS row({typed})",  # noqa: S608  our names
        fields,
    )


def column_type(field: Any) -> str:
    """Of a value on its way; as one of so many characters what is too long for the column would be cut."""
    return "text" if isinstance(field, CharField) else str(field.rel_db_type(connections[DEFAULT_DB_ALIAS]))


def insert(model: type[Model], objects: Sequence[Any], rest: str = "") -> list[Any]:
    """Insert them in this order, each a model or whatever has its columns; they do not learn their keys.

    `rest` follows the values; what it returns.
    """
    db, returned = connections[DEFAULT_DB_ALIAS], list[Any]()
    how = inserting(model, db.vendor)
    together = db.vendor == "postgresql" and len(objects) > 1
    size = TOGETHER if together else BATCH
    for start in range(0, len(objects), size):
        some = objects[start : start + size]
        statement, values = as_json(how, some) if together else in_places(how, some, db)
        with opened(db) as cursor:
            cursor.execute(how.statement + statement + rest, values)
            returned += cursor.fetchall() if cursor.description else ()
    return returned


def in_places(how: Inserting, objects: Sequence[Any], db: Any) -> tuple[str, list[Any]]:
    """A place for each value, and the values."""
    values = [prepared(db, field, getattr(each, field.attname)) for each in objects for field in how.fields]
    return f"VALUES {', '.join([how.place] * len(objects))}", values


def as_json(how: Inserting, objects: Sequence[Any]) -> tuple[str, list[Any]]:
    """All rows as one value."""
    names = [(field.column, field.attname) for field in how.fields]
    rows = [{column: getattr(each, name) for column, name in names} for each in objects]
    return how.rows, [json.dumps(rows, default=told)]


def told(value: Any) -> str:
    """What JSON has no word for, as PostgreSQL reads it. Raises TypeError."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return f"\\x{b16encode(value).decode()}"
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"A {type(value).__name__} can't be inserted.")


def add(model: type[Model], objects: Sequence[Any]) -> None:
    """Insert them in this order; the objects are then as if they had been saved."""
    for each, (key,) in zip(objects, insert(model, objects, " RETURNING id"), strict=True):
        each.pk = key
        each._state.adding, each._state.db = False, DEFAULT_DB_ALIAS


@lru_cache(maxsize=64)
def replacing(model: type[Model], by: str, names: Sequence[str], vendor: str) -> str:
    """What follows an INSERT so that these columns are written where there is a row with the same `by`."""
    fields = [quoted(model._meta.get_field(name)) for name in names]
    if vendor == "mysql":
        return " ON DUPLICATE KEY UPDATE " + ", ".join(f"{name} = VALUES({name})" for name in fields)
    return f" ON CONFLICT ({by}) DO UPDATE SET " + ", ".join(f"{name} = excluded.{name}" for name in fields)


def put(model: type[Model], objects: Sequence[Any], by: str, names: Sequence[str]) -> dict[Any, int]:
    """Insert them, or write these columns of the row that has the same `by`, a unique column; each one's key by it."""
    rest = replacing(model, by, tuple(names), connections[DEFAULT_DB_ALIAS].vendor)
    return dict(insert(model, objects, f"{rest} RETURNING {by}, id"))
