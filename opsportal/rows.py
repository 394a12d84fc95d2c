"""Rows by key, changes and inserts, the cheap way: on the hot path Django's query compiler costs more than the query.

Values are plain ones, without expressions; there are neither signals nor `auto_now`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from django.db.models import Model

M = TypeVar("M", bound=Model)
BATCH = 100  # rows an insert: SQLite bounds the values of a statement


@dataclass(frozen=True)
class Shape:
    """How a model is read: the columns to select, the attributes they fill, and what converts them, by place."""

    columns: str
    names: tuple[str, ...]
    converting: tuple[tuple[int, Callable[..., Any], Any], ...]


@lru_cache(maxsize=64)
def shape(model: type[Model], vendor: str) -> Shape:
    """The model's shape on this vendor's database."""
    table, fields = model._meta.db_table, model._meta.concrete_fields
    converting: list[tuple[int, Callable[..., Any], Any]] = []
    for place, field in enumerate(fields):
        column = field.get_col(table)
        converters = connection.ops.get_db_converters(column) + column.get_db_converters(connection)
        converting += [(place, convert, column) for convert in converters]
    columns = ", ".join(f"{table}.{quoted(field)}" for field in fields)
    return Shape(columns, tuple(field.attname for field in fields), tuple(converting))


def quoted(field: Any) -> str:
    """The field's column as a statement names it."""
    name: str = connection.ops.quote_name(field.column)
    return name


@lru_cache(maxsize=64)
def query(model: type[Model], path: Sequence[str], vendor: str) -> tuple[str, tuple[type[Model], ...]]:
    """What selects a row and the rows its foreign keys lead to along this path, and their models."""
    models, tables = [model], model._meta.db_table
    for name in path:
        key: Any = models[-1]._meta.get_field(name)
        here, there = models[-1]._meta.db_table, key.related_model._meta.db_table
        tables += f" JOIN {there} ON {there}.id = {here}.{quoted(key)}"
        models.append(key.related_model)
    columns = ", ".join(shape(each, vendor).columns for each in models)
    return f"SELECT {columns} FROM {tables} WHERE {model._meta.db_table}.id = %s", tuple(models)  # noqa: S608  our names


def row(model: type[M], key: int, *path: str) -> M:
    """The row with this primary key, and what its foreign keys lead to along this path. Raises ObjectDoesNotExist."""
    statement, models = query(model, path, connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(statement, [key])
        values = cursor.fetchone()
    if values is None:
        raise ObjectDoesNotExist(f"There is no {model._meta.db_table} {key}.")
    first = here = made(model, values)
    for name, there in zip(path, models[1:], strict=True):
        values = values[len(shape(type(here), connection.vendor).names) :]
        setattr(here, name, made(there, values))
        here = getattr(here, name)
    return first


def made(model: type[M], values: Sequence[Any]) -> M:
    """The object of the first of these values."""
    how = shape(model, connection.vendor)
    own = list(values[: len(how.names)])
    for place, convert, column in how.converting:
        own[place] = convert(own[place], column, connection)
    return model.from_db(connection.alias, how.names, own)


def update(model: type[Model], changes: Mapping[str, Any], where: str, arguments: Sequence[Any]) -> int:
    """Write these values to the rows that match; how many did."""
    fields: list[Any] = [model._meta.get_field(name) for name in changes]
    sets = ", ".join(f"{quoted(field)} = %s" for field in fields)
    values = [prepared(field, value) for field, value in zip(fields, changes.values(), strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {model._meta.db_table} SET {sets} WHERE {where}", [*values, *arguments])  # noqa: S608  our names
        return int(cursor.rowcount)


def insert(model: type[Model], objects: Sequence[Model]) -> None:
    """Insert them in this order; the objects do not learn their keys."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    columns, place = ", ".join(map(quoted, fields)), f"({', '.join(['%s'] * len(fields))})"
    for start in range(0, len(objects), BATCH):
        some = objects[start : start + BATCH]
        values = [prepared(field, getattr(each, field.attname)) for each in some for field in fields]
        places = ", ".join([place] * len(some))
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {model._meta.db_table} ({columns}) VALUES {places}", values)  # noqa: S608  our names


def prepared(field: Any, value: Any) -> Any:
    """The value as the database takes it."""
    return field.get_db_prep_save(value.pk if isinstance(value, Model) else value, connection)
