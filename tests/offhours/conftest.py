"""The engine driven by hand on a sandbox whose instances and databases have hours, around the moment of the test."""

import itertools
from datetime import timedelta

import pytest

from opsportal import clock, runs
from opsportal.models import Step
from tasks.offhours.deciding import STOPPED
from tests import factories
from tests.driven import Driven, here
from tests.engine.conftest import drive, hand
from tests.stacks.conftest import account

__all__ = ["account", "drive", "hand", "here"]
numbers = itertools.count(1)
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
def quick(sandbox, here):
    """What takes AWS minutes takes milliseconds."""
    sandbox.speed(5000)
    return here


class Estate(Driven):
    """Makes what has hours, and runs what stops and starts it."""

    services = ("ec2", "rds")

    def instance(self, hours, **tags):
        held = [{"Key": name, "Value": value} for name, value in ({TAG: hours} | tags).items() if value is not None]
        told = [{"ResourceType": "instance", "Tags": held}] if held else []
        made = self.ec2.run_instances(ImageId="ami-1", MinCount=1, MaxCount=1, TagSpecifications=told)
        ident = made["Instances"][0]["InstanceId"]
        self.age("instance", ident, days=30)
        return ident

    def database(self, hours, name="shop", **given):
        tags = [{"Key": TAG, "Value": hours}]
        self.rds.create_db_instance(DBInstanceIdentifier=name, Tags=tags, **DATABASE | LOGIN | given)
        self.age("database", name, days=30)
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

    def asleep(self, ident):
        """It has been stopped by a run; now its hours begin."""
        assert self.run().status == "succeeded"
        assert (self.state(ident), STOPPED in self.tags(ident)) == ("stopped", True)
        self.tag(ident, on())
        return ident

    def sent(self, *actions):
        return [call["action"] for call in self.calls(*actions)]


@pytest.fixture
def estate(sandbox, quick, drive):
    return Estate(sandbox, quick, drive)


def changing(run):
    """The step of the one resource that the run stops or starts."""
    return Step.objects.get(run=run, action="change")
