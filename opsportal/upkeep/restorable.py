"""Whether a backup may be brought back here: each refusal is a sentence, and comes before anything is changed."""

import hashlib
import json
import zlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

from django.db import connection
from django.db.migrations.loader import MigrationLoader

from .. import clock
from ..errors import Refused
from ..models import Heartbeat
from ..words import gettext as _
from .backup import FORMAT, HEADER, ROWS, Header

CHUNK = 1 << 20
ALIVE = timedelta(seconds=15)  # a pump that was seen since then is at work
USED = ("auth.user", "opsportal.environment", "opsportal.run", "opsportal.audit")  # rows here: somebody's database


def checked(path: Path) -> Header:
    """The file's header, after all of it was read once. Raises Refused."""
    try:
        with ZipFile(path) as archive:
            header = Header(**json.loads(archive.read(HEADER)))
            with archive.open(ROWS) as rows:
                digest = sha256(rows)
    except OSError as error:
        raise Refused(_("{file} can't be read: {why}.").format(file=path, why=error.strerror)) from error
    except (BadZipFile, EOFError, KeyError, TypeError, ValueError, zlib.error) as error:
        raise Refused(_("{file} is damaged, or no backup. Take another one.").format(file=path)) from error
    if digest != header.sha256:
        text = _("{file} is damaged: its rows are not those it was written with. Take another one.")
        raise Refused(text.format(file=path))
    return header


def sha256(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def registry(header: Header) -> Any:
    """The tables as the backup's migrations made them. Raises Refused: the code or the database has others."""
    loader = MigrationLoader(connection)
    applied = [key for key in loader.applied_migrations if key in loader.disk_migrations]
    code, here, theirs = (
        set(names) for names in (map(".".join, loader.disk_migrations), map(".".join, applied), header.migrations)
    )
    if header.format != FORMAT or theirs - code:
        text = _("The backup is of opsportal {release}, newer than this one, which lacks {names}. Upgrade first.")
        raise Refused(text.format(release=header.release, names=", ".join(sorted(theirs - code)) or ROWS))
    if theirs - here:
        text = _("The database lacks {names}. Run: manage.py migrate")
        raise Refused(text.format(names=", ".join(sorted(theirs - here))))
    if here - theirs:
        text = _("The backup is older than the tables here. Run: {commands}. Then restore, then run: manage.py migrate")
        raise Refused(text.format(commands="; ".join(backwards(here, theirs))))
    return loader.project_state(applied).apps


def backwards(here: set[str], theirs: set[str]) -> Iterator[str]:
    """The commands that bring a database back to the migrations of the backup."""
    for app in sorted({name.split(".")[0] for name in here - theirs}):
        last = max((name.split(".")[1] for name in theirs if name.startswith(f"{app}.")), default="zero")
        yield f"manage.py migrate {app} {last}"


def require_silence() -> None:
    """Raises Refused while workers are at work on this database."""
    last = Heartbeat.objects.filter(name="pump").values_list("at", flat=True).first()
    age = clock.now() - last if last else ALIVE
    if age < ALIVE:
        text = _("A worker was at work {n} s ago. Stop opsportal on every host first.")
        raise Refused(text.format(n=round(age.total_seconds())))


def require_empty(tables: Any) -> None:
    """Raises Refused when somebody uses this database."""
    found = [name for name in USED if tables.get_model(name)._base_manager.exists()]
    if found:
        text = _("The database is not empty: it has rows of {names}. With --replace all of them are deleted.")
        raise Refused(text.format(names=", ".join(found)))
