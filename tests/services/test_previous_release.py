"""Invariant 16: while a deployment is under way, workers of the previous release run on the tables of this one."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from config.env import ROOT
from opsportal.hosting.supervisor import die_with_parent
from tests.live.installations import Installation

# The commit of the release before this one. The first change after a release puts that release's commit here.
PREVIOUS = "42639533e9611060f3cb83baba64d18c84b86c96"
# Tests of that commit which cannot hold here, each with its reason.
LEFT_OUT = (
    # It wants an undo to take 0.0 s, and on a busy machine it takes 0.1 s, whatever the tables are.
    "tests/engine/test_cancel_and_undo.py::test_undo_asks_and_then_covers_what_acted_in_reverse",
)
PLUGINS = Path(__file__).parent / "plugins"


def called(*argv, **options):
    """A program until its end: its exit code, and all that it said."""
    options |= {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "preexec_fn": die_with_parent}
    done = subprocess.run(argv, check=False, **options)
    return done.returncode, done.stdout


@pytest.fixture(scope="module")
def previous(tmp_path_factory):
    """A folder with the files of the previous release."""
    folder = tmp_path_factory.mktemp("previous")
    if called("git", "rev-parse", "--is-shallow-repository", cwd=ROOT)[1].strip() != "false":
        pytest.skip("This checkout has no history, so the previous release is not in it: clone it whole.")
    code, said = called("git", "archive", f"--output={folder}/files.tar", PREVIOUS, cwd=ROOT)
    if code:
        text = f"The previous release, commit {PREVIOUS}, is not in this checkout ({said.strip()}): clone it whole."
        pytest.fail(text, pytrace=False)
    subprocess.run(["tar", "-xf", "files.tar"], cwd=folder, check=True)
    return folder


def migrations(release):
    """The names of our migrations in the folder of this release."""
    return [path.stem for path in (release / "opsportal/migrations").glob("[0-9]*.py")]


def state(*names):
    """Our models as these migrations leave them."""
    return MigrationLoader(None).project_state([("opsportal", name) for name in names])


def is_demanded(field):
    """Whether each INSERT has to name the column of this field."""
    return not (field.null or field.many_to_many or field.generated or field.has_db_default())


def demanded(before, now):
    """A sentence for each column that came since and that INSERTs have to name."""
    for key in sorted(before.models.keys() & now.models.keys()):
        fields = now.models[key].fields
        for name in sorted(fields.keys() - before.models[key].fields.keys()):
            if key[0] == "opsportal" and is_demanded(fields[name]):
                yield f"{'.'.join(key)}.{name}: no INSERT of the previous release names it; give it a db_default."


@pytest.fixture
def upgraded(transactional_db, previous, tmp_path):
    """An installation of the previous release whose tables this one has migrated."""
    made = Installation(tmp_path / "var")
    made.env |= {"PYTHONPATH": str(PLUGINS), "NEWER_DATABASE": made.url, "NEWEST": max(migrations(ROOT))}
    for release in (previous, ROOT):
        code, said = called(sys.executable, "manage.py", "migrate", env=made.env, cwd=release)
        assert code == 0, said
    yield made
    made.drop()


@pytest.mark.timeout(900)
def test_the_previous_releases_engine_passes_its_tests_on_the_tables_of_this_one(upgraded, previous):
    options = ("--reuse-db", "--maxfail=5", "--tb=short", *(f"--deselect={test}" for test in LEFT_OUT))
    tests = ("-m", "pytest", "-p", "on_newer_tables", *options, "tests/engine")
    code, said = called(sys.executable, *tests, env=upgraded.env, cwd=previous)
    if code:
        pytest.fail(said, pytrace=False)


def test_the_previous_release_need_not_name_a_column_that_came_since(previous):
    sentences = list(demanded(state(*migrations(previous)), state(*migrations(ROOT))))
    assert sentences == [], "\n".join(sentences)


def test_a_column_that_has_to_be_named_is_told():
    told = "\n".join(demanded(state("0001_first"), state("0005_retention")))
    for column in ("approval.needed", "environment.approval_hours", "environment.approvals_needed", "run.glass_reason"):
        assert f"opsportal.{column}: " in told
    assert len(told.splitlines()) == 4


def test_each_table_and_column_of_the_previous_release_is_still_there(db, previous):
    models = state(*migrations(previous)).apps.get_app_config("opsportal").get_models()
    with connection.cursor() as cursor:
        for table in (model._meta for model in models):
            there = connection.introspection.get_table_description(cursor, table.db_table)
            gone = {field.column for field in table.concrete_fields} - {column.name for column in there}
            assert not gone, table.db_table
