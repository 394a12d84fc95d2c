"""Which read serves which, and what a call is known by."""

from datetime import UTC, datetime

from opsportal.checks import Read
from tasks.sweeps import calls

ALL = Read("ec2", "describe_volumes")
AVAILABLE = Read("ec2", "describe_volumes", {"Filters": [{"Name": "status", "Values": ["available"]}]})
BY_ID = Read("ec2", "describe_volumes", {"VolumeIds": ["vol-1"]})


def test_a_read_of_everything_serves_the_narrower_ones_of_its_operation():
    everything = calls.whole([AVAILABLE, ALL])
    assert calls.serving(AVAILABLE, everything) == ALL


def test_without_one_that_reads_everything_each_is_read_for_itself():
    everything = calls.whole([AVAILABLE, Read("ec2", "describe_snapshots")])
    assert calls.serving(AVAILABLE, everything) == AVAILABLE


def test_a_call_is_known_by_its_arguments_region_and_try():
    one = (AVAILABLE, "eu-central-1", 1)
    others = [(ALL, "eu-central-1", 1), (AVAILABLE, "eu-west-1", 1), (AVAILABLE, "eu-central-1", 2)]
    assert calls.key(*one) == calls.key(*one)
    assert len({calls.key(*each) for each in (one, *others)}) == 4


def test_the_order_of_arguments_and_the_kind_of_their_times_make_no_other_call():
    start = datetime(2026, 11, 26, tzinfo=UTC)
    one = Read("cloudwatch", "get_metric_data", {"StartTime": start, "MaxDatapoints": 5})
    other = Read("cloudwatch", "get_metric_data", {"MaxDatapoints": 5, "StartTime": start})
    assert calls.key(one, "eu-central-1", 1) == calls.key(other, "eu-central-1", 1)


def test_ec2_is_asked_for_pages_except_beside_ids():
    assert calls.arguments(ALL) == {"PaginationConfig": {"PageSize": 500}}
    assert calls.arguments(AVAILABLE).keys() == {"Filters", "PaginationConfig"}
    assert calls.arguments(BY_ID) == {"VolumeIds": ["vol-1"]}
