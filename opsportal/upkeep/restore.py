"""A backup brought back, whole or not at all."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Field

from ..audit import append_only
from ..words import gettext as _
from . import aftermath, backup, restorable, rewound
from .backup import Header

BATCH = 500  # rows inserted at a time


def restore(path: Path, replace: bool = False) -> Header:
    """Put what the file holds in the place of all rows, in one transaction. Raises Refused: nothing was done."""
    header = restorable.checked(path)
    tables = restorable.registry(header)
    restorable.require_silence()
    if not replace:
        restorable.require_empty(tables)
    aftermath.skip_numbers(tables, header.highest)
    with whole(), connection.constraint_checks_disabled():
        fence = aftermath.highest_fence(tables)
        clear(tables)
        load(path, tables)
        go_on_counting(tables)
        taken_at = datetime.fromisoformat(header.taken_at)
        aftermath.settle(tables, aftermath.restored(path.name, taken_at), taken_at, fence)
        connection.check_constraints()
    return header


def settle(taken_at: datetime) -> None:
    """Make it safe to go on after the database's own tool brought the rows back. Raises Refused."""
    restorable.require_silence()
    aftermath.skip_numbers(apps, {})
    with transaction.atomic(durable=True):
        aftermath.settle(apps, aftermath.restored(_("a copy of the database"), taken_at), taken_at, 0)
        rewound.mark()


@contextmanager
def whole() -> Iterator[None]:
    """One transaction in which even the audit may be emptied.

    MariaDB commits whenever a trigger is dropped or made: there they are away around the transaction.
    """
    if connection.features.can_rollback_ddl:
        with transaction.atomic(durable=True):
            append_only.remove(connection)
            yield
            append_only.install(connection)
        return
    append_only.remove(connection)
    try:
        with transaction.atomic(durable=True):
            yield
    finally:
        append_only.install(connection)


def clear(tables: Any) -> None:
    with connection.cursor() as cursor:
        for model in backup.tables(tables):
            cursor.execute(f"DELETE FROM {quoted(model._meta.db_table)}")  # noqa: S608  our own name


def quoted(name: str) -> str:
    return connection.ops.quote_name(name)


@dataclass(frozen=True)
class Table:
    """A table of the backup that is being read."""

    fields: Sequence["Field[Any, Any]"]
    insert: str

    def values(self, row: Sequence[Any]) -> list[Any]:
        """A row as the database's driver takes it."""
        pairs = zip(self.fields, row, strict=True)
        return [field.get_db_prep_save(field.to_python(value), connection) for field, value in pairs]


def table(tables: Any, model: str, columns: Sequence[str]) -> Table:
    meta = tables.get_model(model)._meta
    fields = {field.attname: field for field in meta.concrete_fields}
    names = ", ".join(quoted(fields[name].column) for name in columns)
    marks = ", ".join(["%s"] * len(columns))
    insert = f"INSERT INTO {quoted(meta.db_table)} ({names}) VALUES ({marks})"  # noqa: S608  our own names
    return Table([fields[name] for name in columns], insert)


def load(path: Path, tables: Any) -> None:
    """Insert all rows as they are: no signals, no automatic times."""
    with ZipFile(path) as archive, archive.open(backup.ROWS) as lines, connection.cursor() as cursor:
        for is_head, group in groupby(map(json.loads, lines), lambda line: isinstance(line, dict)):
            if is_head:
                *_without_rows, head = group
                into = table(tables, head["model"], head["columns"])
                continue
            while rows := list(islice(group, BATCH)):
                cursor.executemany(into.insert, [into.values(row) for row in rows])


def go_on_counting(tables: Any) -> None:
    """Let PostgreSQL's sequences go on after the highest keys; the others' follow by themselves."""
    models = [model for model in backup.tables(tables) if model._meta.label_lower not in aftermath.SKIPPED]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
