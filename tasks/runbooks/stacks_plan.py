"""Shows what a deployment would change, stack by stack and by risk, and changes nothing.

For a stack that is there, CloudFormation makes a change set, which is read and deleted again. For a stack that is not,
the resources of its template are listed as added, except those whose condition does not hold. Where a stack needs
outputs of one that is not there yet, its changes are known only after that one's deployment, and the page says so.
"""

from collections.abc import Sequence

from opsportal.catalog import Action, Runbook, StepSpec
from opsportal.contexts import Context, Outcome
from opsportal.words import gettext_noop
from tasks.stacks import deploy, preview
from tasks.stacks.params import Params
from tasks.stacks.specs import specs


def plan(ctx: Context[Params]) -> Sequence[StepSpec]:
    """One step a stack. Raises Invalid with everything that is wrong with the blueprint, by file and line."""
    return specs(ctx, "preview")


def show(ctx: Context[Params]) -> Outcome:
    """One look on the way to a stack's list of changes."""
    return preview.preview(ctx)


RUNBOOK = Runbook(
    name="stacks.plan",
    title=gettext_noop("Plan stacks"),
    summary=gettext_noop("Show what deploying a blueprint would change, and change nothing."),
    params=Params,
    plan=plan,
    actions={
        "preview": Action(run=show, cancel=preview.cancel),
        "read": Action(run=deploy.read),
    },
    permissions=(
        "cloudformation:CreateChangeSet",
        "cloudformation:DeleteChangeSet",
        "cloudformation:DescribeChangeSet",
        "cloudformation:DescribeStackEvents",
        "cloudformation:DescribeStacks",
        "cloudformation:GetTemplate",
        "cloudformation:ListChangeSets",
        "cloudformation:TagResource",
        "iam:PassRole",
    ),
    guide=__doc__ or "",
    changes=False,
)
