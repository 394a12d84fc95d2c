"""The engine driven by hand on a sandbox whose resources are old, swept, and marked long enough ago."""

import itertools
import time
from datetime import timedelta

import pytest

from opsportal import catalog, clock, runs
from opsportal.models import Finding, Step
from tasks.cleanups import known
from tasks.runbooks import RUNBOOKS
from tests import factories
from tests.engine.conftest import drive, hand
from tests.stacks.conftest import FAST, account, sandbox

__all__ = ["account", "drive", "hand", "sandbox"]
numbers = itertools.count(1)
REGION = "eu-central-1"
AFTER = "opsportal:delete-after"
ALL = {"degree": "clean", "max_percent": 100}


@pytest.fixture
def here(sandbox, account, settings, monkeypatch):
    """An environment in an account of its own, and nothing left of it in the log."""
    settings.AWS_ENDPOINT = sandbox.url
    monkeypatch.setattr(catalog, "_runbooks", dict(catalog._runbooks))
    catalog.register(RUNBOOKS)
    yield factories.environment(account=account)
    sandbox.clear_faults()
    sandbox.speed(FAST)


@pytest.fixture
def ec2(sandbox, account):
    return sandbox.client("ec2", REGION, account)


class Estate:
    """Makes what checks find, and runs what cleans it up."""

    def __init__(self, sandbox, environment, drive):
        self.sandbox, self.environment, self.drive = sandbox, environment, drive
        self.use(environment.account)

    def use(self, account):
        self.ec2, self.logs = (self.sandbox.client(service, REGION, account) for service in ("ec2", "logs"))

    def age(self, kind, ident, days=400):
        created = (clock.now() - timedelta(days=days)).isoformat()
        self.sandbox.age(kind, ident, REGION, self.environment.account, created=created)

    def volume(self, **tags):
        held = [{"Key": name, "Value": value} for name, value in tags.items()]
        told = [{"ResourceType": "volume", "Tags": held}] if held else []
        made = self.ec2.create_volume(
            AvailabilityZone=f"{REGION}a", Size=8, VolumeType="gp3", Iops=4000, TagSpecifications=told
        )
        self.age("volume", made["VolumeId"])
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
        self.age("snapshot", made)
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

    def finish(self, run, looks=10_000, seconds=20):
        """Drive it to its end or to a question, without waiting between looks; so many, and so long, at most."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and (looks := looks - 1) >= 0:
            self.drive(run)
            run.refresh_from_db()
            past = clock.now() - timedelta(seconds=1)
            if not Step.objects.filter(run=run, status="due").update(wake_at=past):
                break
        return run

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

    def sent(self, action):
        calls = self.sandbox.log()["calls"]
        return [c for c in calls if c["account"] == self.environment.account and c["action"] == action]

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
