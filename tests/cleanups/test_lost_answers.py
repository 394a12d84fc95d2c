"""docs/aws-changes.md, the calls of clean-ups: each loses its answer once, and has one effect."""

import pytest

from opsportal.models import Finding
from tests.aws.test_changes import ROWS
from tests.cleanups.conftest import AFTER, ALL
from tests.cleanups.test_cleanup import held, undo
from tests.offhours import test_lost_answers as offhours

GROUPS, GP2 = "log-group-without-retention", "ebs-gp2-to-gp3"


def volume_gone(estate):
    """Each of these prepares, yields, does it, and yields whether there was one effect."""
    estate.volume()
    estate.marked()
    yield
    estate.cleanup(**ALL)
    yield len(estate.snapshots()) == 1 and estate.volumes() == []


def snapshot_gone(estate):
    estate.snapshot()
    estate.marked("snapshot-orphaned")
    yield
    estate.cleanup("snapshot-orphaned", **ALL)
    yield estate.snapshots() == []


def address_gone(estate):
    estate.address()
    estate.marked("eip-unassociated")
    yield
    estate.cleanup("eip-unassociated", **ALL)
    yield estate.ec2.describe_addresses()["Addresses"] == []


def volume_back(estate):
    estate.volume()
    estate.marked()
    run = estate.cleanup(**ALL)
    yield
    undo(estate, run)
    yield len(estate.volumes()) == 1


def marked(estate):
    volume = estate.volume()
    estate.sweep()
    yield
    estate.cleanup(degree="mark")
    yield AFTER in held(estate.ec2, volume)


def mark_back(estate):
    volume = estate.volume()
    estate.sweep()
    run = estate.cleanup(degree="mark")
    yield
    undo(estate, run)
    yield held(estate.ec2, volume) == {}


def retained(estate):
    estate.group()
    estate.marked(GROUPS)
    yield
    estate.cleanup(GROUPS, **ALL)
    yield estate.groups()[0]["retentionInDays"] == 365


def retention_back(estate):
    estate.group()
    estate.marked(GROUPS)
    run = estate.cleanup(GROUPS, **ALL)
    yield
    undo(estate, run)
    yield "retentionInDays" not in estate.groups()[0]


def group_marked(estate):
    estate.group()
    estate.sweep(GROUPS)
    yield
    estate.cleanup(GROUPS, degree="mark")
    yield AFTER in estate.group_tags()


def group_mark_back(estate):
    estate.group()
    estate.sweep(GROUPS)
    run = estate.cleanup(GROUPS, degree="mark")
    yield
    undo(estate, run)
    yield estate.group_tags() == {} and Finding.objects.get().marked_at is None


def gp3(estate):
    volume = estate.gp2()
    estate.marked(GP2)
    yield
    estate.cleanup(GP2, **ALL)
    (told,) = estate.ec2.describe_volumes(VolumeIds=[volume])["Volumes"]
    made = estate.ec2.describe_volumes_modifications(VolumeIds=[volume])["VolumesModifications"]
    yield (told["VolumeType"], len(made)) == ("gp3", 1)


WAYS = {
    "CreateSnapshot": volume_gone,
    "CreateTags": marked,
    "CreateVolume": volume_back,
    "DeleteRetentionPolicy": retention_back,
    "DeleteSnapshot": snapshot_gone,
    "DeleteTags": mark_back,
    "DeleteVolume": volume_gone,
    "ModifyVolume": gp3,
    "PutRetentionPolicy": retained,
    "ReleaseAddress": address_gone,
    "TagResource": group_marked,
    "UntagResource": group_mark_back,
}


def test_each_call_loses_its_answer_somewhere():
    ours = {action for service, action in ROWS if f"{service}:{action}" not in offhours.WAYS}
    assert ours - set(WAYS) == {action for service, action in ROWS if service == "cloudformation"}


@pytest.mark.parametrize(("service", "action"), [row for row in ROWS if row[1] in WAYS])
def test_a_lost_answer_of_a_clean_up_leaves_one_effect(estate, sandbox, account, service, action):
    way = WAYS[action](estate)
    next(way)
    sandbox.clear_log()
    sandbox.fault("lost", service=service, action=action, account=account, count=1)

    assert next(way)

    assert [call["action"] for call in sandbox.log()["calls"] if call["fault"] == "lost"] == [action]
