"""Deploys the stacks of a blueprint, each as soon as those it needs are there.

A blueprint is a folder of CloudFormation templates with a blueprint.yaml. Everything in it is checked before anything
starts. A stack that is as wanted is left alone. For any other a change set is made: in a protected environment, or
where a resource that holds data would be replaced or removed, another person has to approve exactly that change set.

A failed stack is rolled back by CloudFormation; its first cause is told. Stacks that need it are not started, those
beside it go on. **Retry** goes on from what failed. **Cancel** cancels updates in flight; a creation can't be
cancelled and is waited for. **Undo** restores the template and parameters that were there before; a stack that this
run created stays.
"""

from collections.abc import Sequence

from opsportal.catalog import Action, Runbook, StepSpec
from opsportal.contexts import Context, Outcome
from opsportal.words import gettext_noop
from tasks.stacks import deploy as stack
from tasks.stacks.params import Params
from tasks.stacks.specs import specs


def plan(ctx: Context[Params]) -> Sequence[StepSpec]:
    """One step a stack. Raises Invalid with everything that is wrong with the blueprint, by file and line."""
    return specs(ctx, "deploy")


def deploy(ctx: Context[Params]) -> Outcome:
    """One look at a stack on its way to what the blueprint says."""
    return stack.deploy(ctx)


RUNBOOK = Runbook(
    name="stacks.deploy",
    title=gettext_noop("Deploy stacks"),
    summary=gettext_noop("Deploy the CloudFormation stacks of a blueprint, in parallel where they allow it."),
    params=Params,
    plan=plan,
    planner="stacks.plan",
    actions={
        "deploy": Action(run=deploy, cancel=stack.cancel, undo=stack.undo, stays=stack.stays),
        "read": Action(run=stack.read),
    },
    permissions=(
        "cloudformation:CancelUpdateStack",
        "cloudformation:CreateChangeSet",
        "cloudformation:DeleteChangeSet",
        "cloudformation:DeleteStack",
        "cloudformation:DescribeChangeSet",
        "cloudformation:DescribeStackEvents",
        "cloudformation:DescribeStacks",
        "cloudformation:ExecuteChangeSet",
        "cloudformation:GetTemplate",
        "cloudformation:ListChangeSets",
        "cloudformation:TagResource",
        "cloudformation:UpdateTerminationProtection",
        "iam:PassRole",
    ),
    guide=__doc__ or "",
)
