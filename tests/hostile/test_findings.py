"""Findings under attack: two sweeps at once on READ COMMITTED, values no column takes, and searches that cost."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import QuerySet

from opsportal import clock, findings, handling, turns
from opsportal.models import Finding
from opsportal.pages import sieve, sparkline
from tests import factories
from tests.sweeps.test_findings import CHECK, REGION, close, found, keep, run

__all__ = ["run"]
pytestmark = pytest.mark.django_db(transaction=True)


def between(monkeypatch, deed):
    """Do this right before the next UPDATE of findings, as another connection could on READ COMMITTED."""
    update = QuerySet.update

    def meanwhile(rows, **changes):
        if rows.model is Finding:
            monkeypatch.setattr(QuerySet, "update", update)
            deed()
        return update(rows, **changes)

    monkeypatch.setattr(QuerySet, "update", meanwhile)


def state():
    return Finding.objects.get().state


def test_what_another_sweep_sees_while_this_one_closes_stays_open(run, monkeypatch):
    keep(run)
    between(monkeypatch, lambda: keep(factories.run(environment=run.environment), day=2))
    close(run, day=1)
    assert state() == "open"


def test_what_another_connection_sees_meanwhile_stays_open(run, monkeypatch):
    keep(run)
    second = factories.run(environment=run.environment)
    other = threading.Thread(target=lambda: (keep(second, day=2), connection.close()))
    between(monkeypatch, other.start)
    close(run, day=1)
    other.join(20)
    assert (other.is_alive(), state()) == (False, "open")


def test_what_another_sweep_closes_while_this_one_keeps_it_is_open(run, monkeypatch):
    keep(run)
    write = findings.write

    def meanwhile(rows):
        close(factories.run(environment=run.environment), day=1)
        write(rows)

    monkeypatch.setattr(findings, "write", meanwhile)
    keep(run, day=2)
    assert state() == "open"


def test_a_sweep_that_began_later_does_not_close_what_one_that_still_reads_has_just_seen(run):
    keep(run)  # by a run that is still open
    close(factories.run(environment=run.environment), day=1)
    assert state() == "open"


def test_an_exemption_outlives_a_sweep_with_other_limits(run):
    keep(run)
    person = factories.user("view_environment", "operate_environment")
    handling.exempt([Finding.objects.get().pk], person, clock.now() + timedelta(days=90), "A customer's.")
    close(run, day=1)  # a sweep with limits that it does not meet
    keep(run, day=2)  # and one with the usual ones again
    assert state() == "exempt"


def test_an_older_sweep_does_not_write_over_what_a_newer_one_said(run):
    keep(run, found(usd=5), day=2)
    keep(factories.run(environment=run.environment), found(usd=1), day=1)
    assert Finding.objects.get().usd == 5


@pytest.mark.parametrize("resource", ["vol\0-1", "x" * 500, "\U0001f4be" * 300, "a\udc80"])
def test_a_name_that_no_column_takes_is_kept_all_the_same(run, resource):
    keep(run, found(resource=resource, name=resource, tags={"Owner": resource, resource: resource}))
    assert Finding.objects.count() == 1


@pytest.mark.parametrize("usd", [float("nan"), float("inf"), 1e13])
def test_a_figure_that_no_column_takes_is_unknown(run, usd):
    keep(run, found(usd=usd))
    assert Finding.objects.count() == 1


def test_a_search_compares_no_more_than_some_words():
    rows = sieve.sifted(Finding.objects.all(), sieve.read({"q": "a " * 100}), clock.now())
    assert str(rows.query).upper().count("LOWER(") <= 10


def test_a_number_beyond_all_floats_is_no_line():
    assert sparkline.numbers([10**400, 1]) == []


def test_sweeps_and_people_who_handle_the_same_findings_never_fail(run):
    """Locks in opposite orders deadlock on servers; each is done again until it gets through."""
    some = [found(f"vol-{number}") for number in range(150)]
    keep(run, *some)
    ids, person = list(Finding.objects.values_list("pk", flat=True)), factories.user()
    wrong, others = [], [factories.run(environment=run.environment) for _ in range(2)]

    def tried(deed):
        try:
            for number in range(12):
                deed(number)
        except Exception as error:  # noqa: BLE001  whatever it is
            wrong.append(repr(error))
        finally:
            connection.close()

    def sweeping(mine):
        def kept(turn):
            findings.keep(turn.run, REGION, CHECK, some, clock.now())
            findings.close(turn.run, REGION, "other", clock.now())

        return lambda number: turns.take(mine.pk, kept)

    def handled(number):
        (handling.reopen if number % 2 else handling.acknowledge)(ids, person)

    deeds = [sweeping(others[0]), sweeping(others[1]), handled, handled]
    threads = [threading.Thread(target=tried, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
