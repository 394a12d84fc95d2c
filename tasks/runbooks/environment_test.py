"""Tests the connection to an environment's AWS account: who the workers are there, and what they may do.

The permissions of every runbook are looked up by SimulatePrincipalPolicy, which calls nothing. Where that is refused,
harmless reads are tried instead, and the rest is reported as not known. A wrong account, a role that can't be assumed
or a missing permission fails the test, with the sentence that says what to mend.
"""

from collections.abc import Iterable, Mapping

from pydantic import BaseModel

from opsportal import catalog
from opsportal.catalog import Action, Runbook, StepSpec
from opsportal.contexts import Context, Done, EnvironmentFacts, Outcome
from opsportal.errors import Denied, Gone, StepFailed
from opsportal.words import gettext as _
from opsportal.words import gettext_noop, ngettext
from tasks.aws import iam, sts
from tasks.aws.sts import CallerIdentity

NOBODY = "opsportal-connection-test"  # a stack that does not exist: reading it shows whether one may
READS: Mapping[str, tuple[str, str, dict[str, str]]] = {
    "cloudformation:DescribeChangeSet": (
        "cloudformation",
        "describe_change_set",
        {"StackName": NOBODY, "ChangeSetName": NOBODY},
    ),
    "cloudformation:DescribeStackEvents": ("cloudformation", "describe_stack_events", {"StackName": NOBODY}),
    "cloudformation:DescribeStacks": ("cloudformation", "describe_stacks", {"StackName": NOBODY}),
    "cloudformation:GetTemplate": ("cloudformation", "get_template", {"StackName": NOBODY}),
    "cloudformation:ListChangeSets": ("cloudformation", "list_change_sets", {"StackName": NOBODY}),
}


class Params(BaseModel):
    pass


def test(ctx: Context[Params]) -> Outcome:
    """Who am I, which account, which permission is missing. Raises StepFailed, Denied, TryLater."""
    who = sts.caller_identity(ctx.aws)
    if who.account != ctx.environment.account:
        text = _(
            "AWS answers from account {account}, but {environment} is pinned to {pinned}. Correct the role or the "
            "account id."
        )
        pinned = ctx.environment.account
        raise StepFailed(text.format(account=who.account, environment=ctx.environment.name, pinned=pinned))
    ctx.say(_("Connected to account {account} as {arn}.").format(account=who.account, arn=who.arn))
    found = lists(permissions(ctx, who))
    report(ctx, found)
    return Done({"identity": who.arn, "account": who.account, **found}, unchanged=True)


def needed(environment: EnvironmentFacts) -> list[str]:
    """The IAM actions of all runbooks; a role is passed only where the environment has one for CloudFormation."""
    every = catalog.permissions()
    return [action for action in every if action != "iam:PassRole" or environment.service_role_arn]


def permissions(ctx: Context[Params], who: CallerIdentity) -> dict[str, bool | None]:
    """Whether each action is allowed; None where that is not known."""
    wanted = needed(ctx.environment)
    try:
        return simulated(ctx, who, wanted)
    except (Denied, Gone, StepFailed) as refused:
        text = _("The policies can't be looked up, so reads are tried instead. {why}")
        ctx.say(text.format(why=refused.message), "warning")
    return {action: tried(ctx, action) for action in wanted}


def simulated(ctx: Context[Params], who: CallerIdentity, wanted: Iterable[str]) -> dict[str, bool | None]:
    """What IAM says, asked for the resources the actions are meant for."""
    principal = ctx.environment.role_arn or who.principal
    found: dict[str, bool | None] = {}
    for resource, actions in by_resource(ctx.environment, who, wanted).items():
        context = {"iam:PassedToService": "cloudformation.amazonaws.com"} if "iam:PassRole" in actions else {}
        found |= iam.simulate(ctx.aws, principal, actions, resource, context)
    return found


def by_resource(environment: EnvironmentFacts, who: CallerIdentity, wanted: Iterable[str]) -> dict[str, list[str]]:
    """The actions by the resource a policy may limit them to: this environment's stacks, the role to pass."""
    stack = f"arn:{who.partition}:cloudformation:{environment.region}:{who.account}:stack/{environment.name}-test/*"
    groups: dict[str, list[str]] = {}
    for action in wanted:
        on_stack = stack if action.startswith("cloudformation:") else "*"
        resource = environment.service_role_arn if action == "iam:PassRole" else on_stack
        groups.setdefault(resource, []).append(action)
    return groups


def tried(ctx: Context[Params], action: str) -> bool | None:
    """Whether a harmless read is allowed; AWS looks at permissions before it looks for what is read."""
    if action not in READS:
        return True if action == "sts:GetCallerIdentity" else None
    service, operation, arguments = READS[action]
    try:
        ctx.aws.read(service, operation, **arguments)
    except Denied:
        return False
    except (Gone, StepFailed):
        return True
    return True


def lists(known: Mapping[str, bool | None]) -> dict[str, list[str]]:
    names = {True: "allowed", False: "missing", None: "not_known"}
    return {name: [action for action, may in known.items() if may is verdict] for verdict, name in names.items()}


def report(ctx: Context[Params], found: Mapping[str, list[str]]) -> None:
    """Say what is allowed and what is not known. Raises StepFailed with what is missing."""
    names, n = {name: ", ".join(actions) for name, actions in found.items()}, len(found["allowed"])
    role = ctx.environment.role_arn or _("the workers' identity")
    if names["not_known"]:
        text = _("Not known: {actions}. Allow iam:SimulatePrincipalPolicy to know.")
        ctx.say(text.format(actions=names["not_known"]), "warning")
    if names["missing"]:
        ctx.say(_("Allowed: {actions}.").format(actions=names["allowed"]) if n else _("Allowed: nothing."))
        text = _("Missing: {actions}. Allow them in the policy of {role}.")
        raise StepFailed(text.format(actions=names["missing"], role=role))
    if not names["not_known"]:
        ctx.say(ngettext("{n} permission is there.", "All {n} permissions are there.", n).format(n=n))


RUNBOOK = Runbook(
    name="environment.test",
    title=gettext_noop("Test connection"),
    summary=gettext_noop("Find out who the workers are in the account and which permissions are missing."),
    params=Params,
    plan=(StepSpec("test", "test", timeout=30, usual_seconds=2),),
    actions={"test": Action(run=test, limit=30)},
    permissions=("iam:SimulatePrincipalPolicy", "sts:GetCallerIdentity"),
    guide=__doc__ or "",
    changes=False,
)
