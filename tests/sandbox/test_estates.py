"""Whole accounts: the benchmark's and the demo's."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from sandbox.controlling import ControlError
from tests.sandbox.account import until
from tests.sandbox.test_readme import README

BENCH = {
    "volumes": 10_500,
    "snapshots": 5_200,
    "addresses": 2_000,
    "instances": 500,
    "buckets": 100,
    "images": 200,
    "load-balancers": 100,
    "nat-gateways": 50,
    "log-groups": 200,
    "databases": 50,
    "container-images": 300,
}


def rows(client, operation, key, **given):
    return [row for page in client.get_paginator(operation).paginate(**given) for row in page[key]]


@dataclass(frozen=True)
class Listed:
    """What the benchmark's account lists, read once: its volumes alone take seconds."""

    volumes: list
    snapshots: list
    addresses: list
    instances: list
    images: list


@pytest.fixture(scope="module")
def listed(bench):
    ec2 = bench.client("ec2")
    return Listed(
        rows(ec2, "describe_volumes", "Volumes", PaginationConfig={"PageSize": 1000}),
        ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"],
        ec2.describe_addresses()["Addresses"],
        [row["Instances"][0] for row in rows(ec2, "describe_instances", "Reservations")],
        ec2.describe_images(Owners=["self"])["Images"],
    )


def test_the_benchmarks_account_has_what_it_says(bench, listed):
    assert bench.filled["made"] == BENCH
    assert (len(listed.volumes), len(listed.snapshots), len(listed.addresses)) == (10_500, 5_200, 2_000)
    assert (len(listed.instances), len(listed.images)) == (500, 200)
    assert len(rows(bench.client("rds"), "describe_db_instances", "DBInstances")) == 50


def test_its_waste_has_the_documented_share(bench):
    lines = re.findall(r"^\| ([a-z0-9-, ]+) \| ([\d,]+)(?: and ([\d,]+))? ", README.read_text(), re.M)
    said = {
        check: figure for names, *figures in lines for check, figure in zip(names.split(", "), figures, strict=False)
    }
    assert said == {check: f"{len(ids):,}" for check, ids in bench.filled["waste"].items()}


def test_its_waste_is_found_resource_by_resource(bench, listed):
    ec2, waste = bench.client("ec2"), bench.filled["waste"]
    loose = ec2.describe_volumes(Filters=[{"Name": "status", "Values": ["available"]}])["Volumes"]
    free = [row for row in listed.addresses if "AssociationId" not in row]
    assert {row["VolumeId"] for row in loose} == set(waste["ebs-unattached"])
    assert {row["AllocationId"] for row in free} == set(waste["eip-unassociated"])
    assert (len(loose), len(free)) == (2100, 1000)


def test_its_orphans_and_unused_images_are_found(bench, listed):
    waste = bench.filled["waste"]
    volumes = {row["VolumeId"] for row in listed.volumes}
    kept = {row["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"] for row in listed.images}
    orphans = {row["SnapshotId"] for row in listed.snapshots if row["VolumeId"] not in volumes} - kept
    used = {row["ImageId"] for row in listed.instances}
    month = datetime.now(UTC).replace(day=1).isoformat()
    old = {row["ImageId"] for row in listed.images if row["CreationDate"] < month}
    assert orphans == set(waste["snapshot-orphaned"])
    assert old - used == set(waste["ami-unused"])


def test_the_demos_account_is_a_small_shop(account):
    found = account.sandbox.fill("shop", account.id)
    made = [kinds["made"] for kinds in found.values()]
    assert set(found) == {"eu-central-1", "eu-west-1"}
    assert 350 <= sum(sum(kinds.values()) for kinds in made) <= 450
    assert len(set().union(*made)) == 25


def test_everything_there_has_an_owner(account):
    account.sandbox.fill("shop", account.id)
    ec2 = account.sandbox.client("ec2", region="eu-central-1", account=account.id)
    found = ec2.describe_volumes()["Volumes"] + ec2.describe_addresses()["Addresses"]
    owners = {tag["Value"] for row in found for tag in row.get("Tags", []) if tag["Key"] == "Owner"}
    assert owners == {
        f"{name}@lindenladen.example" for name in ("anna.weber", "jonas.klein", "mira.vogel", "tom.brandt")
    }


@pytest.mark.parametrize("estate", ["bench", "shop"])
def test_the_same_seed_gives_the_same_account(account, estate):
    first = account.sandbox.fill(estate, account.id, seed=7)
    second = account.sandbox.fill(estate, account.id[::-1], seed=7)
    other = account.sandbox.fill(estate, "1" + account.id[:11], seed=8)
    region = "eu-west-1"
    for check in ("ebs-unattached", "eip-unassociated"):
        assert first[region]["waste"][check] == second[region]["waste"][check]
        assert first[region]["waste"][check] != other[region]["waste"][check]


def test_a_filled_account_survives_a_restart(start):
    account = start()
    waste = account.sandbox.fill("shop")["eu-central-1"]["waste"]
    until(account.sandbox.saved, bool, seconds=5)
    account.sandbox.kill()
    ec2 = start().sandbox.client("ec2", region="eu-central-1")
    loose = ec2.describe_volumes(Filters=[{"Name": "status", "Values": ["available"]}])["Volumes"]
    assert {row["VolumeId"] for row in loose} == set(waste["ebs-unattached"])


def test_an_estate_is_made_once_also_after_a_restart(start):
    account = start()
    first = account.sandbox.fill("depot")
    until(account.sandbox.saved, bool, seconds=5)
    account.sandbox.kill()
    again = start()
    assert again.sandbox.fill("depot") == first
    ec2 = again.sandbox.client("ec2", region="eu-central-1")
    assert len(ec2.describe_nat_gateways()["NatGateways"]) == 1


def test_what_the_shop_did_for_a_fortnight_is_told(account):
    waste = account.sandbox.fill("shop", account.id)["eu-central-1"]["waste"]
    ec2 = account.sandbox.client("ec2", region="eu-central-1", account=account.id)
    gateways = [row["NatGatewayId"] for row in ec2.describe_nat_gateways()["NatGateways"]]
    sent = {name: days(account, "AWS/NATGateway", "BytesOutToDestination", NatGatewayId=name) for name in gateways}
    assert all(len(each) >= 14 for each in sent.values())
    assert [name for name, each in sent.items() if not any(each)] == waste["nat-idle"]


def days(account, namespace, name, **dimensions):
    """The sums of the last fourteen days."""
    cloudwatch = account.sandbox.client("cloudwatch", region="eu-central-1", account=account.id)
    now, place = datetime.now(UTC), [{"Name": key, "Value": value} for key, value in dimensions.items()]
    times = {"StartTime": now - timedelta(days=14), "EndTime": now, "Period": 86_400, "Statistics": ["Sum"]}
    points = cloudwatch.get_metric_statistics(Namespace=namespace, MetricName=name, Dimensions=place, **times)
    return [point["Sum"] for point in points["Datapoints"]]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"estate": "castle"}, "estate must be one of bench, depot, shop, not 'castle'."),
        ({"estate": "bench", "scale": 0}, "scale must be a whole number from 1 on, not 0."),
        ({"estate": "bench", "account": 1}, "account must be twelve digits as text, and seed a whole number."),
    ],
)
def test_an_estate_that_cannot_be_is_refused(sandbox, given, sentence):
    with pytest.raises(ControlError, match=sentence):
        sandbox.control("POST", "estates", {"account": "123456789012", **given})
