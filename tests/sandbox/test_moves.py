"""Instances and databases stop and start in a while, and AWS refuses what their state does not allow."""

import pytest

from tests.sandbox.account import refused, until

DATABASE = {"Engine": "postgres", "DBInstanceClass": "db.t3.medium", "AllocatedStorage": 20}
LOGIN = {"MasterUsername": "owner", "MasterUserPassword": "12345678"}


@pytest.fixture
def ec2(account):
    return account.client("ec2")


@pytest.fixture
def rds(account):
    return account.client("rds")


@pytest.fixture
def instance(ec2):
    return ec2.run_instances(ImageId="ami-1", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]


@pytest.fixture
def database(rds):
    rds.create_db_instance(DBInstanceIdentifier="shop", **DATABASE, **LOGIN)
    return "shop"


def told(ec2, ident):
    return ec2.describe_instances(InstanceIds=[ident])["Reservations"][0]["Instances"][0]


def arrives(observe, state):
    until(observe, lambda seen: seen == state)


def test_an_instance_stops_in_a_while_and_says_so_meanwhile(held, sandbox, ec2, instance):
    (answer,) = ec2.stop_instances(InstanceIds=[instance])["StoppingInstances"]
    assert [answer[name]["Name"] for name in ("PreviousState", "CurrentState")] == ["running", "stopping"]
    assert told(ec2, instance)["State"] == {"Code": 64, "Name": "stopping"}
    sandbox.speed(200)
    arrives(lambda: told(ec2, instance)["State"], {"Code": 80, "Name": "stopped"})


def test_an_instance_starts_in_a_while_and_has_another_launch_time(ec2, instance):
    before = told(ec2, instance)["LaunchTime"]
    ec2.stop_instances(InstanceIds=[instance])
    arrives(lambda: told(ec2, instance)["State"]["Name"], "stopped")
    (answer,) = ec2.start_instances(InstanceIds=[instance])["StartingInstances"]
    assert [answer[name]["Name"] for name in ("PreviousState", "CurrentState")] == ["stopped", "pending"]
    arrives(lambda: told(ec2, instance)["State"]["Name"], "running")
    assert told(ec2, instance)["LaunchTime"] >= before


def test_what_is_stopped_may_be_stopped_again_and_what_runs_started(ec2, instance):
    (answer,) = ec2.start_instances(InstanceIds=[instance])["StartingInstances"]
    assert answer["CurrentState"]["Name"] == "running"
    ec2.stop_instances(InstanceIds=[instance])
    (answer,) = ec2.stop_instances(InstanceIds=[instance])["StoppingInstances"]
    assert answer["CurrentState"]["Name"] == "stopping"


def test_an_instance_on_its_way_is_in_no_state_for_the_other(ec2, instance):
    ec2.stop_instances(InstanceIds=[instance])
    text = f"The instance '{instance}' is not in a state from which it can be started."
    assert refused(ec2.start_instances, InstanceIds=[instance]) == ("IncorrectInstanceState", text, 400)
    ec2.terminate_instances(InstanceIds=[instance])
    assert refused(ec2.stop_instances, InstanceIds=[instance])[0] == "IncorrectInstanceState"


def test_a_protected_instance_is_not_stopped_nor_is_any_beside_it(ec2, instance):
    other = ec2.run_instances(ImageId="ami-1", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    ec2.modify_instance_attribute(InstanceId=instance, DisableApiStop={"Value": True})
    assert refused(ec2.stop_instances, InstanceIds=[other, instance])[0] == "OperationNotPermitted"
    assert told(ec2, other)["State"]["Name"] == "running"


def status(rds):
    return rds.describe_db_instances()["DBInstances"][0]["DBInstanceStatus"]


def test_a_database_stops_and_starts_in_a_while_and_its_events_say_so(rds, database):
    answer = rds.stop_db_instance(DBInstanceIdentifier=database)["DBInstance"]
    assert answer["DBInstanceStatus"] == "stopping"
    assert refused(rds.start_db_instance, DBInstanceIdentifier=database)[0] == "InvalidDBInstanceState"
    assert refused(rds.stop_db_instance, DBInstanceIdentifier=database)[0] == "InvalidDBInstanceState"
    arrives(lambda: status(rds), "stopped")
    assert rds.start_db_instance(DBInstanceIdentifier=database)["DBInstance"]["DBInstanceStatus"] == "starting"
    arrives(lambda: status(rds), "available")
    events = rds.describe_events(SourceType="db-instance", SourceIdentifier=database)["Events"]
    assert [each["Message"] for each in events][-2:] == ["DB instance stopped", "DB instance started"]
    assert events[-1]["EventCategories"] == ["notification"]


def test_what_has_a_replica_is_not_stopped(rds, database):
    rds.create_db_instance_read_replica(DBInstanceIdentifier="copy", SourceDBInstanceIdentifier=database)
    for ident in (database, "copy"):
        assert refused(rds.stop_db_instance, DBInstanceIdentifier=ident)[0] == "InvalidDBClusterStateFault"


def test_events_are_those_since_the_time_that_is_asked_for(rds, database):
    messages = [each["Message"] for each in rds.describe_events(Duration=20160)["Events"]]
    assert "DB instance created" in messages
    assert rds.describe_events(StartTime="2100-01-01T00:00:00Z")["Events"] == []


def modified(ec2, volume):
    return ec2.describe_volumes_modifications(VolumeIds=[volume])["VolumesModifications"][-1]["ModificationState"]


@pytest.fixture
def volume(ec2):
    return ec2.create_volume(AvailabilityZone="eu-west-1a", Size=8, VolumeType="gp2")["VolumeId"]


def test_a_volume_becomes_another_type_in_a_while(held):
    ec2 = held.client("ec2")
    volume = ec2.create_volume(AvailabilityZone="eu-west-1a", Size=8, VolumeType="gp2")["VolumeId"]
    answer = ec2.modify_volume(VolumeId=volume, VolumeType="gp3", Iops=3000)["VolumeModification"]
    assert answer["ModificationState"] == "modifying"
    assert ec2.describe_volumes(VolumeIds=[volume])["Volumes"][0]["VolumeType"] == "gp2"
    arrives(lambda: modified(ec2, volume), "optimizing")
    assert ec2.describe_volumes(VolumeIds=[volume])["Volumes"][0]["VolumeType"] == "gp3"


def test_a_volume_is_modified_one_time_after_the_other(ec2, volume):
    ec2.modify_volume(VolumeId=volume, VolumeType="gp3")
    code, text, _ = refused(ec2.modify_volume, VolumeId=volume, VolumeType="gp2")
    assert (code, text.startswith(f"Volume {volume} cannot be modified")) == ("IncorrectModificationState", True)


def test_a_volume_is_modified_four_times_a_day(ec2, volume):
    for _ in range(4):
        ec2.modify_volume(VolumeId=volume, VolumeType="gp3")
        arrives(lambda: modified(ec2, volume), "completed")
    assert refused(ec2.modify_volume, VolumeId=volume, VolumeType="gp2")[0] == "VolumeModificationRateExceeded"


def test_what_is_on_its_way_arrives_after_a_restart(start):
    account = start(speed=10)
    ec2 = account.client("ec2")
    made = ec2.run_instances(ImageId="ami-1", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    ec2.stop_instances(InstanceIds=[made])
    until(account.sandbox.saved, bool)
    account.sandbox.stop()

    ec2 = start(speed=10).client("ec2")

    arrives(lambda: told(ec2, made)["State"]["Name"], "stopped")
