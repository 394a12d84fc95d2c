"""An installation moves from SQLite to the database under test, by its commands alone."""

import json
from zipfile import ZipFile

import pytest

from opsportal.upkeep import backup
from tests.live.installations import Installation

FILL = """
from django.contrib.auth.models import Group, User
from opsportal.models import Environment, Run
from django.utils import timezone
olga = User.objects.create_superuser("olga", "olga@example.org", "a password of some length")
olga.groups.set(Group.objects.all()[:2])
where = Environment.objects.create(name="dev", account="123456789012", regions=["eu-central-1"], variables={"a": "ö🚀"})
known = {"runbook": "x", "caller": "c", "key": "k", "requested_by": olga, "created_at": timezone.now()}
run = Run.objects.create(environment=where, **known)
for n in range(600):
    run.lines.create(number=n + 1, at=run.created_at, text=f"line {n}")
Run.objects.filter(pk=run.pk).update(events=600, status="succeeded")
"""


@pytest.fixture
def there(transactional_db, tmp_path):
    made = Installation(tmp_path / "there")
    yield made
    made.drop()


def rows(file):
    """The rows of a backup by table, but for those of the pause and the audit, which a restore adds to."""
    with ZipFile(file) as archive:
        lines = archive.read(backup.ROWS).decode().splitlines()
    found, name = {}, ""
    for line in lines:
        if line.startswith("{"):
            name = json.loads(line)["model"]
        elif name not in ("opsportal.pause", "opsportal.audit"):
            found.setdefault(name, []).append(line)
    return found


def test_everything_of_a_sqlite_installation_is_there_after_the_move(there, tmp_path):
    here = Installation(tmp_path / "here", f"sqlite:///{tmp_path}/here.sqlite3")
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    for installation, *words in (
        (here, "migrate"),
        (here, "shell", "-c", FILL),
        (here, "backup", str(first)),
        (there, "migrate"),
        (there, "restore", str(first)),
        (there, "backup", str(second)),
    ):
        code, said = installation.run(*words)
        assert code == 0, said
    assert rows(first) == rows(second)
    assert len(rows(first)["opsportal.event"]) == 600
