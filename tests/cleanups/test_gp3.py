"""gp2 volumes become gp3 while they are in use, and gp2 again when AWS allows it."""

from opsportal import approvals, undoing
from opsportal.models import Approval, Finding
from tests import factories
from tests.cleanups.conftest import ALL
from tests.cleanups.test_cleanup import held, undo
from tests.engine.conftest import texts
from tests.sandbox.account import until

CHECK = "ebs-gp2-to-gp3"


def told(estate, volume):
    found = estate.ec2.describe_volumes(VolumeIds=[volume])["Volumes"][0]
    return found["VolumeType"], found["State"]


def over(estate, volume):
    """Its change is over."""
    until(
        lambda: estate.ec2.describe_volumes_modifications(VolumeIds=[volume])["VolumesModifications"][-1],
        lambda seen: seen["ModificationState"] == "completed",
    )


def test_a_volume_in_use_becomes_gp3_and_its_finding_is_closed(estate, ec2):
    volume = estate.gp2()
    estate.marked(CHECK)

    run = estate.cleanup(CHECK, **ALL)

    (found,) = ec2.describe_volumes(VolumeIds=[volume])["Volumes"]
    assert (run.status, told(estate, volume)) == ("succeeded", ("gp3", "in-use"))
    assert (found["Iops"], found["Throughput"]) == (3000, 250)
    assert (Finding.objects.get().state, f"{volume}: Is gp3 now." in texts(run)) == ("closed", True)


def test_its_mark_does_not_say_that_it_is_deleted(estate, ec2):
    volume = estate.gp2()
    estate.sweep(CHECK)

    estate.cleanup(CHECK, degree="mark")

    assert "opsportal:change-after" in held(ec2, volume)
    assert "opsportal:delete-after" not in held(ec2, volume)


def test_a_mark_taken_away_keeps_it_as_it_is(estate, ec2):
    volume = estate.gp2()
    estate.marked(CHECK)
    ec2.delete_tags(Resources=[volume], Tags=[{"Key": "opsportal:change-after"}])

    run = estate.cleanup(CHECK, **ALL)

    assert told(estate, volume) == ("gp2", "in-use")
    assert f"{volume} is left alone: its tag opsportal:change-after was taken away." in texts(run)


def test_a_volume_that_somebody_has_changed_meanwhile_is_left_alone(estate, ec2):
    volume = estate.gp2()
    estate.marked(CHECK)
    ec2.modify_volume(VolumeId=volume, VolumeType="gp3", Iops=3000, Throughput=125)
    over(estate, volume)

    run = estate.cleanup(CHECK, **ALL)

    assert f"{volume} is left alone: what was found of it is no longer true." in texts(run)


def test_an_undo_waits_for_the_change_and_makes_gp2_of_it(estate):
    volume = estate.gp2()
    estate.marked(CHECK)
    run = estate.cleanup(CHECK, **ALL)
    estate.sandbox.speed(1000)

    undo(estate, run)

    assert told(estate, volume) == ("gp2", "in-use")


def test_an_undo_waits_until_aws_allows_another_change(estate, ec2):
    volume = estate.gp2()
    for kind in ("gp3", "gp2", "gp2"):
        ec2.modify_volume(VolumeId=volume, VolumeType=kind)
        over(estate, volume)
    estate.marked(CHECK)
    run = estate.cleanup(CHECK, **ALL)
    over(estate, volume)

    undoing.undo(run.pk, factories.user())
    estate.finish(run)
    approvals.answer(Approval.objects.get(status="open").pk, factories.user(), True)
    estate.finish(run, looks=3)

    assert (run.status, told(estate, volume)) == ("undoing", ("gp3", "in-use"))
    assert run.steps.get(action="clean").note == "AWS allows no other change yet"


def test_an_undo_leaves_what_was_changed_since(estate, ec2):
    volume = estate.gp2()
    estate.marked(CHECK)
    run = estate.cleanup(CHECK, **ALL)
    over(estate, volume)
    ec2.modify_volume(VolumeId=volume, Iops=5000)
    over(estate, volume)

    undo(estate, run)

    assert (told(estate, volume)[0], f"{volume} was changed since: it stays." in texts(run)) == ("gp3", True)


def test_a_throttled_change_is_made_once(estate, sandbox, account):
    volume = estate.gp2()
    estate.marked(CHECK)
    sandbox.fault("throttle", action="ModifyVolume", account=account, count=2)

    run = estate.cleanup(CHECK, **ALL)

    assert (run.status, told(estate, volume)[0]) == ("succeeded", "gp3")
    made = estate.ec2.describe_volumes_modifications(VolumeIds=[volume])["VolumesModifications"]
    assert len(made) == 1
