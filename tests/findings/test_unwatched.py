"""Findings that no sweep looks for any more are closed, and say why; all others stay."""

from datetime import timedelta

import pytest

from opsportal import catalog, checks, clock, policies
from opsportal.models import Finding, Policy, Run
from opsportal.upkeep import retention, unwatched
from tests import factories
from tests.policies.conftest import CHECKS, SWEEP

CHECK = "disk_idle"


@pytest.fixture(autouse=True)
def _known(monkeypatch, transactional_db):
    monkeypatch.setitem(catalog._runbooks, "sweep", SWEEP)
    for name, check in CHECKS.items():
        monkeypatch.setitem(checks._checks, name, check)


@pytest.fixture
def here():
    return factories.environment(name="here", regions=["eu-central-1", "eu-west-1"])


def sweeps(*places, checks=(CHECK,), **params):
    return factories.policy(list(places), runbook="sweep", params={"checks": list(checks), **params})


def found(where, policy=None, days=2, **fields):
    """A finding that this policy's sweep saw so many days ago; without a policy a person's."""
    run = factories.run(environment=where, status="succeeded")
    if policy:
        factories.firing(policy, run)
    seen = clock.now() - timedelta(days=days)
    return factories.finding(environment=where, check_name=CHECK, seen_run=run, last_seen=seen, **fields)


def after(finding):
    """Its state, and its last line, when upkeep has been there."""
    place = retention.Place("unwatched")
    while place and place.kind == "unwatched":
        _, place = retention.step(place, clock.now())
    finding.refresh_from_db()
    return finding.state, finding.changes.first().text


def test_what_was_found_in_a_region_that_was_taken_off_the_environment_is_closed_and_says_why(here):
    finding = found(here, region="us-east-1")
    assert after(finding) == (
        "closed",
        "us-east-1 is no region of the environment any more. It was $8.80 a month.",
    )
    assert (finding.changes.first().kind, finding.usd, finding.closed_at.date()) == (
        "closed",
        None,
        clock.now().date(),
    )


def test_what_a_check_found_that_is_gone_is_closed(here):
    finding = found(here, usd=None)
    Finding.objects.update(check_name="no-such")
    assert after(finding) == ("closed", "There is no check “no-such” any more.")


@pytest.mark.parametrize(
    "change",
    [
        lambda policy: Policy.objects.update(params={"checks": [CHECK], "regions": ["eu-west-1"]}),
        lambda policy: Policy.objects.update(params={"checks": ["address_idle"]}),
        lambda policy: policy.environments.set([factories.environment()]),
    ],
    ids=["region", "check", "environment"],
)
def test_what_was_taken_off_its_policy_is_closed(here, change):
    policy = sweeps(here)
    finding = found(here, policy)
    assert after(finding)[0] == "open"
    change(policy)
    state, text = after(finding)
    assert (state, "nor does another" in text) == ("closed", True)


def test_what_another_policy_looks_for_stays_even_while_that_one_is_disabled(here):
    policy, other = sweeps(here), sweeps(here, regions=["eu-central-1"])
    finding = found(here, policy)
    policies.disable(other.pk, other.edited_by)
    Policy.objects.filter(pk=policy.pk).update(params={"checks": ["address_idle"]})
    assert after(finding)[0] == "open"


def test_what_a_person_swept_stays(here):
    assert after(found(here))[0] == "open"


def test_what_was_seen_within_a_day_stays(here):
    assert after(found(here, region="us-east-1", days=0.9))[0] == "open"


@pytest.mark.parametrize(("state", "then"), [("acknowledged", "closed"), ("snoozed", "snoozed"), ("exempt", "exempt")])
def test_what_a_person_decided_holds_until_it_ends(here, state, then):
    assert after(found(here, region="us-east-1", state=state))[0] == then


def test_what_is_seen_again_meanwhile_stays(here, monkeypatch):
    finding, alone = found(here, region="us-east-1"), unwatched.alone

    def seen_first(work):
        Finding.objects.update(last_seen=clock.now())
        return alone(work)

    monkeypatch.setattr(unwatched, "alone", seen_first)
    assert after(finding)[0] == "open"


def test_many_are_closed_some_at_a_time(here, monkeypatch):
    monkeypatch.setattr(unwatched, "FINDINGS", 2)
    last = [found(here, region="us-east-1") for _ in range(5)][-1]
    assert after(last)[0] == "closed"
    assert (Finding.objects.filter(state="closed").count(), Run.objects.count()) == (5, 5)
