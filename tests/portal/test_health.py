"""What is told to be wrong with opsportal itself, case by case; no database and no Redis."""

from dataclasses import replace
from math import inf

import pytest

from opsportal.health import SEVERITY, Facts, ills

WELL = Facts(
    database=0.01,
    migrations=0,
    redis=0.01,
    workers=2,
    pump=2,
    beat=10,
    due=1,
    queued=900,
    apart=0.1,
    policies=11,
    notices=40,
    slack=12,
    refused=0,
)
CASES = [
    ({"database": None, "migrations": None, "pump": None, "apart": None}, "database", "The database does not answer."),
    ({"database": 0.84}, "database_slow", "The database took 0.8 s to answer."),
    ({"migrations": 1}, "migrations", "1 migration is missing."),
    ({"migrations": 3}, "migrations", "3 migrations are missing."),
    ({"redis": None, "workers": None}, "redis", "Redis does not answer."),
    ({"workers": 0}, "workers", "No worker is alive."),
    ({"pump": 31}, "pump", "The pump was last seen 31 s ago."),
    ({"pump": inf}, "pump", "The pump was never seen."),
    ({"beat": 61}, "beat", "Beat was last seen 61 s ago."),
    ({"due": 61}, "queue", "A step has been due for 61 s and no worker has taken it."),
    ({"policies": 301}, "policies", "A policy has been due for 5 min and nothing has fired it."),
    ({"notices": 601}, "notices", "A notice has waited for 10 min to be delivered."),
    ({"slack": 121}, "slack", "Slack was last seen 121 s ago."),
    ({"slack": inf}, "slack", "Slack was never seen."),
    ({"refused": 2}, "slack_refused", "Slack refuses 2 messages."),
    ({"apart": -2.5}, "clock", "This host's clock is 2.5 s from the database's."),
]


def test_nothing_is_wrong_with_an_installation_that_is_well():
    assert ills(WELL) == []


@pytest.mark.parametrize(("facts", "what", "text"), CASES)
def test_each_ill_is_one_sentence_with_its_cure(facts, what, text):
    (ill,) = ills(replace(WELL, **facts))
    assert (ill.what, ill.text, ill.severity) == (what, text, SEVERITY[what])
    assert ill.cure


def test_every_ill_that_has_a_severity_has_a_case():
    assert {what for _, what, _ in CASES} == set(SEVERITY)


def test_a_limit_itself_is_still_well():
    assert (
        ills(replace(WELL, pump=30, beat=60, due=60, database=0.5, apart=2, policies=300, notices=600, slack=120)) == []
    )


def test_the_worst_is_told_first():
    assert [ill.severity for ill in ills(replace(WELL, beat=61, workers=0))] == ["critical", "warning"]


def test_of_what_is_not_known_only_the_source_is_told():
    assert [ill.what for ill in ills(Facts())] == ["database", "redis"]
