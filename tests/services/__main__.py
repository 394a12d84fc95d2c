"""`make test-services`: what depends on the database, on PostgreSQL and MariaDB side by side, with a Redis service."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pymysql
import redis

from opsportal.hosting.supervisor import die_with_parent

ADDRESSES = {
    "TEST_POSTGRES_URL": "postgres://postgres@127.0.0.1:5432",
    "TEST_MARIADB_URL": "mysql://root@127.0.0.1:3306",
    "TEST_REDIS_URL": "redis://127.0.0.1:6379",
}
DATABASES = {"PostgreSQL": "TEST_POSTGRES_URL", "MariaDB": "TEST_MARIADB_URL"}
CAMPAIGN = "tests/live/test_deployments.py::test_a_deployment_survives_a_seeded_campaign[0]"
# Tests that docs/design.md names for an invariant, of modules that are left out otherwise, for they take long.
INVARIANTS = {
    "tests/aws/test_changes.py": ("test_a_lost_answer_leaves_one_effect",),
    "tests/aws/test_door.py": ("test_credentials_that_became_another_accounts_delete_nothing",),
    "tests/cleanups/test_cleanup.py": (
        "test_a_volume_attached_again_since_it_was_marked_is_left_alone",
        "test_the_account_is_compared_before_the_deletion",
        "test_two_clean_ups_of_the_same_resource_delete_it_once",
        "test_two_clean_ups_in_the_same_seconds_stay_within_the_caps_together",
        "test_a_finding_made_exempt_after_the_plan_is_left_alone",
        "test_a_volume_tagged_since_it_was_marked_is_left_alone",
        "test_after_a_refused_read_nothing_is_cleaned_up",
        "test_no_more_than_the_cap_is_deleted_and_the_rest_is_listed",
    ),
    "tests/slack/test_bucket.py": ("test_a_minute_never_has_more_than_fifty_updates",),
    "tests/slack/test_people.py": ("test_somebody_elses_link_connects_nobody",),
    "tests/slack/test_pressing.py": (
        "test_nobody_answers_without_the_right",
        "test_nobody_answers_who_is_not_known",
        "test_an_old_messages_button_answers_no_newer_question",
        "test_the_requester_answers_nothing",
        "test_a_button_pressed_twice_answers_once",
        "test_a_retry_is_of_the_failure_that_was_shown",
        "test_as_many_approve_as_are_needed",
    ),
    "tests/slack/test_quickness.py": (
        "test_a_command_is_acknowledged_within_300_ms_though_nobody_works",
        "test_a_command_is_acknowledged_while_slack_is_slow_to_take_answers",
    ),
    "tests/slack/test_receiving.py": (
        "test_a_forged_signature_is_refused",
        "test_a_time_that_is_none_or_not_now_is_refused",
        "test_an_exact_replay_is_refused",
    ),
    "tests/slack/test_speaking.py": (
        "test_a_channel_that_is_named_is_not_written_to",
        "test_bots_edits_and_the_bot_itself_are_not_answered",
        "test_the_same_form_sent_twice_starts_one_run",
        "test_only_an_environments_own_channel_reads_of_it",
    ),
}
TESTS = (
    *("tests/services", "tests/engine", "tests/sweeps", "tests/policies/test_firings.py"),
    *("tests/findings", "tests/hostile/test_findings.py", "tests/cleanups/test_races.py"),
    *("tests/slack/test_projecting.py", "tests/slack/test_notices.py", "tests/live/test_portals.py"),
    *("tests/live/test_migrating.py", "tests/live/test_workers.py", "tests/policies/test_policies.py"),
    "tests/live/test_rewound.py",
    CAMPAIGN,
    *(f"{module}::{test}" for module, tests in INVARIANTS.items() for test in tests),
)


def address(variable):
    return os.environ.get(variable) or ADDRESSES[variable]


def connect(url):
    """Ask the service for a connection. Raises the error of its library."""
    found = urlsplit(url)
    if found.scheme.startswith("postgres"):
        psycopg.connect(url, dbname="postgres", connect_timeout=5).close()
    elif found.scheme == "mysql":
        login = {"user": found.username or "root", "password": found.password or ""}
        pymysql.connect(host=found.hostname, port=found.port or 3306, connect_timeout=5, **login).close()
    else:
        with redis.Redis.from_url(url, socket_connect_timeout=5) as server:
            server.ping()


def silent():
    """A sentence for each service that does not answer."""
    for variable in ADDRESSES:
        where = urlsplit(address(variable))
        try:
            connect(address(variable))
        except (psycopg.Error, pymysql.Error, redis.RedisError) as error:
            server, why = f"{where.scheme}://{where.hostname}:{where.port}", str(error).splitlines()[0]
            yield f"{variable}: no answer from {server} ({why}). Start it, or name another address."


def start(variable, tests, path):
    """The tests on this database, in a process of their own that prints to this file and ends when we do."""
    env = os.environ | {"TEST_DATABASE_URL": address(variable), "TEST_REDIS_URL": address("TEST_REDIS_URL")}
    with path.open("w") as out:
        command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "worksteal", "--durations=5", *tests]
        return subprocess.Popen(command, env=env, stdout=out, stderr=subprocess.STDOUT, preexec_fn=die_with_parent)


def run(tests, folder):
    """The databases on which tests failed."""
    at_work = {name: start(variable, tests, folder / name) for name, variable in DATABASES.items()}
    for name, process in at_work.items():
        process.wait()
        print(f"\n{name}\n{(folder / name).read_text()}", flush=True)
    return [name for name, process in at_work.items() if process.returncode]


def main(tests):
    if missing := list(silent()):
        return "\n".join(missing)
    with tempfile.TemporaryDirectory() as folder:
        failed = run(tests, Path(folder))
    return f"Tests failed on {' and '.join(failed)}." if failed else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or TESTS))
