"""Stop, start or leave: table by table, without AWS or rows."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from tasks.offhours import ec2, rds
from tasks.offhours.deciding import STOPPED, Facts, Rules, Subject, Verdict, decide
from tasks.offhours.planning import choose

NIGHT = datetime(2026, 11, 26, 22, tzinfo=UTC)  # Thursday; hours were over at 18:00 UTC
DAY = datetime(2026, 11, 26, 12, tzinfo=UTC)
TAG = "opsportal:hours"
TAGS = {TAG: "mon-fri 08:00-19:00 Europe/Berlin"}
RULES = Rules(TAG, "mon-fri 08:00-12:30", "UTC", holiday=lambda day: day == date(2026, 12, 25))
RUNNING = Facts(Subject("ec2", "eu-central-1", "i-1"), "running", TAGS, started=datetime(2026, 11, 20, tzinfo=UTC))
OURS = {STOPPED: "2026-11-25T18:00:05+00:00"}
ASLEEP = replace(RUNNING, state="stopped", tags=TAGS | OURS)


def verdict(facts, at, rules=RULES):
    return decide(facts, rules, at)


def why(facts, at, rules=RULES):
    found = verdict(facts, at, rules)
    assert found.verb is None
    return found.why


def test_what_runs_outside_of_its_hours_is_stopped():
    assert verdict(RUNNING, NIGHT) == Verdict("stop")


def test_what_we_stopped_is_started_in_its_hours():
    assert verdict(ASLEEP, DAY) == Verdict("start")


@pytest.mark.parametrize(("facts", "at"), [(RUNNING, DAY), (ASLEEP, NIGHT)])
def test_what_is_as_its_hours_want_it_is_left_without_a_word(facts, at):
    assert verdict(facts, at) == Verdict()


def test_what_somebody_else_stopped_is_not_started():
    assert why(replace(ASLEEP, tags=TAGS), DAY) == "somebody else has stopped it"


def test_what_a_person_started_and_stopped_since_is_not_started():
    touched = replace(ASLEEP, started=datetime(2026, 11, 25, 20, tzinfo=UTC))

    assert why(touched, DAY) == "somebody else has stopped it"


@pytest.mark.parametrize("tags", [TAGS, TAGS | {STOPPED: "2026-11-26T18:00:05+00:00"}])
def test_what_a_person_started_at_night_runs_on(tags):
    started = replace(RUNNING, tags=tags, started=datetime(2026, 11, 26, 20, tzinfo=UTC))

    assert why(started, NIGHT) == "somebody has started it since its hours were over"


def test_what_a_person_started_last_night_is_stopped_tonight():
    assert verdict(replace(RUNNING, started=datetime(2026, 11, 25, 20, tzinfo=UTC)), NIGHT) == Verdict("stop")


def test_what_aws_started_after_seven_days_is_stopped_again():
    started = replace(RUNNING, started=datetime(2026, 11, 26, 20, tzinfo=UTC), by_aws=True)

    assert verdict(started, NIGHT) == Verdict("stop")


def test_what_was_tagged_and_never_stopped_is_stopped():
    assert verdict(replace(RUNNING, tags=TAGS | {STOPPED: "2026-11-26T18:00:05+00:00"}), NIGHT) == Verdict("stop")


@pytest.mark.parametrize("state", ["pending", "stopping", "modifying"])
@pytest.mark.parametrize("at", [NIGHT, DAY])
def test_what_is_on_its_way_is_left_alone(state, at):
    assert why(replace(RUNNING, state=state), at) == f"it is {state}"


def test_a_holiday_is_a_night():
    assert verdict(RUNNING, datetime(2026, 12, 25, 12, tzinfo=UTC)) == Verdict("stop")
    assert verdict(RUNNING, datetime(2026, 12, 24, 12, tzinfo=UTC)) == Verdict()


@pytest.mark.parametrize("value", ["", " ", "default", "Default"])
def test_a_tag_without_hours_means_those_of_the_parameter(value):
    facts = replace(RUNNING, tags={TAG: value})

    assert verdict(facts, datetime(2026, 11, 26, 12, 31, tzinfo=UTC)) == Verdict("stop")
    assert verdict(facts, DAY) == Verdict()


def test_always_is_never_stopped():
    assert verdict(replace(RUNNING, tags={TAG: "always"}), NIGHT) == Verdict()


def test_without_the_tag_nothing_is_done():
    assert verdict(replace(RUNNING, tags={"env": "dev"}), NIGHT) == Verdict()


def test_what_we_stopped_and_has_lost_its_tag_is_told():
    assert why(replace(ASLEEP, tags=OURS), DAY) == "it has lost its tag opsportal:hours, so nobody starts it"


def test_an_odd_tag_is_told_with_a_sentence():
    assert why(replace(RUNNING, tags={TAG: "9 to 5"}), NIGHT).startswith(
        "its tag opsportal:hours: “9 to” are no hours. Write such as “mon-fri 08:00-19:00 Europe/Berlin”"
    )


def test_a_stopped_tag_that_is_no_time_is_nobodys():
    for text in ("yesterday", "2026-11-25T18:00:05", ""):
        assert verdict(replace(ASLEEP, tags=TAGS | {STOPPED: text}), DAY).verb is None


@pytest.mark.parametrize("tag", ["opsportal:exempt", "Keep", "opsportal:keep"])
def test_what_is_tagged_to_be_left_alone_is(tag):
    assert why(replace(RUNNING, tags=TAGS | {tag: "yes"}), NIGHT) == f"it is tagged {tag}"
    assert why(replace(ASLEEP, tags=TAGS | OURS | {tag: "yes"}), DAY) == f"it is tagged {tag}"


def test_a_tag_against_deletion_is_none_against_a_stop():
    assert verdict(replace(RUNNING, tags=TAGS | {"do-not-delete": "yes", "keep": "no"}), NIGHT) == Verdict("stop")


def test_an_exempt_finding_lets_it_run_and_what_we_stopped_is_still_started():
    rules = replace(RULES, exempt={("eu-central-1", "i-1"): "its finding is exempt"})

    assert why(RUNNING, NIGHT, rules) == "its finding is exempt"
    assert verdict(ASLEEP, DAY, rules) == Verdict("start")


def test_what_can_not_be_stopped_by_itself_is_told_only_when_it_would_be():
    bound = replace(RUNNING, bound="it has read replicas")

    assert (why(bound, NIGHT), verdict(bound, DAY)) == ("it has read replicas", Verdict())


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"InstanceLifecycle": "spot"}, "it is a spot instance, which AWS need not let stop"),
        ({"RootDeviceType": "instance-store"}, "its root device is an instance store, and a stop would lose it"),
        ({"Operator": {"Managed": True, "Principal": "eks.amazonaws.com"}}, "eks.amazonaws.com manages it"),
        ({"Operator": {"Managed": False}, "RootDeviceType": "ebs"}, ""),
    ],
)
def test_an_instance_that_aws_does_not_stop(told, why):
    assert ec2.bound(told, {}) == why


def test_a_member_of_an_auto_scaling_group_is_left_to_it():
    assert "the Auto Scaling group web would replace it" in ec2.bound({}, {"aws:autoscaling:groupName": "web"})


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"Engine": "aurora-mysql", "DBClusterIdentifier": "shop"}, "it belongs to the cluster shop"),
        ({"Engine": "mysql", "ReadReplicaSourceDBInstanceIdentifier": "shop"}, "it is a read replica of shop"),
        ({"Engine": "mysql", "ReadReplicaDBInstanceIdentifiers": ["copy"]}, "it has read replicas"),
        ({"Engine": "mysql", "ReadReplicaDBClusterIdentifiers": ["copy"]}, "it has read replicas"),
        ({"Engine": "sqlserver-se", "MultiAZ": True}, "it is SQL Server in two Availability Zones"),
        ({"Engine": "custom-oracle-ee"}, "it is RDS Custom"),
    ],
)
def test_a_database_that_aws_does_not_stop(told, why):
    assert rds.bound(told).startswith(why)


@pytest.mark.parametrize("told", [{"Engine": "mysql", "MultiAZ": True}, {"Engine": "sqlserver-ex", "MultiAZ": False}])
def test_a_database_that_aws_stops(told):
    assert rds.bound(told) == ""


def event(text, hour):
    return {"SourceIdentifier": "shop", "Message": text, "Date": datetime(2026, 11, 26, hour, tzinfo=UTC)}


FORCED = "DB instance is being started due to it exceeding the maximum allowed time being stopped."


@pytest.mark.parametrize(
    ("events", "by_aws"),
    [
        ([event(FORCED, 1), event("DB instance started", 2)], True),
        ([event("DB instance stopped", 0), event(FORCED, 1), event("DB instance started", 2)], True),
        ([event(FORCED, 1), event("DB instance stopped", 2), event("DB instance started", 3)], False),
        ([event("DB instance started", 2)], False),
        ([event(FORCED, 1)], False),
        ([], False),
    ],
)
def test_who_has_started_a_database_is_in_its_events(events, by_aws):
    assert rds.history(events).by_aws("shop") is by_aws


def judged(number, verb=None, why=""):
    return replace(RUNNING, subject=Subject("ec2", "eu-central-1", f"i-{number}")), Verdict(verb, why)


def test_starts_come_first_and_what_is_over_a_cap_is_for_the_next_time():
    every = [judged(1, "stop"), judged(2, "start"), judged(3), judged(4, why="it is pending"), judged(5, "start")]

    choice = choose(every, looked=10, most=2, percent=100)

    assert [(subject.id, verb) for subject, verb in choice.act] == [("i-2", "start"), ("i-5", "start")]
    assert [(subject.id, why) for subject, why in choice.later] == [("i-1", "at most 2 in a run")]
    assert (len(choice.left), choice.fine) == (1, 1)


@pytest.mark.parametrize(("looked", "percent", "most"), [(10, 30, 3), (10, 9, 0), (3, 50, 1), (3, 100, 3)])
def test_no_more_than_the_share_of_what_was_read_is_changed(looked, percent, most):
    choice = choose([judged(n, "stop") for n in range(3)], looked, 50, percent)

    assert (len(choice.act), len(choice.later)) == (most, 3 - most)
