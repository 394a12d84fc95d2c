"""AWS as a check sees it: pages kept and served, calls side by side, prices."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from opsportal import readings
from opsportal.checks import Price, Read
from opsportal.errors import Denied, Lost
from opsportal.models import Page, Step
from tasks.sweeps import calls
from tasks.sweeps.reader import PageReader
from tests import factories
from tests.stacks.driver import Driver, facts
from tests.sweeps.conftest import asked

GROUPS = Read("logs", "describe_log_groups", {"limit": 2})


@pytest.fixture
def step():
    return factories.step(factories.run(), "eu-central-1", status="running")


@pytest.fixture
def read(sandbox, account, step):
    """What makes a reader on this step, as at each of its looks."""
    driver = Driver(sandbox, facts(account), memory={"calls": 0})

    def reader(*reads):
        written = replace(driver.context(), step_id=step.pk, write=lambda work: work(None, step))
        return PageReader(written, "eu-central-1", reads)

    yield reader
    sandbox.clear_faults()


@pytest.fixture
def logs(sandbox, account):
    logs = sandbox.client("logs", "eu-central-1", account)
    for name in "abcde":
        logs.create_log_group(logGroupName=name)
    return logs


def names(pages):
    return [[each["logGroupName"] for each in page["logGroups"]] for page in pages]


def test_pages_come_in_order_and_are_read_once(read, logs, sandbox, account):
    reader = read()
    assert names(reader.pages(GROUPS)) == names(reader.pages(GROUPS)) == [["a", "b"], ["c", "d"], ["e"]]
    assert len(asked(sandbox, account, "DescribeLogGroups")) == 3


def test_who_stops_early_reads_no_further_and_a_later_look_goes_on_from_there(read, logs, sandbox, account):
    next(read().pages(GROUPS))
    assert len(asked(sandbox, account, "DescribeLogGroups")) == 1

    assert names(read().pages(GROUPS)) == [["a", "b"], ["c", "d"], ["e"]]
    assert len(asked(sandbox, account, "DescribeLogGroups")) == 3


def test_one_call_gives_the_first_page_and_the_pages_go_on_from_it(read, logs, sandbox, account):
    reader = read()
    assert names([reader.read(GROUPS)]) == [["a", "b"]]
    assert len(list(reader.pages(GROUPS))) == len(asked(sandbox, account, "DescribeLogGroups")) == 3


def test_an_operation_without_pages_is_one_page(read, ec2):
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    addresses = Read("ec2", "describe_addresses")
    (page,) = read().pages(addresses)
    assert [each["AllocationId"] for each in page["Addresses"]] == [address]


def test_a_page_is_kept_without_what_is_said_of_the_request(read, logs):
    assert "ResponseMetadata" not in read().read(GROUPS)


def test_dates_are_dates_again(read, ec2):
    volume = ec2.create_volume(AvailabilityZone="eu-central-1a", Size=8)["VolumeId"]
    (page,) = read().pages(Read("ec2", "describe_volumes"))
    made = next(each["CreateTime"] for each in page["Volumes"] if each["VolumeId"] == volume)
    assert abs(datetime.now(UTC) - made).total_seconds() < 60


def test_several_calls_are_answered_in_their_order_and_made_once(read, logs, sandbox, account):
    reads = [Read("logs", "describe_log_groups", {"logGroupNamePrefix": name}) for name in "edcba"]
    reader = read()
    assert names(reader.several([*reads, reads[0]])) == [["e"], ["d"], ["c"], ["b"], ["a"], ["e"]]
    assert names(read().several(reads)) == [["e"], ["d"], ["c"], ["b"], ["a"]]
    assert len(asked(sandbox, account, "DescribeLogGroups")) == 5


def test_what_is_on_its_way_is_waited_for_and_not_read_again(read, logs, sandbox, account):
    reader, seen = read(), []
    other = Read("logs", "describe_log_groups", {"logGroupNamePrefix": "a"})

    reader.fetch([GROUPS, other], meanwhile=lambda: seen.append(names(reader.pages(GROUPS))))

    assert seen[0] == [["a", "b"], ["c", "d"], ["e"]]
    assert len(asked(sandbox, account, "DescribeLogGroups")) == 4


def test_a_read_is_ready_before_another_that_takes_longer(read, logs, sandbox, account):
    sandbox.fault("latency", action="DescribeAddresses", account=account, seconds=1)
    slow, reader, seen = Read("ec2", "describe_addresses"), read(), []
    asked_for = ([GROUPS], [slow], [])

    reader.fetch([GROUPS, slow], meanwhile=lambda: seen.append([reader.is_ready(each) for each in asked_for]))

    assert [True, False, False] in seen
    assert seen[-1] == [True, True, True]


def test_a_refusal_is_asked_for_once_and_told_to_everybody(read, sandbox, account):
    sandbox.fault("deny", action="DescribeLogGroups", account=account)
    reader = read(GROUPS)
    reader.fetch([GROUPS])
    for ask in (reader.read, lambda read: list(reader.pages(read)), lambda read: list(reader.several([read]))):
        with pytest.raises(Denied):
            ask(GROUPS)
    assert len(asked(sandbox, account, "DescribeLogGroups")) == 1


def test_a_step_that_is_lost_ends_all_reads_at_once(read, logs, sandbox, account):
    reader = read()
    reader.ctx.aws.guard.stop = Lost("It is another worker's.")
    with pytest.raises(Lost):
        reader.fetch(Read("logs", "describe_log_groups", {"logGroupNamePrefix": str(n)}) for n in range(40))
    assert asked(sandbox, account, "DescribeLogGroups") == []


def test_the_account_is_asked_for_once_however_many_calls_begin_together(read, logs, sandbox, account):
    reader = read()
    reader.ctx.aws.connect()
    reader.fetch(Read("logs", "describe_log_groups", {"logGroupNamePrefix": name}) for name in "abcde")
    assert len(asked(sandbox, account, "GetCallerIdentity")) == 1


def test_each_page_is_counted(read, logs):
    reader = read()
    reader.fetch([GROUPS])
    assert (reader.fresh, reader.ctx.memory["calls"]) == (3, 3)


def test_a_price_is_that_of_the_region_with_its_date(read):
    assert read().price("ebs", "gp3.storage") == Price(
        "ebs", "gp3.storage", "GB-month", "eu-central-1", 0.0952, "2025-10-28"
    )


def test_where_no_price_is_known_there_is_none(read):
    assert read().price("ebs", "gp9.storage") is None


def test_dates_and_bytes_come_back_as_they_were():
    page = {"At": datetime(2026, 11, 26, 5, 1, 2, 345678, tzinfo=UTC), "SearchString": b"/admin\xff", "Count": -(2**40)}
    page |= {"Old": datetime(1899, 1, 1, tzinfo=UTC), "Cost": 0.1, "None": None, "Flags": [True, False]}
    assert readings.unpacked(readings.packed(page)) == page


def test_a_date_of_another_zone_is_the_same_moment_in_utc():
    at = datetime(2026, 11, 26, 5, tzinfo=timezone(timedelta(hours=9)))
    found = readings.unpacked(readings.packed({"At": at}))["At"]
    assert (found, found.utcoffset()) == (at, timedelta(0))


def test_pages_that_another_release_packed_otherwise_are_read_anew(read, logs, monkeypatch):
    read().fetch([GROUPS])
    monkeypatch.setattr(calls, "FORMAT", 1)
    reader = read()
    reader.fetch([GROUPS])
    assert reader.fresh == 3


def test_what_neither_json_nor_a_date_is_can_not_be_kept():
    with pytest.raises(TypeError, match="set"):
        readings.packed({"Blob": {1, 2}})


def test_pages_of_other_steps_are_not_ours(read, logs):
    list(read().pages(GROUPS))
    other = factories.step(factories.run(), "eu-central-1")
    assert readings.places(other.pk) == {}
    readings.drop(other)
    assert Page.objects.count() == 3
    assert Step.objects.count() == 2
