"""The engine driven by hand on a sandbox whose instances and databases have hours, around the moment of the test."""

import itertools
import time
from datetime import timedelta

import pytest

from opsportal import catalog, clock, runs
from opsportal.models import Step
from tasks.offhours.deciding import STOPPED
from tasks.runbooks import RUNBOOKS
from tests import factories
from tests.engine.conftest import drive, hand
from tests.stacks.conftest import FAST, account, sandbox

__all__ = ["account", "drive", "hand", "sandbox"]
numbers = itertools.count(1)
REGION = "eu-central-1"
TAG = "opsportal:hours"
DATABASE = {"Engine": "postgres", "DBInstanceClass": "db.t3.medium", "AllocatedStorage": 20}
LOGIN = {"MasterUsername": "owner", "MasterUserPassword": "12345678"}


def span(begin, end):
    """Hours every day from so many hours after now until so many, in UTC."""
    first, last = (clock.now() + timedelta(hours=hours) for hours in (begin, end))
    return f"daily {first:%H:%M}-{last:%H:%M} UTC"


def over():
    return span(-5, -2)


def on():
    return span(-2, 2)


@pytest.fixture
def here(sandbox, account, settings, monkeypatch):
    """An environment in an account of its own; what takes AWS minutes takes milliseconds."""
    settings.AWS_ENDPOINT = sandbox.url
    monkeypatch.setattr(catalog, "_runbooks", dict(catalog._runbooks))
    catalog.register(RUNBOOKS)
    sandbox.speed(5000)
    yield factories.environment(account=account)
    sandbox.clear_faults()
    sandbox.speed(FAST)


class Estate:
    """Makes what has hours, and runs what stops and starts it."""

    def __init__(self, sandbox, environment, drive):
        self.sandbox, self.environment, self.drive = sandbox, environment, drive
        self.use(environment.account)

    def use(self, account):
        self.ec2, self.rds = (self.sandbox.client(service, REGION, account) for service in ("ec2", "rds"))

    def age(self, kind, ident, **span):
        created = (clock.now() - timedelta(**(span or {"days": 30}))).isoformat()
        self.sandbox.age(kind, ident, REGION, self.environment.account, created=created)

    def instance(self, hours, **tags):
        held = [{"Key": name, "Value": value} for name, value in ({TAG: hours} | tags).items() if value is not None]
        told = [{"ResourceType": "instance", "Tags": held}] if held else []
        made = self.ec2.run_instances(ImageId="ami-1", MinCount=1, MaxCount=1, TagSpecifications=told)
        ident = made["Instances"][0]["InstanceId"]
        self.age("instance", ident)
        return ident

    def database(self, hours, name="shop", **given):
        tags = [{"Key": TAG, "Value": hours}]
        self.rds.create_db_instance(DBInstanceIdentifier=name, Tags=tags, **DATABASE | LOGIN | given)
        self.age("database", name)
        return name

    def told(self, ident):
        """As AWS describes it."""
        if ident.startswith("i-"):
            return self.ec2.describe_instances(InstanceIds=[ident])["Reservations"][0]["Instances"][0]
        return self.rds.describe_db_instances(DBInstanceIdentifier=ident)["DBInstances"][0]

    def state(self, ident):
        told = self.told(ident)
        return told["State"]["Name"] if "State" in told else told["DBInstanceStatus"]

    def tags(self, ident):
        told = self.told(ident)
        return {each["Key"]: each["Value"] for each in told.get("Tags", told.get("TagList", ()))}

    def tag(self, ident, value, key=TAG):
        held = [{"Key": key, "Value": value}]
        if ident.startswith("i-"):
            self.ec2.create_tags(Resources=[ident], Tags=held)
        else:
            self.rds.add_tags_to_resource(ResourceName=self.told(ident)["DBInstanceArn"], Tags=held)

    def start(self, **params):
        given = {"degree": "act", **params}
        return runs.start("offhours", self.environment, given, factories.user(), f"run-{next(numbers)}")

    def run(self, **params):
        return self.finish(self.start(**params))

    def finish(self, run, looks=10_000, seconds=20):
        """Drive it to its end or to a question, without waiting between looks but for AWS."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and (looks := looks - 1) >= 0:
            self.drive(run)
            run.refresh_from_db()
            past = clock.now() - timedelta(seconds=1)
            if not Step.objects.filter(run=run, status="due").update(wake_at=past):
                break
            time.sleep(0.01)
        return run

    def asleep(self, ident):
        """It has been stopped by a run; now its hours begin."""
        assert self.run().status == "succeeded"
        assert (self.state(ident), STOPPED in self.tags(ident)) == ("stopped", True)
        self.tag(ident, on())
        return ident

    def sent(self, *actions):
        calls = self.sandbox.log()["calls"]
        mine = [call for call in calls if call["account"] == self.environment.account]
        return [call["action"] for call in mine if call["action"] in actions]


@pytest.fixture
def estate(sandbox, here, drive):
    return Estate(sandbox, here, drive)


def changing(run):
    """The step of the one resource that the run stops or starts."""
    return Step.objects.get(run=run, action="change")
