"""EBS volumes: unattached, of the older type, with more IOPS than they use."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tasks.checks import ebs_gp2_to_gp3, ebs_overprovisioned_iops, ebs_unattached
from tasks.sweeps.money import Cost
from tasks.sweeps.volumes import Volume
from tasks.sweeps.volumes import sustained as kept_up
from tests.checks.answers import series
from tests.checks.measuring import measure
from tests.checks.reading import SandboxReader, ago, cost, found, judged, price, resource

VOLUME = Volume(resource("vol-1", name="data", tags={"Name": "data"}), "gp2", "available", 100, ago(41))
UNATTACHED = ebs_unattached.Facts(VOLUME, cost(11.9))
GP2 = ebs_gp2_to_gp3.Facts(VOLUME, cost(2.0), 3_000, 125)
IO2 = replace(VOLUME, kind="io2", state="in-use", iops=10_000)
BUSY = ebs_overprovisioned_iops.Facts(IO2, 1_000.0, 1_500, cost(500))
EBS = [
    price(0.119, "ebs", "gp2.storage", "GB-month"),
    price(0.0952, "ebs", "gp3.storage", "GB-month"),
    price(0.04, "ebs", "gp3.throughput-over-125", "MiBps-month"),
]


def volume(**changed):
    return replace(UNATTACHED, volume=replace(VOLUME, **changed))


def test_a_volume_without_an_instance_is_told_with_its_age_size_and_cost():
    finding = judged(ebs_unattached, UNATTACHED)

    assert finding.resource == "vol-1"
    assert finding.detail == "It is attached to no instance and was made 41 days ago (100 GiB of gp2)."
    assert finding.advice == "Take a snapshot, then delete it."
    assert (finding.usd, finding.name, finding.price) == (11.9, "data", UNATTACHED.cost.price)


@pytest.mark.parametrize("changed", [{"state": "in-use"}, {"instances": ("i-1",)}, {"made": ago(6)}])
def test_a_volume_in_use_or_made_lately_is_left_alone(changed):
    assert judged(ebs_unattached, volume(**changed)) is None


def test_a_volume_is_found_on_the_day_of_the_limit():
    assert judged(ebs_unattached, volume(made=ago(7)))


def test_without_a_price_the_volume_is_found_without_a_figure():
    finding = judged(ebs_unattached, replace(UNATTACHED, cost=Cost()))

    assert (finding.usd, finding.price) == (None, None)


@pytest.mark.parametrize(
    ("gib", "sustained"),
    [
        (8, (3_000, 125)),
        (170, (3_000, 125)),
        (200, (3_000, 150)),
        (334, (3_000, 250)),
        (2_000, (6_000, 250)),
        (16_384, (16_000, 250)),
    ],
)
def test_gp3_is_given_what_gp2_keeps_up(gib, sustained):
    assert kept_up(gib) == sustained


def test_a_gp2_volume_is_told_with_what_gp3_needs_to_do_the_same():
    finding = judged(ebs_gp2_to_gp3, GP2)

    assert finding.detail == "Its 100 GiB of gp2 cost more than the same as gp3."
    assert "3000 IOPS and 125 MiB/s" in finding.advice


def test_a_gp2_volume_that_would_save_less_than_the_limit_is_left_alone():
    assert judged(ebs_gp2_to_gp3, GP2, usd=2.01) is None
    assert judged(ebs_gp2_to_gp3, GP2, usd=2)
    assert judged(ebs_gp2_to_gp3, replace(GP2, saved=Cost()), usd=2)


def test_another_type_is_no_gp2_volume():
    assert judged(ebs_gp2_to_gp3, replace(GP2, volume=replace(VOLUME, kind="gp3"))) is None


def test_bought_iops_are_told_against_the_busiest_hour():
    finding = judged(ebs_overprovisioned_iops, BUSY)

    assert finding.detail == "It has 10000 IOPS; the busiest hour of 14 days used 1000."
    assert finding.advice == "Lower it to 1500 IOPS; it stays in use meanwhile."


@pytest.mark.parametrize("changed", [{"busiest": None}, {"busiest": 5_000.0}, {"enough": 10_000}])
def test_iops_that_are_used_or_not_measured_are_left_alone(changed):
    assert judged(ebs_overprovisioned_iops, replace(BUSY, **changed)) is None


def test_the_busiest_hour_needs_figures_of_all_hours():
    hours, fewer = series(*[3_600] * 48, minutes=60), series(*[3_600] * 47, minutes=60)

    assert ebs_overprovisioned_iops.peak(hours, hours, days=2) == 2
    assert ebs_overprovisioned_iops.peak(fewer, fewer, days=2) is None
    assert ebs_overprovisioned_iops.peak(hours, fewer, days=2) is None


def test_advised_iops_have_headroom_and_stay_within_what_the_type_has():
    limits = ebs_overprovisioned_iops.Limits()

    assert ebs_overprovisioned_iops.needed(IO2, 1_001, limits) == 1_600
    assert ebs_overprovisioned_iops.needed(replace(IO2, kind="gp3"), 100, limits) == 3_000
    assert ebs_overprovisioned_iops.needed(IO2, 9_999, limits) == 10_000


def test_volumes_are_read_with_their_price(account):
    made = account.client("ec2")
    one = made.create_volume(AvailabilityZone="eu-west-1a", Size=1_000, VolumeType="gp2")["VolumeId"]
    made.create_volume(AvailabilityZone="eu-west-1a", Size=1_000, VolumeType="gp3")
    reader = SandboxReader(account, EBS, now=datetime.now(UTC) + timedelta(days=8))

    assert {name: each.usd for name, each in found(ebs_gp2_to_gp3, reader).items()} == {one: 18.8}
    assert found(ebs_unattached, reader)[one].usd == 119


def test_a_volume_with_more_iops_than_its_busiest_hour_is_found(account):
    asked = {"AvailabilityZone": "eu-west-1a", "Size": 1_000, "VolumeType": "io1", "Iops": 10_000}
    made = account.client("ec2").create_volume(**asked)["VolumeId"]
    prices = [price(0.1, "ebs", "io1.storage", "GB-month"), price(0.07, "ebs", "io1.iops", "IOPS-month")]
    reader = SandboxReader(account, prices)
    hourly = {"VolumeReadOps": 3_600_000, "VolumeWriteOps": 0}
    measure(reader, "AWS/EBS", {"VolumeId": made}, hourly, every=1)

    assert found(ebs_overprovisioned_iops, reader, days=2)[made].usd == 595
