"""Rows by key and changes to them, the cheap way: on the hot path Django's query compiler costs more than the query.

Values are plain ones, without expressions; there are neither signals nor `auto_now`. Statements are made once, and the
connection is looked up once a call: Django's proxy for it costs as much as a column.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib import import_module
from typing import Any, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import JSONField, Model

from .clock import CLOCKS, told

M = TypeVar("M", bound=Model)
READ = dict.fromkeys(CLOCKS, "SELECT {columns}, {now} FROM {tables} WHERE {table}.{by} = %s")
# On PostgreSQL the lock comes inside, for the outer columns are read after it, and leaves alone who refers to the row;
# on SQLite a transaction holds the whole file from its beginning.
HOLD = READ | {
    "postgresql": "SELECT held.*, {now} FROM"
    " (SELECT {columns} FROM {tables} WHERE {table}.{by} = %s FOR NO KEY UPDATE) AS held",
    "mysql": READ["mysql"] + " FOR UPDATE",
}
# What JSON tells otherwise than PyMySQL: times, and numbers that happen to be whole.
UNPACKING: Mapping[str, Callable[..., Any]] = {
    "DateTimeField": lambda value, column, db: value and datetime.fromisoformat(value),
    "FloatField": lambda value, column, db: None if value is None else float(value),
}


@dataclass(frozen=True)
class Shape:
    """How a model is read: the columns to select, the attributes they fill, and what converts them, by place."""

    columns: str
    names: tuple[str, ...]
    converting: tuple[tuple[int, Callable[..., Any], Any], ...]


@lru_cache(maxsize=64)
def shape(model: type[Model], vendor: str) -> Shape:
    """The model's shape on this vendor's database."""
    db, table, fields = connections[DEFAULT_DB_ALIAS], model._meta.db_table, model._meta.concrete_fields
    converting: list[tuple[int, Callable[..., Any], Any]] = []
    for place, field in enumerate(fields):
        column = field.get_col(table)
        converters = db.ops.get_db_converters(column) + column.get_db_converters(db)
        unpacking = UNPACKING.get(field.get_internal_type()) if vendor == "mysql" else None
        converting += [(place, convert, column) for convert in (unpacking, *converters) if convert]
    columns = ", ".join(packable(field, table, vendor) for field in fields)
    return Shape(columns, tuple(field.attname for field in fields), tuple(converting))


def packable(field: Any, table: str, vendor: str) -> str:
    """How the column is selected; among packed ones, JSON stays the text that it is elsewhere."""
    name = f"{table}.{quoted(field)}"
    return f"CAST({name} AS CHAR)" if vendor == "mysql" and isinstance(field, JSONField) else name


def quoted(field: Any) -> str:
    """The field's column as a statement names it."""
    name: str = connections[DEFAULT_DB_ALIAS].ops.quote_name(field.column)
    return name


@dataclass(frozen=True)
class Selection:
    """What selects a row and the rows its foreign keys lead to: columns, the tables joined, and their models.

    On MariaDB all columns come packed into one: PyMySQL, which is Python, takes apart a description of every column.
    """

    columns: str
    tables: str
    models: tuple[type[Model], ...]


@lru_cache(maxsize=64)
def selection(model: type[Model], path: Sequence[str], vendor: str) -> Selection:
    """How to select a row of this model with what its foreign keys lead to along this path."""
    models, tables = [model], model._meta.db_table
    for name in path:
        key: Any = models[-1]._meta.get_field(name)
        here, there = models[-1]._meta.db_table, key.related_model._meta.db_table
        tables += f" JOIN {there} ON {there}.id = {here}.{quoted(key)}"
        models.append(key.related_model)
    columns = ", ".join(shape(each, vendor).columns for each in models)
    return Selection(f"JSON_ARRAY({columns})" if vendor == "mysql" else columns, tables, tuple(models))


def opened(db: Any) -> Any:
    """A cursor; PostgreSQL plans its statements only once, see `prepare_threshold` in the settings."""
    if db.vendor != "postgresql":
        return db.cursor()
    db.ensure_connection()
    cursor = import_module("django.db.backends.postgresql.base").ServerBindingCursor(db.connection)
    return db.make_debug_cursor(cursor) if db.queries_logged else db.make_cursor(cursor)


def row(model: type[M], key: Any, *path: str, by: str = "id") -> tuple[M, datetime]:
    """The row with this key, with what its foreign keys lead to along this path, and the time it was read.

    `by`: the column that the key is of, a unique one. Raises ObjectDoesNotExist.
    """
    return one(READ, model, key, path, by)


def held(model: type[M], key: int) -> tuple[M, datetime]:
    """The same, of the row alone, which is ours until the transaction ends. The time is that of getting it."""
    return one(HOLD, model, key, ())


def first(model: type[M], rest: str, arguments: Sequence[Any]) -> M | None:
    """The first row that `rest` leads to: WHERE and what follows."""
    db = connections[DEFAULT_DB_ALIAS]
    what = selection(model, (), db.vendor)
    with opened(db) as cursor:
        statement = f"SELECT {what.columns} FROM {what.tables} WHERE {rest} LIMIT 1"  # noqa: S608  our names
        cursor.execute(statement, adapted(db, arguments))
        values = cursor.fetchone()
    if values is None:
        return None
    return made(model, json.loads(values[0]) if db.vendor == "mysql" else values)


def one(how: Mapping[str, str], model: type[M], key: Any, path: Sequence[str], by: str = "id") -> tuple[M, datetime]:
    db, table = connections[DEFAULT_DB_ALIAS], model._meta.db_table
    what = selection(model, path, db.vendor)
    statement = how[db.vendor].format(
        columns=what.columns, tables=what.tables, table=table, by=by, now=CLOCKS[db.vendor]
    )
    with opened(db) as cursor:
        cursor.execute(statement, [key])
        values = cursor.fetchone()
    if values is None:
        raise ObjectDoesNotExist(f"There is no {table} {key}.")
    own = json.loads(values[0]) if db.vendor == "mysql" else values
    return along(model, path, own), told(values[-1])


def along(model: type[M], path: Sequence[str], values: Sequence[Any]) -> M:
    """The object of these values, which were selected with this path, and the objects it leads to."""
    vendor = connections[DEFAULT_DB_ALIAS].vendor
    first = here = made(model, values)
    for name, there in zip(path, selection(model, path, vendor).models[1:], strict=True):
        values = values[len(shape(type(here), vendor).names) :]
        setattr(here, name, made(there, values))
        here = getattr(here, name)
    return first


def made(model: type[M], values: Sequence[Any]) -> M:
    """The object of the first of these values."""
    db = connections[DEFAULT_DB_ALIAS]
    how = shape(model, db.vendor)
    own = list(values[: len(how.names)])
    for place, convert, column in how.converting:
        own[place] = convert(own[place], column, db)
    return model.from_db(db.alias, how.names, own)


@lru_cache(maxsize=64)
def choosing(model: type[Model], names: Sequence[str], vendor: str) -> tuple[str, tuple[tuple[str, Any, Any], ...]]:
    """What selects these columns, and what converts them, by name."""
    db, table, converting = connections[DEFAULT_DB_ALIAS], model._meta.db_table, []
    columns = [model._meta.get_field(name).get_col(table) for name in names]  # type: ignore[union-attr]
    for name, column in zip(names, columns, strict=True):
        converters = db.ops.get_db_converters(column) + column.get_db_converters(db)
        converting += [(name, convert, column) for convert in converters]
    listed = ", ".join(quoted(column.target) for column in columns)
    return f"SELECT {listed} FROM {table}", tuple(converting)  # noqa: S608  our names


def several(model: type[Model], names: Sequence[str], rest: str, arguments: Sequence[Any]) -> list[dict[str, Any]]:
    """These columns of the rows that `rest` leads to: WHERE and what follows."""
    db = connections[DEFAULT_DB_ALIAS]
    statement, converting = choosing(model, tuple(names), db.vendor)
    with opened(db) as cursor:
        cursor.execute(f"{statement} WHERE {rest}", arguments)
        found = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
    for each in found:
        for name, convert, column in converting:
            each[name] = convert(each[name], column, db)
    return found


@lru_cache(maxsize=256)
def setting(model: type[Model], names: Sequence[str], vendor: str) -> tuple[str, tuple[Any, ...]]:
    """What writes these columns, and their fields."""
    fields: tuple[Any, ...] = tuple(model._meta.get_field(name) for name in names)
    sets = ", ".join(f"{quoted(field)} = %s" for field in fields)
    return f"UPDATE {model._meta.db_table} SET {sets}", fields  # noqa: S608  our names


def update(model: type[Model], changes: Mapping[str, Any], where: str, arguments: Sequence[Any]) -> int:
    """Write these values to the rows that match; how many did."""
    db = connections[DEFAULT_DB_ALIAS]
    statement, fields = setting(model, tuple(changes), db.vendor)
    values = [prepared(db, field, value) for field, value in zip(fields, changes.values(), strict=True)]
    values += adapted(db, arguments)
    with opened(db) as cursor:
        cursor.execute(f"{statement} WHERE {where}", values)
        return int(cursor.rowcount)


def adapted(db: Any, arguments: Sequence[Any]) -> list[Any]:
    """Arguments as the database takes them."""
    return [db.ops.adapt_datetimefield_value(each) if isinstance(each, datetime) else each for each in arguments]


def prepared(db: Any, field: Any, value: Any) -> Any:
    """The value as the database takes it."""
    return field.get_db_prep_save(value.pk if isinstance(value, Model) else value, db)
