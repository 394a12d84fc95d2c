"""Cleans up what checks have found, in three degrees: report, mark, clean.

**Report** says what would be done. **Mark** tags each resource with the day after which it goes
(`opsportal:delete-after`) and its owner, and notes it with the finding. **Clean** marks too, and takes away what was
marked and has had its days of grace: unattached volumes, of which a snapshot is taken first; loose addresses;
snapshots; log groups that keep everything are given a retention; and gp2 volumes become gp3, while they are in use
(`opsportal:change-after`).

Just before each deletion the resource is read twice, by two calls that know nothing of each other, and judged anew by
its check. It is left alone where it is in use again, is tagged to be kept, has other tags than when it was marked,
where its finding is exempt or snoozed, or where the check's last sweep was not complete. No more goes than the caps
allow; the rest is listed as “Next time”. A protected environment asks another person first.

**Cancel** takes back what was only begun. **Retry** goes on, and reads everything afresh. **Undo** makes volumes again
from their snapshots, under another id, gp2 of gp3 as soon as AWS lets it, takes retentions and marks away; addresses
and snapshots don't come back.
"""

from collections.abc import Sequence

from opsportal.catalog import Action, Runbook, StepSpec
from opsportal.contexts import Context, Outcome
from opsportal.words import gettext_noop
from tasks.cleanups import deletion, marking, planning
from tasks.cleanups import review as before
from tasks.cleanups.params import Params
from tasks.sweeps import snapshots, tags

LOOK = 600  # seconds one look may take


def plan(ctx: Context[Params]) -> Sequence[StepSpec]:
    """A step a resource. Raises Invalid for a region that is not the environment's."""
    return planning.specs(ctx)


def review(ctx: Context[Params]) -> Outcome:
    """Say what is done, and ask where that is due."""
    return before.review(ctx)


def clean(ctx: Context[Params]) -> Outcome:
    """One look at one resource."""
    return deletion.clean(ctx)


def mark(ctx: Context[Params]) -> Outcome:
    """Mark the findings of one check in one region."""
    return marking.mark(ctx)


RUNBOOK = Runbook(
    name="cleanup",
    title=gettext_noop("Clean up"),
    summary=gettext_noop("Mark what checks have found, and delete it after days of grace, within caps."),
    params=Params,
    plan=plan,
    actions={
        "review": Action(run=review),
        "mark": Action(run=mark, cancel=marking.cancel, undo=marking.undo, queue="long", limit=LOOK),
        "clean": Action(
            run=clean, cancel=deletion.cancel, undo=deletion.undo, stays=deletion.stays, queue="long", limit=LOOK
        ),
    },
    permissions=tuple(
        sorted(
            {
                "ec2:CreateSnapshot",
                "ec2:CreateTags",
                "ec2:CreateVolume",
                "ec2:DeleteSnapshot",
                "ec2:DeleteTags",
                "ec2:DeleteVolume",
                "ec2:DescribeAddresses",
                "ec2:DescribeInstances",
                "ec2:DescribeVolumes",
                "ec2:DescribeVolumesModifications",
                "ec2:ModifyVolume",
                "ec2:ReleaseAddress",
                "logs:DeleteRetentionPolicy",
                "logs:DescribeLogGroups",
                "logs:PutRetentionPolicy",
                "logs:TagResource",
                "logs:UntagResource",
                *snapshots.PERMISSIONS,
                *tags.PERMISSIONS,
            }
        )
    ),
    guide=__doc__ or "",
)
