"""Log groups as a clean-up gives them a retention: what is older than it leaves within days, for good.

AWS docs: Amazon CloudWatch Logs User Guide, Change log data retention in CloudWatch Logs.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from opsportal.contexts import Aws, Done, Outcome
from opsportal.errors import Gone
from opsportal.previews import Preview
from opsportal.words import gettext as _
from opsportal.words import gettext_noop

from .kinds import Ctx, Kind, State
from .reading import only
from .target import Target


def group(aws: Aws, region: str, name: str) -> Mapping[str, Any]:
    """As DescribeLogGroups tells it. Raises Gone."""
    pages = aws.pages("logs", "describe_log_groups", region=region, logGroupNamePrefix=name)
    every: list[Mapping[str, Any]] = [each for page in pages for each in page["logGroups"]]
    found = next((each for each in every if each["logGroupName"] == name), None)
    if found is None:
        raise Gone(_("There is no log group {name}.").format(name=name))
    return found


def arn(aws: Aws, region: str, name: str) -> str:
    """What it is tagged by. Raises Gone."""
    return str(group(aws, region, name)["arn"]).removesuffix(":*")


def tag(aws: Aws, region: str, names: Sequence[str], tags: Mapping[str, str]) -> None:
    """One after the other. Raises Gone where one of them is not there."""
    for name in names:
        aws.change("logs", "tag_resource", region=region, resourceArn=arn(aws, region, name), tags=dict(tags))


def untag(aws: Aws, region: str, names: Sequence[str], keys: Sequence[str]) -> None:
    for name in names:
        with suppress(Gone):
            aws.change("logs", "untag_resource", region=region, resourceArn=arn(aws, region, name), tagKeys=list(keys))


def remove(ctx: Ctx, target: Target) -> None:
    """Set the retention; with it AWS begins to delete what is older."""
    ctx.aws.change(
        "logs",
        "put_retention_policy",
        region=target.region,
        logGroupName=target.resource,
        retentionInDays=ctx.params.retention_days,
    )


def state(aws: Aws, target: Target) -> State:
    try:
        return "gone" if group(aws, target.region, target.resource).get("retentionInDays") else "there"
    except Gone:
        return "gone"


def undo(ctx: Ctx, target: Target) -> Outcome:
    """Keep everything again, unless somebody has set another retention since."""
    try:
        now = group(ctx.aws, target.region, target.resource).get("retentionInDays")
    except Gone:
        now = None
    if now != ctx.params.retention_days:
        ctx.say(_("{group} has another retention now: it stays.").format(group=target.label), "warning")
        return Done(unchanged=True)
    ctx.aws.change("logs", "delete_retention_policy", region=target.region, logGroupName=target.resource)
    return Done({"restored": target.resource})


def stays(target: Target) -> str:
    return _("Lines that have left {group} meanwhile don't come back.").format(group=target.label)


def told(ctx: Ctx, target: Target) -> str:
    return _("Keeps its lines for {days} days from now on.").format(days=ctx.params.retention_days)


KIND = Kind(
    name="retention",
    preview=Preview(
        does=gettext_noop("Gives the log group a retention; CloudWatch Logs then deletes the lines that are older."),
        calls=("logs:PutRetentionPolicy",),
        marking="logs:TagResource",
        keeps=gettext_noop("The log group, and its lines that are younger than the retention."),
        undo=gettext_noop("Takes the retention away. Lines that have left don't come back."),
    ),
    by_id=only({"describe_log_groups": lambda target: {"logGroupNamePrefix": target.resource}}),
    by_filter=only({"describe_log_groups": lambda target: {"logGroupNamePattern": target.resource}}),
    tag=tag,
    untag=untag,
    remove=remove,
    state=state,
    undo=undo,
    stays=stays,
    told=told,
)
