"""Snapshots and machine images: whose volume is gone, old ones, and what keeps them in use."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tasks.checks import ami_unused, snapshot_old, snapshot_orphaned
from tasks.sweeps import images, scaling_groups, tags
from tasks.sweeps.snapshots import COPIED, Snapshot, size, snapshot
from tests.checks.reading import NOW, SandboxReader, ago, cost, found, judged, price, resource

SNAPSHOT = Snapshot(resource("snap-1"), "vol-1", 50.0, ago(400), cost(2.7), volume_gone=True)
IMAGE = ami_unused.Facts(resource("ami-1"), cost(0.43), ago(120), 8)
OLD, ORPHANED, UNUSED = snapshot_old, snapshot_orphaned, ami_unused
PRICES = [price(0.05, "ebs", "snapshot.standard", "GB-month")]
BY_BACKUP = {"aws:backup:source-resource": "arn:aws:ec2:eu-west-1:123456789012:volume/vol-1"}
LATER = datetime.now(UTC) + timedelta(days=400)


@pytest.fixture
def ec2(account):
    return account.client("ec2")


@pytest.fixture
def image(ec2):
    """An image of the account's own, of an instance that is gone."""
    made = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    image = ec2.create_image(InstanceId=made, Name="app")["ImageId"]
    ec2.terminate_instances(InstanceIds=[made])
    return image


def test_a_snapshot_of_a_lost_volume_says_which_and_how_much_at_most():
    finding = judged(ORPHANED, SNAPSHOT)

    assert finding.detail == "Its volume vol-1 is gone. It was made 400 days ago and holds 50 GiB at most."


NEEDED = [{"in_image": True}, {"kept_by_backup": True}, {"done": False}]


@pytest.mark.parametrize("changed", [*NEEDED, {"volume_gone": False}, {"made": ago(29)}])
def test_a_snapshot_that_is_needed_or_new_is_no_orphan(changed):
    assert judged(ORPHANED, replace(SNAPSHOT, **changed)) is None


@pytest.mark.parametrize("changed", [*NEEDED, {"made": ago(364)}])
def test_a_snapshot_that_is_needed_or_younger_than_a_year_is_not_old(changed):
    assert judged(OLD, replace(SNAPSHOT, volume_gone=False, **changed)) is None


def test_an_old_snapshot_is_found_once_though_its_volume_is_gone():
    assert judged(OLD, SNAPSHOT) is None
    assert judged(OLD, SNAPSHOT, orphaned=True)
    assert judged(OLD, replace(SNAPSHOT, volume_gone=False, made=ago(365)))


def told(**changed):
    plain = {"SnapshotId": "snap-1", "VolumeId": "vol-1", "VolumeSize": 50, "StartTime": NOW, "State": "completed"}
    return plain | changed


def test_a_copy_has_no_volume_that_could_be_gone(reader):
    assert not snapshot(told(VolumeId=COPIED), reader, set(), set()).volume_gone
    assert snapshot(told(), reader, set(), set()).volume_gone
    assert not snapshot(told(), reader, {"vol-1"}, set()).volume_gone


def test_written_blocks_are_a_lower_bound_than_the_volumes_size():
    assert size(told()) == 50
    assert size(told(FullSnapshotSizeInBytes=3 * 1024**3)) == 3


def test_what_backup_and_lifecycle_manager_made_is_known_by_its_tags():
    assert tags.kept_by_backup(BY_BACKUP)
    assert tags.kept_by_backup({"aws:dlm:lifecycle-policy-id": "policy-1"})
    assert not tags.kept_by_backup({"Name": "backup"})


def test_an_archived_snapshot_has_the_archives_price(account):
    archive = price(0.0125, "ebs", "snapshot.archive", "GB-month")
    reader = SandboxReader(account, [*PRICES, archive])

    assert snapshot(told(StorageTier="archive"), reader, set(), set()).cost.usd == 50 * 0.0125


def test_of_real_snapshots_only_the_one_nothing_needs_is_found(account, ec2, image):
    volume = ec2.create_volume(AvailabilityZone="eu-west-1a", Size=10)["VolumeId"]
    kept, orphan = (ec2.create_snapshot(VolumeId=volume)["SnapshotId"] for _ in range(2))
    ec2.create_tags(Resources=[kept], Tags=[{"Key": "aws:dlm:lifecycle-policy-id", "Value": "policy-1"}])
    ec2.delete_volume(VolumeId=volume)

    findings = found(ORPHANED, SandboxReader(account, PRICES, LATER))

    assert {name: each.usd for name, each in findings.items()} == {orphan: 0.5}


@pytest.mark.parametrize("changed", [{"used": True}, {"shared": True}, {"kept_by_backup": True}, {"last": ago(89)}])
def test_an_image_that_is_used_shared_or_new_is_left_alone(changed):
    assert judged(UNUSED, replace(IMAGE, **changed)) is None


def test_an_unused_image_is_found_on_the_day_of_the_limit():
    finding = judged(UNUSED, replace(IMAGE, last=ago(90)))

    assert finding.detail.startswith("No instance, launch template or group uses it. It was last used 90 days ago")


def test_an_image_counts_from_its_last_launch():
    assert ami_unused.last({"CreationDate": "2024-01-01T00:00:00.000Z", "LastLaunchedTime": NOW.isoformat()}) == NOW


def test_an_image_that_nothing_names_is_found(account, image):
    assert list(found(UNUSED, SandboxReader(account, PRICES, LATER))) == [image]


def test_an_image_shared_with_another_account_is_in_use(account, ec2, image):
    ec2.modify_image_attribute(ImageId=image, LaunchPermission={"Add": [{"UserId": "123456789012"}]})

    assert found(UNUSED, SandboxReader(account, PRICES, LATER)) == {}
    assert list(found(UNUSED, SandboxReader(account, PRICES, LATER), sharing=False)) == [image]


def test_an_image_of_a_launch_template_is_in_use(account, ec2, image):
    ec2.create_launch_template(LaunchTemplateName="app", LaunchTemplateData={"ImageId": image})

    assert found(UNUSED, SandboxReader(account, PRICES, LATER)) == {}


def test_an_image_of_a_version_that_a_group_names_is_in_use(account, ec2, image):
    made = ec2.create_launch_template(LaunchTemplateName="app", LaunchTemplateData={"ImageId": image})
    named = {"LaunchTemplateId": made["LaunchTemplate"]["LaunchTemplateId"], "Version": "1"}
    zones = {"AvailabilityZones": ["eu-west-1a"], "MinSize": 0, "MaxSize": 0}
    account.client("autoscaling").create_auto_scaling_group(AutoScalingGroupName="app", LaunchTemplate=named, **zones)
    newer = {"LaunchTemplateData": {"ImageId": "ami-12c6146b"}, "LaunchTemplateId": named["LaunchTemplateId"]}
    ec2.create_launch_template_version(**newer)
    ec2.modify_launch_template(LaunchTemplateId=named["LaunchTemplateId"], DefaultVersion="2")

    assert image in images.used(SandboxReader(account))
    assert found(UNUSED, SandboxReader(account, PRICES, LATER)) == {}


def test_an_image_of_a_stopped_instance_is_in_use(account, ec2, image):
    made = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    ec2.stop_instances(InstanceIds=[made])

    assert found(UNUSED, SandboxReader(account, PRICES, LATER)) == {}


def test_a_version_that_names_its_image_by_a_parameter_is_asked_again():
    parameter = {"LaunchTemplateId": "lt-1", "VersionNumber": 3, "LaunchTemplateData": {"ImageId": "resolve:ssm:/app"}}
    found, seen, parameters = set(), set(), []

    images.take({"LaunchTemplateVersions": [parameter, parameter]}, found, seen, parameters)

    assert parameters == [("lt-1", "3")]


def test_the_launch_templates_of_mixed_instances_are_a_groups_too():
    plain, other = {"LaunchTemplateId": "lt-1", "Version": "1"}, {"LaunchTemplateId": "lt-2", "Version": "2"}
    mixed = {"LaunchTemplateSpecification": plain, "Overrides": [{"LaunchTemplateSpecification": other}, {}]}

    assert scaling_groups.templates({"MixedInstancesPolicy": {"LaunchTemplate": mixed}}) == [plain, other]
    assert scaling_groups.templates({"LaunchConfigurationName": "old"}) == []
