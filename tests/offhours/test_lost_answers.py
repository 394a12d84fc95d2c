"""docs/aws-changes.md, the calls of off-hours: each loses its answer once, and has one effect."""

import pytest

from tasks.offhours.deciding import STOPPED
from tests.aws.test_changes import ROWS
from tests.offhours.conftest import over


def stopped(kind):
    """Prepares, yields, does it, and yields whether there was one effect."""

    def way(estate):
        ident = getattr(estate, kind)(over())
        yield
        run = estate.run()
        yield (run.status, estate.state(ident), STOPPED in estate.tags(ident)) == ("succeeded", "stopped", True)

    return way


def started(kind, running):
    def way(estate):
        ident = estate.asleep(getattr(estate, kind)(over()))
        yield
        run = estate.run()
        yield (run.status, estate.state(ident), STOPPED in estate.tags(ident)) == ("succeeded", running, False)

    return way


WAYS = {
    "ec2:CreateTags": stopped("instance"),
    "ec2:DeleteTags": started("instance", "running"),
    "ec2:StartInstances": started("instance", "running"),
    "ec2:StopInstances": stopped("instance"),
    "rds:AddTagsToResource": stopped("database"),
    "rds:RemoveTagsFromResource": started("database", "available"),
    "rds:StartDBInstance": started("database", "available"),
    "rds:StopDBInstance": stopped("database"),
}


@pytest.mark.parametrize("call", WAYS)
def test_a_lost_answer_of_off_hours_leaves_one_effect(estate, sandbox, account, call):
    service, action = call.split(":")
    assert (service, action) in ROWS
    way = WAYS[call](estate)
    next(way)
    sandbox.clear_log()
    sandbox.fault("lost", service=service, action=action, account=account, count=1)

    assert next(way)

    calls = sandbox.log()["calls"]
    assert [one["action"] for one in calls if one["fault"] == "lost"] == [action]
