"""Several hosts start at once on one database: real processes, on whichever database is under test."""

import subprocess

import pytest

from tests.live.installations import Installation

DJANGO = "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings'; import django; django.setup()\n"
HOLD = """
import sys, time
from opsportal.upkeep import migrating
with migrating.alone():
    print("mine", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def installation(transactional_db, tmp_path):
    made = Installation(tmp_path / "var")
    yield made
    made.drop()


def test_hosts_that_start_at_once_migrate_once(installation):
    hosts = [installation.start("migrate") for _ in range(2)]
    said = [host.communicate(timeout=150) for host in hosts]
    assert [host.returncode for host in hosts] == [0, 0], said
    assert sum("Applying opsportal.0001_first... OK" in out for out, _ in said) == 1


def test_who_waits_goes_on_when_the_other_one_was_killed(installation):
    first = installation.start(code=DJANGO + HOLD)
    assert first.stdout.readline().strip() == "mine"
    second = installation.start(code=DJANGO + HOLD)
    with pytest.raises(subprocess.TimeoutExpired):
        second.wait(6)
    first.kill()
    assert second.stdout.readline().strip() == "mine"
    for host in (first, second):
        host.kill()
        host.communicate()


def test_a_host_that_may_not_migrate_refuses_to_start_with_a_sentence(installation):
    code, said = installation.run("up", "--no-migrate", "--port", "0")
    assert code == 1
    assert "The database lacks " in said
    assert "opsportal.0001_first" in said
    assert "Run manage.py migrate on one host, then start this one." in said
