"""The engine driven by hand on a sandbox whose resources are old, swept, and marked long enough ago."""

import itertools
from datetime import timedelta

import pytest

from opsportal import clock, runs
from opsportal.models import Finding, Step
from tasks.cleanups import known
from tests import factories
from tests.driven import REGION, Driven, here
from tests.engine.conftest import drive, hand
from tests.stacks.conftest import account

__all__ = ["account", "drive", "hand", "here"]
numbers = itertools.count(1)
AFTER = "opsportal:delete-after"
ALL = {"degree": "clean", "max_percent": 100}


@pytest.fixture
def ec2(sandbox, account):
    return sandbox.client("ec2", REGION, account)


class Estate(Driven):
    """Makes what checks find, and runs what cleans it up."""

    services = ("ec2", "logs")

    def volume(self, **tags):
        held = [{"Key": name, "Value": value} for name, value in tags.items()]
        told = [{"ResourceType": "volume", "Tags": held}] if held else []
        made = self.ec2.create_volume(
            AvailabilityZone=f"{REGION}a", Size=8, VolumeType="gp3", Iops=4000, TagSpecifications=told
        )
        self.age("volume", made["VolumeId"], days=400)
        return made["VolumeId"]

    def gp2(self, gib=400):
        """In use; what takes AWS hours takes milliseconds."""
        self.sandbox.speed(20_000)
        (instance,) = self.ec2.run_instances(ImageId="ami-1", MinCount=1, MaxCount=1)["Instances"]
        made = self.ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=gib, VolumeType="gp2")["VolumeId"]
        self.ec2.attach_volume(VolumeId=made, InstanceId=instance["InstanceId"], Device="/dev/sdf")
        for mapped in instance["BlockDeviceMappings"]:
            self.ec2.modify_volume(VolumeId=mapped["Ebs"]["VolumeId"], VolumeType="gp3")
        return made

    def snapshot(self):
        """Of a volume that is gone."""
        volume = self.volume()
        made = self.ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
        self.ec2.delete_volume(VolumeId=volume)
        self.age("snapshot", made, days=400)
        return made

    def address(self):
        return self.ec2.allocate_address(Domain="vpc")["AllocationId"]

    def group(self):
        self.logs.create_log_group(logGroupName="/app/web")

    def groups(self):
        return self.logs.describe_log_groups()["logGroups"]

    def arn(self):
        return self.groups()[0]["arn"].removesuffix(":*")

    def group_tags(self):
        return self.logs.list_tags_for_resource(resourceArn=self.arn())["tags"]

    def start(self, runbook, *checks, **params):
        given = {"checks": list(checks or ["ebs-unattached"]), **params}
        return runs.start(runbook, self.environment, given, factories.user(), f"run-{next(numbers)}")

    def sweep(self, *checks):
        return self.finish(self.start("sweep", *checks))

    def cleanup(self, *checks, **params):
        return self.finish(self.start("cleanup", *checks, **params))

    def marked(self, *checks):
        """Swept, marked, and the days of grace are over."""
        self.sweep(*checks)
        run = self.cleanup(*checks, degree="mark")
        self.let_grace_pass()
        return run

    def let_grace_pass(self):
        past = clock.now() - timedelta(days=8)
        Finding.objects.filter(marked_at__isnull=False).update(marked_at=past)
        for finding in Finding.objects.filter(marked_at__isnull=False):
            finding.mark["after"] = past.date().isoformat()
            finding.save()
            self.tag(finding.resource, past.date().isoformat(), known.kind(finding.check_name).mark)

    def tag(self, resource, value, key=AFTER):
        if resource.startswith("/"):
            return self.logs.tag_resource(resourceArn=self.arn(), tags={key: value})
        return self.ec2.create_tags(Resources=[resource], Tags=[{"Key": key, "Value": value}])

    def volumes(self):
        return [each["VolumeId"] for each in self.ec2.describe_volumes()["Volumes"]]

    def snapshots(self):
        return self.ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]


@pytest.fixture
def estate(sandbox, here, drive):
    return Estate(sandbox, here, drive)


def deletion(run):
    """The step of the one resource that the run may clean up."""
    return Step.objects.get(run=run, action="clean")
