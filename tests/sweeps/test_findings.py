"""Findings kept by fingerprint: what is new, seen again, opened again, closed, and in how many statements."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from opsportal import clock, findings, inserts
from opsportal.checks import Found, Price
from opsportal.findings import Kept
from opsportal.models import Finding, FindingChange
from tests import factories
from tests.sweeps.declared import CHECKS

CHECK, REGION = CHECKS[0], "eu-central-1"
START = clock.told(None)


@pytest.fixture
def run():
    return factories.run()


def later(days):
    return START + timedelta(days=days)


def found(resource="vol-1", **fields):
    return Found(resource, "It is attached to nothing.", "Delete it.", **fields)


@transaction.atomic
def kept(*what):
    return findings.keep(*what)


def keep(run, *some, day=0):
    return kept(run, REGION, CHECK, some or [found()], later(day))


@transaction.atomic
def close(run, day):
    return findings.close(run, REGION, CHECK.name, later(day))


def kinds():
    return list(FindingChange.objects.order_by("pk").values_list("kind", flat=True))


def test_what_is_new_is_open_with_what_the_check_said(run):
    price = Price("ebs", "gp3.storage", "GB-month", REGION, 0.0952, "2025-10-28")
    keep(run, found(usd=9.527, price=price, severity="high", name="data", evidence={"made": START}))

    row = Finding.objects.get()
    assert (row.state, row.severity, str(row.usd), row.name) == ("open", 3, "9.53", "data")
    assert (row.price["usd"], row.price["as_of"], row.evidence) == (0.0952, "2025-10-28", {"made": str(START)})
    assert (row.environment, row.seen_run, row.opened_at) == (run.environment, run, START)


def test_a_check_that_names_no_severity_has_its_own(run):
    keep(run)
    assert Finding.objects.get().severity == Finding.Severity.LOW


def test_what_is_seen_again_is_counted_once_a_sweep_and_tells_the_latest(run):
    keep(run)
    keep(run, found(usd=2), day=1)
    keep(run, found(usd=3), day=1)

    row = Finding.objects.get()
    assert (row.times_seen, row.usd, row.first_seen, row.last_seen) == (2, 3, START, later(1))
    assert kinds() == ["found"]


def test_the_same_resource_twice_in_a_batch_is_one_finding(run):
    assert keep(run, found(), found()) == Kept(found=1, new=1)


def test_another_environment_region_or_check_is_another_finding(run):
    keep(run)
    kept(run, "eu-west-1", CHECK, [found()], START)
    kept(run, REGION, CHECKS[1], [found()], START)
    kept(factories.run(), REGION, CHECK, [found()], START)

    assert Finding.objects.count() == 4


def test_what_was_closed_is_opened_again_with_its_history(run):
    keep(run)
    close(run, day=1)

    assert keep(run, day=2) == Kept(found=1, reopened=1)

    row = Finding.objects.get()
    assert (row.state, row.opened_at, row.closed_at, row.first_seen) == ("open", later(2), None, START)
    assert kinds() == ["found", "closed", "reopened"]


@pytest.mark.parametrize(("state", "after"), [("acknowledged", "closed"), ("snoozed", "snoozed"), ("exempt", "exempt")])
def test_what_a_person_decided_stays_while_it_is_true_or_until_its_time_is_over(run, state, after):
    keep(run)
    Finding.objects.update(state=state, until=later(30), reason="Bea's")

    keep(run, day=1)
    assert list(Finding.objects.values_list("state", "reason")) == [(state, "Bea's")]

    assert close(run, day=2) == (after == "closed")
    assert Finding.objects.get().state == after


def test_only_what_this_check_saw_here_and_no_longer_sees_is_closed(run):
    keep(run, found("gone"), found("there"))
    kept(run, "eu-west-1", CHECK, [found("elsewhere")], START)
    keep(run, found("there"), day=1)

    assert close(run, day=1) == 1

    assert Finding.objects.get(state="closed").resource == "gone"
    assert Finding.objects.get(state="closed").closed_at == later(1)


def test_an_older_sweep_that_ends_later_takes_nothing_back(run):
    keep(run, day=1)
    keep(run, day=0)

    assert close(run, day=1) == 0


def test_closing_takes_away_the_mark_of_a_clean_up(run):
    keep(run)
    Finding.objects.update(marked_at=START)

    close(run, day=1)

    assert Finding.objects.get().marked_at is None


def test_the_owner_is_the_one_the_tag_names_in_any_case(run, settings):
    settings.OWNER_TAG = "Team"
    keep(run, found(tags={"team": "payments", "owner": "ana"}))
    assert Finding.objects.get().owner == "payments"


def test_a_secret_never_reaches_a_finding(run):
    keep(run, found(evidence={"password": "hunter2"}, tags={"note": "AKIAABCDEFGHIJKLMNOP"}))

    row = Finding.objects.get()
    assert "hunter2" not in str(row.evidence)
    assert "AKIA" not in str(row.tags)


def test_names_longer_than_their_columns_are_cut(run):
    keep(run, found(name="n" * 300, tags={"owner": "o" * 300}))
    assert (len(Finding.objects.get().name), len(Finding.objects.get().owner)) == (200, 200)


def test_a_hundred_findings_take_as_many_statements_as_two(run):
    assert statements(run, 2) == statements(run, inserts.BATCH) == 5


def statements(run, n):
    """How many it takes to keep so many, half of them new and half of them closed before."""
    some = [found(f"of-{n}-{number}") for number in range(n)]
    keep(run, *some[: n // 2])
    close(run, day=1)
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        keep(run, *some, day=2)
    return len([each for each in asked.captured_queries if "SAVEPOINT" not in each["sql"]])


def test_more_than_a_batch_is_refused(run):
    with pytest.raises(ValueError, match="501 findings are more than 500"):
        keep(run, *[found(str(n)) for n in range(501)])


def test_five_hundred_are_closed_at_a_time(run, monkeypatch):
    monkeypatch.setattr(findings, "BATCH", 2)
    for n in range(3):
        keep(run, found(str(n)))

    assert [close(run, day=1), close(run, day=1), close(run, day=1)] == [2, 1, 0]
