"""Stops instances and databases outside of their hours, and starts in the morning what it has stopped.

The hours stand in a tag, `opsportal:hours`, of an EC2 or RDS instance: `mon-fri 08:00-19:00 Europe/Berlin`, several of
them one after the other, `daily 20:00-06:00` over midnight, or `always`. An empty value, or `default`, means the hours
of the parameters. On a public holiday no hours begin. What has no such tag is left alone. Let a policy run this every
quarter of an hour: each run looks at what there is, so a run that was missed is made up by the next.

It starts only what it has stopped, which it tags with the time (`opsportal:stopped`). What a person stopped stays
stopped; what a person starts in the evening runs until its next hours are over. Left alone, with the reason: what is
tagged `opsportal:exempt` or `opsportal:keep`, what has an exempt finding of `dev-running-at-night`, members of Auto
Scaling groups, Spot instances, members of database clusters, read replicas and what has some, SQL Server in two
zones. Just before each change it is read and judged anew. A freeze holds stops and starts back like any change. AWS
starts a database after seven days by itself; it is stopped again. A protected environment asks another person first,
for an hour.

**Cancel** sees what was begun to its end. **Retry** goes on, and reads everything afresh. **Undo** starts what was
stopped, and stops what was started.

AWS docs: Amazon EC2 User Guide, Stop and start Amazon EC2 instances; Amazon RDS User Guide, Stopping an Amazon RDS DB
instance temporarily.
"""

from collections.abc import Sequence

from opsportal.catalog import Action, Runbook, StepSpec
from opsportal.contexts import Context, Outcome
from opsportal.words import gettext_noop
from tasks.offhours import planning, switching
from tasks.offhours import review as before
from tasks.offhours.params import Params


def plan(ctx: Context[Params]) -> Sequence[StepSpec]:
    """A step for each stop and each start. Raises Invalid for a region that is not the environment's."""
    return planning.specs(ctx)


def review(ctx: Context[Params]) -> Outcome:
    """Say what is done, and ask where that is due."""
    return before.review(ctx)


def change(ctx: Context[Params]) -> Outcome:
    """One look at one of them."""
    return switching.switch(ctx)


RUNBOOK = Runbook(
    name="offhours",
    title=gettext_noop("Off-hours"),
    summary=gettext_noop("Stop what is tagged outside of its hours, and start it again in the morning."),
    params=Params,
    plan=plan,
    actions={
        "review": Action(run=review),
        "change": Action(run=change, cancel=switching.cancel, undo=switching.undo, stays=switching.stays),
    },
    permissions=(
        "ec2:CreateTags",
        "ec2:DeleteTags",
        "ec2:DescribeInstances",
        "ec2:StartInstances",
        "ec2:StopInstances",
        "rds:AddTagsToResource",
        "rds:DescribeDBInstances",
        "rds:DescribeEvents",
        "rds:RemoveTagsFromResource",
        "rds:StartDBInstance",
        "rds:StopDBInstance",
    ),
    guide=__doc__ or "",
)
