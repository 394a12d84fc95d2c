"""EC2 instances that are stopped for long, idle, old, or up at night; and addresses nothing uses."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tasks.checks import dev_running_at_night, ec2_idle, ec2_old_generation, ec2_stopped_long, eip_unassociated
from tasks.sweeps import instances
from tasks.sweeps.instances import Instance
from tasks.sweeps.money import Cost
from tests.checks.measuring import age, measure
from tests.checks.reading import NOW, SandboxReader, ago, cost, found, judged, price, resource
from tests.sandbox.account import until

INSTANCE = Instance(resource("i-1", tags={"Env": "Dev"}), "t2.large", "running", ago(20))
OFF = replace(INSTANCE, state="stopped")
STOPPED = ec2_stopped_long.Facts(OFF, ago(31), cost(8), 2, 108)
IDLE = ec2_idle.Facts(INSTANCE, cost(67), 2.0, 1.5)
OLD = ec2_old_generation.Facts(INSTANCE, False, "t3.large", cost(5))
NIGHT = dev_running_at_night.Facts(INSTANCE.resource, "t2.large", ago(20), cost(168))
ADDRESS = eip_unassociated.Facts(resource("eipalloc-1"), cost(3.65), associated=False)
PRICES = [price(0.1, "ec2", "t2.large"), price(0.09, "ec2", "t3.large"), price(0.1, "ebs", "gp2.storage", "GB-month")]
PRICES += [price(0.005, "vpc", "public-ipv4.in-use-or-idle")]


@pytest.fixture
def ec2(account):
    return account.client("ec2")


def stop(ec2, instance):
    """Until it has stopped."""
    ec2.stop_instances(InstanceIds=[instance])
    stopped = [{"Name": "instance-state-name", "Values": ["stopped"]}, {"Name": "instance-id", "Values": [instance]}]
    until(lambda: ec2.describe_instances(Filters=stopped)["Reservations"], bool)


@pytest.fixture
def started(ec2):
    """The id of an instance that runs."""
    asked = {"ImageId": "ami-12c6146b", "InstanceType": "t2.large", "MinCount": 1, "MaxCount": 1}
    tagged = [{"ResourceType": "instance", "Tags": [{"Key": "environment", "Value": "dev"}]}]
    return ec2.run_instances(**asked, TagSpecifications=tagged)["Instances"][0]["InstanceId"]


def later(account, days=60):
    return SandboxReader(account, PRICES, datetime.now(UTC) + timedelta(days=days))


def test_a_stopped_instance_is_told_with_what_its_volumes_cost():
    finding = judged(ec2_stopped_long, STOPPED)

    assert finding.detail == "It has been stopped for 31 days, and its volumes cost on: 2 with 108 GiB together."
    assert finding.usd == 8


@pytest.mark.parametrize("changed", [{"stopped": ago(29)}, {"stopped": None}, {"instance": INSTANCE}])
def test_an_instance_stopped_lately_or_running_or_without_a_date_is_left_alone(changed):
    assert judged(ec2_stopped_long, replace(STOPPED, **changed)) is None
    assert judged(ec2_stopped_long, replace(STOPPED, stopped=ago(30)))


def test_the_time_of_a_stop_is_in_its_reason():
    assert ec2_stopped_long.since("User initiated (2026-11-25 12:30:00 GMT)") == NOW
    assert ec2_stopped_long.since("Server.ScheduledStop: Stopped due to scheduled retirement") is None


def test_a_stopped_instance_is_found_with_its_volumes(account, ec2, started):
    stop(ec2, started)

    finding = found(ec2_stopped_long, later(account))[started]

    assert finding.evidence["volumes"] == 1
    assert finding.usd == finding.evidence["gib"] * 0.1


def test_an_idle_instance_is_told_with_its_figures():
    finding = judged(ec2_idle, IDLE)

    assert finding.detail == "In 14 days it used at most 2.0 % CPU and 1.5 MB of network a day (t2.large)."


BUSY = [{"cpu": 5.0}, {"network": 5.0}, {"cpu": None}, {"network": None}]


@pytest.mark.parametrize("changed", [*BUSY, {"instance": OFF}, {"instance": replace(INSTANCE, launched=ago(13))}])
def test_an_instance_that_works_or_is_not_known_to_idle_is_left_alone(changed):
    assert judged(ec2_idle, replace(IDLE, **changed)) is None


def test_of_an_idle_member_the_group_is_to_change():
    member = replace(INSTANCE, group="web")

    assert judged(ec2_idle, replace(IDLE, instance=member)).advice == "Make the Auto Scaling group web smaller."


def test_an_instance_without_work_is_found_by_its_metrics(account, started):
    reader = later(account, days=0)
    age(reader, "instance", started)
    values = {"CPUUtilization": 1.0, "NetworkIn": 1_000_000, "NetworkOut": 500_000}
    measure(reader, "AWS/EC2", {"InstanceId": started}, values)

    finding = found(ec2_idle, reader)[started]

    assert finding.evidence["network_mb_a_day"] == 1.5
    assert finding.usd == 73


def test_an_instance_without_figures_is_not_judged(account, started):
    assert found(ec2_idle, later(account)) == {}


def test_an_old_type_is_told_with_the_newer_one():
    finding = judged(ec2_old_generation, OLD)

    assert finding.detail == "t2.large is of a family that t3.large replaces."
    assert judged(ec2_old_generation, replace(OLD, saved=Cost())).usd is None


@pytest.mark.parametrize("changed", [{"newer": ""}, {"instance": OFF}])
def test_a_type_without_a_newer_one_and_a_stopped_instance_are_left_alone(changed):
    assert judged(ec2_old_generation, replace(OLD, **changed)) is None


def test_a_type_that_aws_counts_as_previous_is_found_without_a_newer_one():
    finding = judged(ec2_old_generation, replace(OLD, previous=True, newer="", saved=Cost()))

    assert finding.detail == "t2.large is of a previous generation."


def test_a_family_can_be_left_alone():
    assert judged(ec2_old_generation, OLD, leave=["t2"]) is None


def test_the_newer_type_has_the_same_size():
    assert ec2_old_generation.successor("m4.2xlarge") == "m6i.2xlarge"
    assert ec2_old_generation.successor("m7g.large") == ""


def test_what_a_newer_type_saves_is_the_difference_of_their_prices(account, started):
    assert found(ec2_old_generation, later(account))[started].usd == 7.3


def test_a_development_instance_is_told_with_what_its_nights_cost():
    finding = judged(dev_running_at_night, NIGHT)

    assert finding.detail == "It is tagged Dev and has run for 20 days without a stop (t2.large)."
    assert finding.usd == 108


PRODUCTION = resource(tags={"Env": "production"})


@pytest.mark.parametrize("changed", [{"since": None}, {"resource": PRODUCTION}, {"since": ago(6)}])
def test_what_is_of_production_or_was_stopped_this_week_is_left_alone(changed):
    assert judged(dev_running_at_night, replace(NIGHT, **changed)) is None


def test_a_week_without_a_stop_is_enough():
    assert judged(dev_running_at_night, replace(NIGHT, since=ago(7)))


def test_of_a_member_at_night_the_group_is_to_change():
    assert "group web scheduled actions" in judged(dev_running_at_night, replace(NIGHT, group="web")).advice


def test_an_instance_that_does_not_run_has_no_nights(reader):
    assert dev_running_at_night.of_instance(OFF, reader).since is None
    assert dev_running_at_night.of_instance(INSTANCE, reader).since == ago(20)


def test_which_instances_are_for_development_is_read_from_their_tags(account, started):
    assert list(found(dev_running_at_night, later(account))) == [started]
    assert found(dev_running_at_night, later(account), values=["staging"]) == {}


def test_list_prices_are_for_linux_on_demand_on_shared_hardware():
    plain = {"PlatformDetails": "Linux/UNIX", "Placement": {"Tenancy": "default"}}

    assert instances.is_plain(plain)
    assert not instances.is_plain(plain | {"InstanceLifecycle": "spot"})
    assert not instances.is_plain(plain | {"PlatformDetails": "Windows"})
    assert not instances.is_plain(plain | {"Placement": {"Tenancy": "dedicated"}})


def test_an_address_of_nothing_is_found():
    assert judged(eip_unassociated, ADDRESS).detail == "It belongs to nothing and is charged by the hour."


@pytest.mark.parametrize("changed", [{"associated": True}, {"managed": True}, {"pool": "ipv4pool-ec2-012345"}])
def test_an_address_in_use_managed_or_brought_along_is_left_alone(changed):
    assert judged(eip_unassociated, replace(ADDRESS, **changed)) is None


def test_an_address_of_a_stopped_instance_is_found_unless_the_limits_say_otherwise():
    held = replace(ADDRESS, associated=True, instance="i-1", stopped=True)

    assert "i-1, which is stopped" in judged(eip_unassociated, held).detail
    assert judged(eip_unassociated, held, stopped=False) is None


def test_addresses_are_found_with_what_they_cost(account, ec2, started):
    free, used, waiting = (ec2.allocate_address(Domain="vpc")["AllocationId"] for _ in range(3))
    ec2.associate_address(AllocationId=used, InstanceId=started)
    other = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    ec2.associate_address(AllocationId=waiting, InstanceId=other)
    stop(ec2, other)

    findings = found(eip_unassociated, later(account))

    assert {each: finding.usd for each, finding in findings.items()} == {free: 3.65, waiting: 3.65}
