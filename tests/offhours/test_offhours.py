"""Off-hours by the engine over the sandbox: stopped at night, started in the morning, and what must not happen."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from opsportal import approvals, clock, runs, undoing
from opsportal.errors import Invalid
from opsportal.models import Approval, Calendar, Pause, Step
from tasks import engine
from tasks.offhours import known, switching
from tasks.offhours.deciding import STOPPED
from tasks.offhours.params import Params
from tests import factories
from tests.driven import REGION
from tests.engine.conftest import statuses, texts
from tests.offhours.conftest import LOGIN, changing, on, over
from tests.sandbox.account import until

CHANGES = ("StartInstances", "StopInstances", "StartDBInstance", "StopDBInstance")


@pytest.fixture(params=["instance", "database"])
def make(request, estate):
    """Makes an instance or a database with these hours."""
    return getattr(estate, request.param)


def test_it_is_stopped_outside_of_its_hours_and_tagged_with_the_time(estate, make):
    ident = make(over())

    run = estate.run()

    assert (run.status, estate.state(ident)) == ("succeeded", "stopped")
    assert estate.tags(ident)[STOPPED].startswith(f"{clock.now():%Y-%m-%dT}")
    assert f"{ident} is stopped." in texts(run)


def test_what_we_stopped_is_started_in_its_hours_and_the_tag_goes(estate, make):
    ident = estate.asleep(make(over()))

    run = estate.run()

    assert (run.status, estate.state(ident)) == ("succeeded", "running" if ident.startswith("i-") else "available")
    assert STOPPED not in estate.tags(ident)
    assert f"{ident} is started." in texts(run)


def test_the_next_night_it_is_stopped_again(estate):
    ident = estate.asleep(estate.instance(over()))
    estate.run()
    estate.tag(ident, over())
    estate.age("instance", ident, hours=4)

    estate.run()

    assert (estate.state(ident), STOPPED in estate.tags(ident)) == ("stopped", True)


def test_what_a_person_stopped_is_not_started(estate, make):
    ident = make(on())
    stop = estate.ec2.stop_instances if ident.startswith("i-") else estate.rds.stop_db_instance
    stop(**({"InstanceIds": [ident]} if ident.startswith("i-") else {"DBInstanceIdentifier": ident}))

    until(lambda: estate.state(ident), lambda seen: seen == "stopped")

    run = estate.run()

    assert (estate.state(ident), set(statuses(run))) == ("stopped", {"plan", "review"})
    assert "somebody else has stopped it" in texts(run)


def test_what_a_person_starts_at_night_runs_on(estate, make):
    ident = make(over())
    estate.run()
    person = {"InstanceIds": [ident]} if ident.startswith("i-") else {"DBInstanceIdentifier": ident}
    (estate.ec2.start_instances if ident.startswith("i-") else estate.rds.start_db_instance)(**person)
    until(lambda: estate.state(ident), lambda seen: seen in ("running", "available"))

    run = estate.run()

    assert estate.state(ident) in ("running", "available")
    assert "somebody has started it since its hours were over" in texts(run)


def test_a_report_changes_nothing_and_says_what_it_would_do(estate, make):
    ident = make(over())
    before = estate.tags(ident)

    run = estate.run(degree="report")

    assert statuses(run) == {"plan": "succeeded", "review": "succeeded"}
    assert f"To stop: {REGION} {ident}." in texts(run)
    assert (estate.tags(ident), Step.objects.filter(run=run, acted=True).count()) == (before, 0)


def test_what_has_no_hours_is_left_alone(estate):
    ident = estate.instance(None, env="dev")

    run = estate.run()

    assert (estate.state(ident), set(statuses(run))) == ("running", {"plan", "review"})


def test_an_odd_tag_is_told_and_stops_nothing_else(estate):
    odd, ident = estate.instance("9 to 5"), estate.instance(over())

    run = estate.run()

    assert (estate.state(odd), estate.state(ident)) == ("running", "stopped")
    assert f"{odd}: its tag opsportal:hours: “9 to” are no hours." in texts(run)


def test_the_parameters_hours_are_those_of_a_tag_without_any(estate):
    ident = estate.instance("default")

    estate.run(hours=over())

    assert estate.state(ident) == "stopped"


@pytest.mark.parametrize(
    ("rules", "params", "holiday"),
    [
        ("holidays DE-BY", {}, True),
        ("holidays DE", {}, False),  # Epiphany is one in Bavaria
        ("2026-01-06 - 2026-01-06 Sale", {}, False),  # a freeze is no holiday
        ("holidays DE", {"holidays": ["DE-BY"]}, True),
        ("holidays DE-BY", {"holidays": ["FR"]}, False),
        ("", {}, False),
    ],
)
def test_holidays_are_those_of_the_parameters_or_of_the_environments_calendar(estate, here, rules, params, holiday):
    here.calendar = Calendar.objects.create(name="ours", rules=rules)
    here.save()
    run = estate.start(**params)

    found = known.rules(SimpleNamespace(run_id=run.pk, params=Params(**run.params)))

    assert found.holiday(date(2026, 1, 6)) is holiday


def test_a_freeze_holds_a_stop_back_and_in_the_morning_it_is_judged_anew(estate, here):
    here.calendar = Calendar.objects.create(name="now", rules="daily 00:00 - 00:00")
    here.save()
    ident = estate.instance(over())
    run = estate.start()
    estate.drive(run)
    assert changing(run).held_at
    here.calendar = None
    here.save()
    estate.tag(ident, on())

    estate.finish(run)

    assert (estate.state(ident), run.status) == ("running", "succeeded")
    assert f"{ident} is left alone: it is as its hours want it." in texts(run)


def test_a_pause_holds_it_back(estate, here):
    ident = estate.instance(over())
    Pause.objects.create(environment=here, by=factories.user(), reason="incident", begun_at=clock.now())

    run = estate.start()
    estate.drive(run)

    assert (estate.state(ident), bool(changing(run).held_at)) == ("running", True)


def test_the_account_is_compared_before_each_stop_and_start(estate, make):
    ident = make(over())
    estate.sandbox.clear_log()

    estate.asleep(ident)
    estate.run()

    calls = estate.sent(*CHANGES, "GetCallerIdentity")
    changes = [number for number, action in enumerate(calls) if action in CHANGES]
    assert len(changes) == 2
    assert all(calls[number - 1] == "GetCallerIdentity" for number in changes)


def test_it_is_judged_anew_just_before(estate, make):
    ident = make(over())
    run = estate.start()
    engine.advance(run.steps.get(key="plan").pk)
    estate.tag(ident, on())

    estate.finish(run)

    assert (estate.state(ident) in ("running", "available"), STOPPED in estate.tags(ident)) == (True, False)
    assert "it is as its hours want it" in texts(run)


def test_what_is_tagged_to_be_kept_between_its_tag_and_its_stop_stays_and_loses_the_tag(estate, make, monkeypatch):
    ident = make(over())
    run = estate.start()
    tagging = switching.act

    def tagged(ctx, service, facts, verb, notes):
        outcome = tagging(ctx, service, facts, verb, notes)
        estate.tag(ident, "yes", "opsportal:keep")
        return outcome

    monkeypatch.setattr(switching, "act", tagged)
    estate.finish(run)

    assert (estate.state(ident) in ("running", "available"), STOPPED in estate.tags(ident)) == (True, False)
    assert f"{ident} is left alone: it is tagged opsportal:keep." in texts(run)


def test_an_exempt_finding_lets_it_run(estate, here):
    ident = estate.instance(over())
    factories.finding(
        environment=here, check_name="dev-running-at-night", resource=ident, region=REGION, state="exempt"
    )

    run = estate.run()

    assert (estate.state(ident), "its finding is exempt" in texts(run)) == ("running", True)


def test_no_more_than_the_cap_is_changed_and_the_rest_is_listed(estate):
    every = [estate.instance(over()) for _ in range(3)]

    run = estate.run(max_changes=1)

    assert sorted(map(estate.state, every)) == ["running", "running", "stopped"]
    assert texts(run).count("at most 1 in a run") == 2


def test_a_share_counts_what_has_no_hours_too(estate):
    estate.instance(None), estate.instance(None)
    every = [estate.instance(over()) for _ in range(2)]

    estate.run(max_percent=25)

    assert sorted(map(estate.state, every)) == ["running", "stopped"]


def test_a_protected_environment_asks_with_all_in_view(estate, here):
    here.protected = True
    here.save()
    ident = estate.instance(over())

    run = estate.run()

    asked = Approval.objects.get(status="open")
    assert (run.status, estate.state(ident), asked.question) == ("asking", "running", "Start 0 and stop 1?")
    assert asked.shown == {"start": [], "stop": [f"{REGION} {ident}"], "left_out": [], "next_time": []}
    approvals.answer(asked.pk, factories.user(), True, "")
    estate.finish(run)
    assert estate.state(ident) == "stopped"


def test_a_rejection_leaves_everything_as_it_is(estate, here):
    here.protected = True
    here.save()
    ident = estate.instance(over())
    run = estate.run()

    approvals.answer(Approval.objects.get(status="open").pk, factories.user(), False, "we work tonight")
    estate.finish(run)

    assert (run.status, estate.state(ident)) == ("failed", "running")
    assert run.reason == "review: Nothing was stopped or started: we work tonight"


def undo(estate, run):
    undoing.undo(run.pk, factories.user())
    estate.finish(run)
    approvals.answer(Approval.objects.get(status="open").pk, factories.user(), True)
    estate.finish(run)
    return run


def test_an_undo_starts_what_was_stopped(estate, make):
    ident = make(over())
    run = estate.run()

    undo(estate, run)

    assert (run.status, estate.state(ident) in ("running", "available")) == ("undone", True)
    assert STOPPED not in estate.tags(ident)


def test_an_undo_stops_what_was_started(estate, make):
    ident = estate.asleep(make(over()))
    run = estate.run()

    undo(estate, run)

    assert (run.status, estate.state(ident), STOPPED in estate.tags(ident)) == ("undone", "stopped", True)


def test_an_undo_leaves_what_somebody_has_changed_since(estate):
    ident = estate.instance(over())
    run = estate.run()
    estate.tag(ident, "2026-01-01T00:00:00+00:00", STOPPED)

    undo(estate, run)

    assert (run.status, estate.state(ident)) == ("undone", "stopped")
    assert f"{ident} is left alone: somebody else has stopped it since." in texts(run)


def test_an_undo_says_what_does_not_come_back(estate):
    ident = estate.instance(over())
    run = estate.run()

    undoing.undo(run.pk, factories.user())
    estate.finish(run)

    (stays,) = Approval.objects.get(status="open").shown["stays"]
    assert stays.startswith(f"{ident} comes back with another public address")


def test_a_cancel_before_the_stop_takes_the_tag_back(estate, sandbox, account):
    ident = estate.instance(over())
    sandbox.fault("throttle", action="StopInstances", account=account)
    run = estate.start()
    estate.drive(run)
    estate.finish(run, looks=2)
    assert STOPPED in estate.tags(ident)
    sandbox.clear_faults()

    runs.cancel(run.pk, factories.user())
    estate.finish(run)

    assert (run.status, estate.state(ident), STOPPED in estate.tags(ident)) == ("cancelled", "running", False)


def test_a_cancel_after_the_stop_sees_it_to_its_end(estate, sandbox):
    sandbox.speed(30)
    ident = estate.instance(over())
    run = estate.start()
    estate.drive(run)
    estate.drive(run)
    assert estate.state(ident) == "stopping"

    runs.cancel(run.pk, factories.user())
    estate.finish(run, looks=300)

    assert (run.status, estate.state(ident), STOPPED in estate.tags(ident)) == ("cancelled", "stopped", True)


@pytest.mark.parametrize("action", ["CreateTags", "StopInstances"])
def test_a_denial_fails_the_step_names_the_permission_and_a_retry_goes_on(estate, sandbox, account, action):
    ident = estate.instance(over())
    sandbox.fault("deny", action=action, account=account, count=1)
    run = estate.run()
    assert (run.status, f"ec2:{action}" in run.reason, estate.state(ident)) == ("failed", True, "running")

    runs.retry(run.pk, factories.user())
    estate.finish(run)

    assert (run.status, estate.state(ident), STOPPED in estate.tags(ident)) == ("succeeded", "stopped", True)


@pytest.mark.parametrize("action", ["DescribeInstances", "DescribeDBInstances"])
def test_a_refused_read_is_never_nothing_to_do(estate, sandbox, account, action):
    estate.instance(over())
    sandbox.fault("deny", action=action, account=account)

    run = estate.run()

    assert (run.status, action in run.reason) == ("failed", True)


@pytest.mark.parametrize("action", ["DescribeInstances", "CreateTags", "StopInstances"])
def test_throttling_delays_and_stops_nothing(estate, sandbox, account, action):
    ident = estate.instance(over())
    sandbox.fault("throttle", action=action, account=account, count=3)

    run = estate.run()

    assert (run.status, estate.state(ident)) == ("succeeded", "stopped")


def test_stop_protection_leaves_it_alone_and_without_our_tag(estate):
    ident = estate.instance(over())
    estate.ec2.modify_instance_attribute(InstanceId=ident, DisableApiStop={"Value": True})

    run = estate.run()

    assert (run.status, estate.state(ident), STOPPED in estate.tags(ident)) == ("succeeded", "running", False)
    assert f"{ident} is left alone: The instance '{ident}' may not be stopped" in texts(run)


def test_what_comes_back_to_stopped_fails_with_the_reason(estate, sandbox, monkeypatch):
    ident = estate.asleep(estate.instance(over()))
    monkeypatch.setattr(switching, "LAG", timedelta(0))
    run = estate.start()
    estate.drive(run)
    until(lambda: estate.state(ident), lambda seen: seen == "running")
    sandbox.age("instance", ident, REGION, estate.environment.account, stopped=clock.now().isoformat())

    estate.finish(run)

    assert run.status == "failed"
    assert "did not start: AWS took the call, and it is stopped again" in run.reason
    assert "kms:CreateGrant" in run.reason


def test_two_runs_at_once_stop_it_once(estate, make):
    ident = make(over())
    estate.sandbox.clear_log()
    first, second = estate.start(), estate.start()
    for run in (first, second):
        engine.advance(run.steps.get(key="plan").pk)
        engine.advance(run.steps.get(key="review").pk)

    estate.finish(first)
    estate.finish(second)

    assert (estate.state(ident), first.status, second.status) == ("stopped", "succeeded", "succeeded")
    assert len(estate.sent(*CHANGES)) == 1


def test_a_resource_that_is_gone_meanwhile_is_no_failure(estate):
    ident = estate.instance(over())
    run = estate.start()
    engine.advance(run.steps.get(key="plan").pk)
    estate.ec2.terminate_instances(InstanceIds=[ident])

    estate.finish(run)

    assert (run.status, f"{ident} is left alone: it is gone." in texts(run)) == ("succeeded", True)


def test_members_of_clusters_replicas_and_what_has_some_are_left_alone(estate):
    estate.database(over())
    estate.rds.create_db_instance_read_replica(DBInstanceIdentifier="copy", SourceDBInstanceIdentifier="shop")
    estate.tag("copy", over())
    estate.rds.create_db_cluster(DBClusterIdentifier="cloud", Engine="aurora-postgresql", **LOGIN)
    member = {"DBInstanceIdentifier": "one", "DBClusterIdentifier": "cloud", "Engine": "aurora-postgresql"}
    estate.rds.create_db_instance(DBInstanceClass="db.t3.medium", **member)
    estate.tag("one", over())

    run = estate.run()

    assert set(statuses(run)) == {"plan", "review"}
    for why in ("it has read replicas", "it is a read replica of shop", "it belongs to the cluster cloud"):
        assert why in texts(run)


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"hours": "9 to 5"}, "are no hours"),
        ({"time_zone": "Berlin"}, "“Berlin” is no time zone"),
        ({"holidays": ["Bavaria"]}, "no holidays of “Bavaria” are known"),
        ({"holidays": ["XX"]}, "no holidays of “XX” are known"),
        ({"holidays": ["DE-XX"]}, "no holidays of “DE-XX” are known"),
        ({"tag": ""}, "tag"),
        ({"max_percent": 0}, "max_percent"),
    ],
)
def test_odd_parameters_are_refused_with_a_sentence(estate, params, text):
    with pytest.raises(Invalid) as refused:
        estate.start(**params)

    assert text in refused.value.message or text in refused.value.fields


def test_a_foreign_region_is_refused(estate):
    run = estate.run(regions=["us-east-1"])

    assert (run.status, "has no region us-east-1" in run.reason) == ("failed", True)
