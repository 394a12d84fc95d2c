"""A clean-up by the engine over the sandbox: three degrees, and what must not happen."""

from datetime import timedelta

import pytest

from opsportal import approvals, clock, handling, runs, undoing
from opsportal.models import Approval, Finding, FindingChange, Step
from tests import factories
from tests.cleanups.conftest import AFTER, ALL, deletion
from tests.driven import REGION
from tests.engine.conftest import statuses, texts


def kinds(finding):
    return list(finding.changes.order_by("pk").values_list("kind", flat=True))


def held(ec2, resource):
    told = ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [resource]}])["Tags"]
    return {each["Key"]: each["Value"] for each in told}


def test_a_report_changes_nothing_and_says_what_it_would_do(estate):
    estate.volume()
    estate.sweep()

    run = estate.cleanup()

    assert statuses(run) == {"plan": "succeeded", "review": "succeeded"}
    assert "To clean up: 0. To mark: 1." in texts(run)
    assert not Step.objects.filter(run=run, acted=True)


def test_a_report_names_what_is_due_too(estate):
    estate.volume()
    estate.marked()

    run = estate.cleanup(max_percent=100)

    assert "To clean up: 1. To mark: 0." in texts(run)
    assert len(estate.volumes()) == 1


def test_a_mark_tags_with_day_and_owner_and_is_noted_with_the_finding(estate, ec2):
    volume = estate.volume(Owner="web")
    estate.sweep()

    run = estate.cleanup(degree="mark", grace_days=10)

    day = (clock.now() + timedelta(days=10)).date().isoformat()
    finding = Finding.objects.get()
    assert held(ec2, volume) == {"Owner": "web", AFTER: day, "opsportal:owner": "web"}
    assert (kinds(finding), finding.mark["after"]) == (["found", "marked"], day)
    assert f"Marked for clean-up not before {day}: 1, of web." in texts(run)


def test_an_undo_of_a_mark_takes_the_tags_away(estate, ec2):
    volume = estate.volume(Owner="web")
    estate.sweep()
    run = estate.cleanup(degree="mark")

    undo(estate, run)

    finding = Finding.objects.get()
    assert (held(ec2, volume), finding.marked_at, kinds(finding)[-1]) == ({"Owner": "web"}, None, "unmarked")


def test_what_was_marked_is_deleted_after_a_snapshot_and_its_finding_closed(estate):
    volume = estate.volume(Name="data")
    estate.marked()

    run = estate.cleanup(**ALL)

    (snapshot,), finding = estate.snapshots(), Finding.objects.get()
    assert (run.status, estate.volumes(), snapshot["VolumeId"]) == ("succeeded", [], volume)
    assert (finding.state, kinds(finding)[-1]) == ("closed", "cleaned")
    assert f"{volume} (data): Deleted. Its snapshot is {snapshot['SnapshotId']}." in texts(run)


def test_the_account_is_compared_before_the_deletion(estate):
    estate.volume()
    estate.marked()
    estate.sandbox.clear_log()

    estate.cleanup(**ALL)

    actions = [call["action"] for call in estate.sandbox.log()["calls"]]
    assert actions[actions.index("DeleteVolume") - 1] == "GetCallerIdentity"


def test_a_volume_is_read_by_id_and_by_filter_just_before_it_is_deleted(estate):
    volume = estate.volume()
    estate.marked()
    estate.sandbox.clear_log()

    estate.cleanup(**ALL)

    calls = estate.sandbox.log()["calls"]
    last = next(number for number, call in enumerate(calls) if call["action"] == "DeleteVolume")
    first, second = [call["params"] for call in calls[:last] if call["action"] == "DescribeVolumes"][-2:]
    assert (first.get("VolumeId.1"), second.get("Filter.1.Value.1")) == (volume, volume)


def test_an_undo_makes_the_volume_again_with_its_type_and_tags(estate, ec2):
    estate.volume(Name="data")
    estate.marked()
    run = estate.cleanup(**ALL)

    undo(estate, run)

    (volume,) = ec2.describe_volumes()["Volumes"]
    assert (volume["AvailabilityZone"], volume["VolumeType"], volume["Iops"]) == (f"{REGION}a", "gp3", 4000)
    assert volume["SnapshotId"] == estate.snapshots()[0]["SnapshotId"]
    assert {"Key": "Name", "Value": "data"} in volume["Tags"]


def undo(estate, run):
    """Asked for and approved; the run is at its end."""
    undoing.undo(run.pk, factories.user())
    estate.finish(run)
    approvals.answer(Approval.objects.get(status="open").pk, factories.user(), True)
    estate.finish(run)
    assert run.status == "undone"


def test_a_volume_attached_again_since_it_was_marked_is_left_alone(estate, ec2):
    volume = estate.volume()
    estate.marked()
    (instance,) = ec2.run_instances(ImageId="ami-1", MinCount=1, MaxCount=1)["Instances"]
    ec2.attach_volume(VolumeId=volume, InstanceId=instance["InstanceId"], Device="/dev/sdf")

    run = estate.cleanup(**ALL)

    assert volume in estate.volumes()
    assert f"{volume} is left alone: what was found of it is no longer true." in texts(run)


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [
        ("opsportal:keep", "true", "it is tagged opsportal:keep"),
        ("Project", "still wanted", "its tags were changed since it was marked"),
        (AFTER, "2999-01-01", "its tag says not before 2999-01-01"),
        (AFTER, "", "its tag opsportal:delete-after was taken away"),
    ],
)
def test_a_volume_tagged_since_it_was_marked_is_left_alone(estate, key, value, why):
    volume = estate.volume()
    estate.marked()
    estate.tag(volume, value, key)

    run = estate.cleanup(**ALL)

    assert (estate.volumes(), estate.snapshots()) == ([volume], [])
    assert f"{volume} is left alone: {why}." in texts(run)


def test_what_is_attached_while_its_snapshot_is_made_stays_and_the_snapshot_goes(estate):
    volume = estate.volume()
    estate.marked()
    run = estate.start("cleanup", **ALL)
    estate.drive(run)
    assert len(estate.snapshots()) == 1
    estate.tag(volume, "yes", "keep")

    estate.finish(run)

    assert (estate.volumes(), estate.snapshots(), run.status) == ([volume], [], "succeeded")


def test_after_a_refused_read_nothing_is_cleaned_up(estate, sandbox, account):
    volume = estate.volume()
    estate.marked()
    sandbox.fault("deny", action="DescribeVolumes", account=account, count=1)
    estate.sweep("ebs-unattached")
    sandbox.clear_faults()

    run = estate.cleanup(**ALL)

    assert (estate.volumes(), "clean" in set(run.steps.values_list("action", flat=True))) == ([volume], False)
    assert "the last sweep of ebs-unattached there, did not end well" in texts(run)


def test_a_sweep_that_is_refused_after_the_plan_stops_the_deletion(estate, sandbox, account):
    volume = estate.volume()
    estate.marked()
    run = estate.start("cleanup", **ALL)
    estate.drive(run)
    sandbox.fault("deny", action="DescribeVolumes", account=account, count=1)
    estate.sweep()
    sandbox.clear_faults()

    estate.finish(run)

    assert (estate.volumes(), estate.snapshots()) == ([volume], [])


def test_a_read_that_is_refused_just_before_deletes_nothing_and_fails_the_step(estate, sandbox, account):
    volume = estate.volume()
    estate.marked()
    sandbox.fault("deny", action="DescribeVolumes", account=account, after=1)

    run = estate.cleanup(**ALL)
    sandbox.clear_faults()

    assert (run.status, estate.volumes(), estate.snapshots()) == ("failed", [volume], [])
    assert "ec2:DescribeVolumes" in run.reason


def test_a_finding_made_exempt_after_the_plan_is_left_alone(estate):
    volume = estate.volume()
    estate.marked()
    run = estate.start("cleanup", **ALL)
    estate.drive(run)
    until = clock.now() + timedelta(days=9)
    handling.exempt([Finding.objects.get().pk], factories.user(), until, "needed for the audit")

    estate.finish(run)

    assert estate.volumes() == [volume]
    assert "its finding is exempt" in texts(run)


def test_no_more_than_the_cap_is_deleted_and_the_rest_is_listed(estate):
    every = {estate.volume() for _ in range(3)}
    estate.marked()

    run = estate.cleanup(**ALL, max_changes=1)

    assert len(estate.volumes()) == 2
    assert set(estate.volumes()) < every
    assert "Next time: " in texts(run)
    assert texts(run).count("at most 1 in a run") == 2


def test_two_clean_ups_after_one_sweep_share_its_cap(estate):
    for _ in range(4):
        estate.volume()
    estate.marked()
    half = {"degree": "clean", "max_percent": 50}

    estate.cleanup(**half)
    estate.cleanup(**half)

    assert len(estate.volumes()) == 2


def both_planned(estate, sandbox, **params):
    """Two clean-ups of two volumes each, planned while neither had cleaned up anything; both make their snapshots."""
    ids = list(Finding.objects.order_by("pk").values_list("pk", flat=True))
    sandbox.fault("deny", action="CreateSnapshot", account=estate.environment.account, count=2)
    first = estate.cleanup(findings=ids[:2], **params)
    sandbox.clear_faults()
    second = estate.start("cleanup", findings=ids[2:], **params)
    estate.drive(second)
    runs.retry(first.pk, factories.user())
    estate.drive(first)
    return first, second


def test_two_clean_ups_in_the_same_seconds_stay_within_the_caps_together(estate, sandbox, account):
    for _ in range(4):
        estate.volume()
    estate.marked()
    first, second = both_planned(estate, sandbox, degree="clean", max_percent=50)
    assert [run.steps.filter(action="clean").count() for run in (first, second)] == [2, 2]
    sandbox.fault("lost", action="DeleteVolume", account=account, count=2)
    let_look(first)
    estate.drive(first)  # its deletions are sent, and their answers are lost

    estate.finish(second)
    estate.finish(first)

    assert (len(estate.volumes()), len(estate.calls("DeleteVolume"))) == (2, 2)
    assert texts(second).count("others have used up the share") == 2
    assert len(estate.snapshots()) == 2


def let_look(run):
    """Its steps need not wait until AWS is asked again."""
    Step.objects.filter(run=run, status="due").update(wake_at=clock.now() - timedelta(seconds=1))


def test_what_aws_refused_or_a_cancel_left_counts_against_no_cap(estate, sandbox, account):
    estate.volume()
    estate.marked()
    sandbox.fault("deny", action="DeleteVolume", account=account, count=1)
    assert estate.cleanup(**ALL).status == "failed"
    sandbox.clear_faults()

    assert estate.cleanup(**ALL).status == "succeeded"

    assert estate.volumes() == []


def test_a_share_that_was_used_up_after_the_plan_stops_the_deletion(estate, here):
    volume = estate.volume()
    estate.marked()
    run = estate.start("cleanup", **ALL)
    estate.drive(run)
    other = factories.finding(environment=here, state="closed")
    FindingChange.objects.create(finding=other, at=clock.now(), kind="cleaned")

    estate.finish(run)

    assert (estate.volumes(), estate.snapshots()) == ([volume], [])
    assert "others have used up the share of ebs-unattached" in texts(run)


def test_a_clean_up_beside_another_leaves_everything_for_the_next_time(estate):
    estate.volume()
    estate.marked()
    first = estate.start("cleanup", **ALL)
    estate.drive(first)

    second = estate.cleanup(**ALL)

    assert f"run {first.pk} still cleans up" in texts(second)
    assert not Step.objects.filter(run=second, action="clean")


def test_two_clean_ups_of_the_same_resource_delete_it_once(estate):
    estate.volume()
    estate.marked()
    first, second = estate.start("cleanup", **ALL), estate.start("cleanup", **ALL)
    for run in (first, second):
        estate.drive(run)

    estate.finish(first)
    estate.finish(second)

    assert (len(estate.calls("DeleteVolume")), len(estate.snapshots())) == (1, 1)
    assert FindingChange.objects.filter(kind="cleaned").count() == 1


def test_a_protected_environment_asks_with_all_in_view(estate, here):
    here.protected = True
    here.save()
    volumes = {estate.volume(), estate.volume()}
    estate.sweep()
    mark = estate.cleanup(degree="mark")
    approve(mark)
    estate.finish(mark)
    estate.let_grace_pass()

    run = estate.cleanup(**ALL, max_changes=1)

    shown = Approval.objects.get(status="open").shown
    assert (run.status, set(estate.volumes())) == ("asking", volumes)
    assert [len(shown[name]) for name in ("clean_up", "no_undo", "next_time", "left_out", "mark")] == [1, 1, 1, 0, 0]


def approve(run, yes=True, reason=""):
    approvals.answer(Approval.objects.get(step__run=run, status="open").pk, factories.user(), yes, reason)


def test_a_rejection_leaves_everything_as_it_is(estate, here):
    estate.volume()
    estate.marked()
    here.protected = True
    here.save()
    run = estate.cleanup(**ALL)

    approve(run, False, "not before the release")
    estate.finish(run)

    assert (run.status, len(estate.volumes()), deletion(run).status) == ("failed", 1, "skipped")
    assert run.reason == "review: Nothing was cleaned up: not before the release"


def test_a_cancel_takes_the_snapshot_back_and_leaves_the_volume(estate):
    volume = estate.volume()
    estate.marked()
    run = estate.start("cleanup", **ALL)
    estate.drive(run)

    runs.cancel(run.pk, factories.user())
    estate.finish(run)

    assert (run.status, estate.volumes(), estate.snapshots()) == ("cancelled", [volume], [])


def test_a_retry_goes_on_with_the_snapshot_there_is(estate, sandbox, account):
    estate.volume()
    estate.marked()
    sandbox.fault("deny", action="DeleteVolume", account=account, count=1)
    run = estate.cleanup(**ALL)
    assert run.status == "failed"

    runs.retry(run.pk, factories.user())
    estate.finish(run)

    assert (run.status, estate.volumes(), len(estate.snapshots())) == ("succeeded", [], 1)


def test_addresses_and_snapshots_go_and_an_undo_says_that_they_stay_so(estate, ec2):
    estate.address(), estate.snapshot()
    checks = ("eip-unassociated", "snapshot-orphaned")
    estate.marked(*checks)

    run = estate.cleanup(*checks, **ALL)

    assert (ec2.describe_addresses()["Addresses"], estate.snapshots()) == ([], [])
    undo(estate, run)
    assert len([text for text in Approval.objects.get().shown["stays"] if "for good" in text]) == 2


def test_a_log_group_is_given_a_retention_and_an_undo_takes_it_away(estate):
    estate.group()
    estate.marked("log-group-without-retention")

    run = estate.cleanup("log-group-without-retention", **ALL, retention_days=90)

    assert estate.groups()[0]["retentionInDays"] == 90
    undo(estate, run)
    assert "retentionInDays" not in estate.groups()[0]
