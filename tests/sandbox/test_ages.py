"""Times in the past, through the control port."""

import pytest

from sandbox.controlling import ControlError

LAST_YEAR = "2025-03-01T12:00:00+00:00"


def age(account, kind, ident, **times):
    account.sandbox.age(kind, ident, account=account.id, **times)


def test_a_volume_and_its_snapshot_are_old(account):
    ec2 = account.client("ec2")
    volume = ec2.create_volume(AvailabilityZone="eu-west-1a", Size=8)["VolumeId"]
    snapshot = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    age(account, "volume", volume, created=LAST_YEAR)
    age(account, "snapshot", snapshot, created=LAST_YEAR)
    assert ec2.describe_volumes()["Volumes"][0]["CreateTime"].isoformat() == LAST_YEAR
    assert ec2.describe_snapshots(SnapshotIds=[snapshot])["Snapshots"][0]["StartTime"].isoformat() == LAST_YEAR


def test_an_instance_was_stopped_long_ago(account):
    ec2 = account.client("ec2")
    made = ec2.run_instances(ImageId="ami-1", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    age(account, "instance", made, created="2024-01-01T00:00:00Z", stopped=LAST_YEAR)
    row = ec2.describe_instances(InstanceIds=[made])["Reservations"][0]["Instances"][0]
    assert row["State"]["Name"] == "stopped"
    assert row["StateTransitionReason"] == "User initiated (2025-03-01 12:00:00 GMT)"
    assert row["LaunchTime"].year == 2024


def test_an_image_was_last_launched_long_ago(account):
    ec2 = account.client("ec2")
    made = ec2.run_instances(ImageId="ami-1", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    image = ec2.create_image(InstanceId=made, Name="base")["ImageId"]
    age(account, "image", image, created="2024-01-01T00:00:00Z", used=LAST_YEAR)
    row = ec2.describe_images(ImageIds=[image])["Images"][0]
    assert row["CreationDate"] == "2024-01-01T00:00:00.000Z"
    assert row["LastLaunchedTime"] == "2025-03-01T12:00:00.000Z"


def test_a_database_was_stopped_long_ago(account):
    rds = account.client("rds")
    given = {"Engine": "postgres", "DBInstanceClass": "db.t3.medium", "AllocatedStorage": 20}
    rds.create_db_instance(DBInstanceIdentifier="db", MasterUsername="a", MasterUserPassword="12345678", **given)
    age(account, "database", "db", created="2024-01-01T00:00:00Z", stopped=LAST_YEAR)
    row = rds.describe_db_instances()["DBInstances"][0]
    assert (row["DBInstanceStatus"], row["InstanceCreateTime"].year) == ("stopped", 2024)
    assert row["AutomaticRestartTime"].isoformat() == "2025-03-08T12:00:00+00:00"


def test_a_log_group_and_a_secret_are_old(account):
    logs, secrets = account.client("logs"), account.client("secretsmanager")
    logs.create_log_group(logGroupName="/app")
    secrets.create_secret(Name="key", SecretString="x")
    age(account, "log-group", "/app", created=LAST_YEAR)
    age(account, "secret", "key", created=LAST_YEAR, used="2025-04-01T15:00:00Z")
    assert logs.describe_log_groups()["logGroups"][0]["creationTime"] == 1740830400000
    row = secrets.list_secrets()["SecretList"][0]
    assert row["CreatedDate"].isoformat().startswith("2025-03-01")
    assert row["LastAccessedDate"].timestamp() == 1743465600


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"kind": "planet"}, "kind must be one of bucket, "),
        ({"kind": "volume", "id": "vol-1"}, "There is no volume 'vol-1' in account "),
        ({"kind": "instance", "id": "i-1"}, "There is no instance 'i-1' in account "),
    ],
)
def test_an_age_of_nothing_is_refused(account, given, sentence):
    with pytest.raises(ControlError, match=sentence):
        account.sandbox.control("POST", "ages", {"account": account.id, "region": "eu-west-1", **given})


@pytest.mark.parametrize(
    ("times", "sentence"),
    [
        ({"created": "yesterday"}, "created must be a time such as 2026-01-31T18:00:00Z, not 'yesterday'."),
        ({"stopped": LAST_YEAR}, "volume has no time 'stopped'."),
    ],
)
def test_a_time_that_cannot_be_is_refused(account, times, sentence):
    volume = account.client("ec2").create_volume(AvailabilityZone="eu-west-1a", Size=8)["VolumeId"]
    with pytest.raises(ControlError, match=sentence):
        age(account, "volume", volume, **times)
