"""One portable file of all rows: the same for the three databases, streamed, of one moment.

A zip of two members. `rows.jsonl`: for each table a line {"model", "columns"}, then a line with the values of each row;
values that JSON has no type for are texts. `header.json`: format, release, moment, migrations, rows and the highest key
of each table, and the SHA-256 of the rows.
"""

import hashlib
import json
import os
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.models import Model

from .. import clock

FORMAT = 1
ROWS, HEADER = "rows.jsonl", "header.json"
NOT_KEPT = (
    *("sessions.session", "usersessions.usersession", "opsportal.heartbeat"),
    "opsportal.page",  # a sweep reads again what AWS says after a restore
)
PAGE = 250  # rows held in memory at a time; a step may be several 100 KB
SNAPSHOT = {
    "sqlite": ("BEGIN DEFERRED",),  # in WAL mode it holds no writer up
    "postgresql": ("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",),
    "mysql": (
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
    ),
}


@dataclass
class Header:
    """What a backup says of itself."""

    format: int
    release: str
    taken_at: str
    migrations: list[str]
    counts: dict[str, int] = field(default_factory=dict)
    highest: dict[str, int] = field(default_factory=dict)
    sha256: str = ""


def write(path: Path) -> Header:
    """Write the backup under a name of its own, readable by its owner only, then give it its name. Raises OSError."""
    descriptor, partial = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file, snapshot():
            header = fill(file)
            file.flush()
            os.fsync(file.fileno())
        Path(partial).replace(path)
    finally:
        Path(partial).unlink(missing_ok=True)
    return header


@contextmanager
def snapshot() -> Iterator[None]:
    """All queries in the block see the database as it is at one moment; nobody waits for them."""
    with connection.cursor() as cursor:
        for statement in SNAPSHOT[connection.vendor]:
            cursor.execute(statement)
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def fill(file: IO[bytes]) -> Header:
    digest = hashlib.sha256()
    header = Header(FORMAT, release(), clock.now().isoformat(), migrations())
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        with archive.open(ROWS, "w", force_zip64=True) as rows:
            for chunk in chunks(header):
                digest.update(chunk)
                rows.write(chunk)
        header.sha256 = digest.hexdigest()
        archive.writestr(HEADER, json.dumps(asdict(header), indent=1))
    return header


def release() -> str:
    """The version of this opsportal."""
    text = (settings.BASE_DIR / "pyproject.toml").read_text()
    return str(tomllib.loads(text)["project"]["version"])


def migrations() -> list[str]:
    """Names of the migrations that the database has, such as “opsportal.0001_first”."""
    loader = MigrationLoader(connection)
    return sorted(".".join(key) for key in loader.applied_migrations if key in loader.disk_migrations)


def chunks(header: Header) -> Iterator[bytes]:
    """The lines of all tables, some hundred at a time; counts them on the way."""
    for model in kept(apps):
        names = columns(model)
        yield line({"model": model._meta.label_lower, "columns": names})
        for page in pages(model, names):
            header.counts[model._meta.label_lower] = header.counts.get(model._meta.label_lower, 0) + len(page)
            header.highest[model._meta.label_lower] = page[-1][names.index(model._meta.pk.attname)]
            yield b"".join(line(row) for row in page)


def kept(registry: Any) -> list[type[Model]]:
    """The tables that a backup holds, of these apps."""
    return [model for model in tables(registry) if model._meta.label_lower not in NOT_KEPT]


def tables(registry: Any) -> list[type[Model]]:
    """All tables of these apps."""
    models = registry.get_models(include_auto_created=True)
    return [model for model in models if model._meta.managed and not model._meta.proxy]


def columns(model: type[Model]) -> list[str]:
    return [column.attname for column in model._meta.concrete_fields]


def pages(model: type[Model], names: list[str]) -> Iterator[list[Any]]:
    """The rows in order of their keys; each page is asked for by the last key, for PyMySQL would read all at once."""
    rows = model._base_manager.order_by("pk").values_list(*names)
    page = list(rows[:PAGE])
    while page:
        yield page
        last = page[-1][names.index(model._meta.pk.attname)]
        page = list(rows.filter(pk__gt=last)[:PAGE])


def line(value: Any) -> bytes:
    return json.dumps(value, default=str, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
