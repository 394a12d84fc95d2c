"""What people do to findings: all that is chosen or nothing, with who and why in history and audit."""

from datetime import timedelta

import pytest

from opsportal import clock, handling, rights
from opsportal.errors import Invalid, Refused
from opsportal.models import Audit, FindingChange
from tests import factories

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def where():
    return factories.environment(name="prod")


@pytest.fixture
def kim(where):
    person = factories.user("none", username="kim")
    rights.give("operator", person, where)
    return person


@pytest.fixture
def volume(where):
    return factories.finding(environment=where, resource="vol-1", name="data")


def state(finding):
    finding.refresh_from_db()
    return finding.state


def last(finding):
    row = FindingChange.objects.filter(finding=finding).first()
    return row.kind, row.by, row.text


def later(days):
    return clock.now() + days * DAY


def test_an_acknowledged_finding_says_who_in_its_history_and_in_the_audit(volume, kim):
    assert handling.acknowledge([volume.pk], kim) == 1
    assert (state(volume), last(volume)) == ("acknowledged", ("acknowledged", "kim", ""))
    row = Audit.objects.get(action="finding.acknowledged")
    assert (row.who, row.kind, row.object_id, row.environment) == ("kim", "finding", volume.pk, "prod")


def test_a_snooze_holds_until_its_day_and_says_why(volume, kim):
    until = later(7)
    handling.snooze([volume.pk], kim, until, "demo on Monday")
    assert (state(volume), volume.until, volume.reason) == ("snoozed", until, "demo on Monday")
    assert last(volume) == ("snoozed", "kim", f"until {until:%Y-%m-%d}: demo on Monday")


def test_an_exemption_needs_a_reason(volume, kim):
    with pytest.raises(Invalid, match="Say why"):
        handling.exempt([volume.pk], kim, later(7), "")
    assert state(volume) == "open"


@pytest.mark.parametrize("days", [0, -1, 181, 3650])
@pytest.mark.parametrize("deed", [handling.snooze, handling.exempt])
def test_a_day_that_is_over_or_too_far_away_is_refused(volume, kim, deed, days):
    with pytest.raises(Invalid, match=r"choose tomorrow or later|at most 180 days"):
        deed([volume.pk], kim, later(days), "because")
    assert (state(volume), Audit.objects.filter(kind="finding").exists()) == ("open", False)


def test_an_exemption_of_180_days_is_the_longest(volume, kim):
    handling.exempt([volume.pk], kim, later(179.9), "kept for the auditors")
    assert last(volume)[:2] == ("exempted", "kim")
    assert state(volume) == "exempt"


def test_a_finding_is_assigned_and_given_back(volume, kim):
    handling.assign([volume.pk], kim, kim)
    volume.refresh_from_db()
    assert (volume.assigned_to, last(volume)) == (kim, ("assigned", "kim", "kim"))
    handling.assign([volume.pk], kim, None)
    assert last(volume) == ("assigned", "kim", "nobody")


def test_nobody_is_given_what_they_may_not_see(volume, kim):
    stranger = factories.user("none", username="lee")
    with pytest.raises(Refused, match=r"lee doesn’t have the right to see data \(prod\)"):
        handling.assign([volume.pk], kim, stranger)


def test_an_opened_finding_keeps_its_age_and_loses_what_was_said(volume, kim):
    since = volume.opened_at
    handling.exempt([volume.pk], kim, later(30), "because")
    handling.reopen([volume.pk], kim)
    assert (state(volume), volume.until, volume.reason, volume.opened_at) == ("open", None, "", since)
    assert last(volume) == ("opened", "kim", "")


def test_doing_it_again_changes_nothing(volume, kim):
    handling.acknowledge([volume.pk], kim)
    assert handling.acknowledge([volume.pk], kim) == 0
    assert FindingChange.objects.filter(finding=volume, kind="acknowledged").count() == 1


def test_of_many_nothing_is_done_when_one_is_not_allowed_and_it_is_named(volume, kim):
    elsewhere = factories.finding(environment=factories.environment(name="build"), name="theirs")
    rights.give("viewer", kim, elsewhere.environment)
    kim = type(kim).objects.get(pk=kim.pk)
    with pytest.raises(Refused, match=r"handle theirs \(build\)"):
        handling.acknowledge([volume.pk, elsewhere.pk], kim)
    assert (state(volume), state(elsewhere)) == ("open", "open")


def test_what_a_person_may_not_see_is_as_what_is_gone(volume, kim):
    hidden = factories.finding()
    for pk in (hidden.pk, 4711):
        with pytest.raises(Refused) as caught:
            handling.acknowledge([volume.pk, pk], kim)
        assert caught.value.message.startswith("You don’t have the right to see one of these findings, or it is gone.")
    assert state(volume) == "open"


def test_a_closed_finding_is_left_to_the_sweep(where, kim):
    closed = factories.finding(environment=where, name="old", state="closed", closed_at=clock.now())
    with pytest.raises(Refused, match=r"Not true any more: old \(prod\)"):
        handling.reopen([closed.pk], kim)


@pytest.mark.parametrize(("ids", "sentence"), [([], "at least one"), (range(1, 202), "200 findings at most")])
def test_none_and_too_many_are_refused_with_a_sentence(kim, ids, sentence):
    with pytest.raises(Invalid, match=sentence):
        handling.acknowledge(list(ids), kim)


@pytest.mark.parametrize(("known", "text"), [("snoozed", "The snooze is over."), ("exempt", "The exemption is over.")])
def test_what_was_hidden_until_now_is_open_again(where, known, text):
    hidden = factories.finding(environment=where, state=known, until=clock.now() - DAY, reason="because")
    assert handling.wake(clock.now()) == 1
    assert (state(hidden), hidden.until, hidden.reason) == ("open", None, "")
    assert last(hidden) == ("opened", "", text)


def test_what_is_hidden_longer_sleeps_on(where):
    hidden = factories.finding(environment=where, state="snoozed", until=later(1))
    assert handling.wake(clock.now()) == 0
    assert state(hidden) == "snoozed"


def test_waking_goes_in_batches(where, monkeypatch):
    monkeypatch.setattr(handling, "BATCH", 2)
    for _ in range(3):
        factories.finding(environment=where, state="snoozed", until=clock.now() - DAY)
    assert [handling.wake(clock.now()) for _ in range(3)] == [2, 1, 0]


def test_with_nothing_to_wake_there_is_one_query(volume, django_assert_num_queries):
    now = clock.now()
    with django_assert_num_queries(1):
        handling.wake(now)


def test_who_snoozed_it_again_meanwhile_is_not_overruled(where):
    hidden = factories.finding(environment=where, state="snoozed", until=later(1))
    assert handling.end([hidden.pk], clock.now()) == 0
    assert state(hidden) == "snoozed"
