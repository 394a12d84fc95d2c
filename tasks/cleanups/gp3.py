"""gp2 volumes as a clean-up makes gp3 of them, while they are in use.

AWS docs: Amazon EBS User Guide, Modify an Amazon EBS volume using Elastic Volumes operations; Monitor the progress of
Amazon EBS volume modifications; EC2 API Reference, ModifyVolume, DescribeVolumesModifications.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from opsportal.contexts import Aws, Done, Outcome, Wait
from opsportal.errors import Gone, StepFailed
from opsportal.previews import Preview
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps.volumes import sustained

from . import ec2
from .kinds import Ctx, Kind, State
from .reading import by, only
from .target import CHANGE_AFTER, Target
from .volumes import volume

NEW, OLD = "gp3", "gp2"
BUSY, TOO_SOON = "IncorrectModificationState", "VolumeModificationRateExceeded"
UNDER_WAY = ("modifying", "optimizing")
CHANGING, LATER = 300.0, 1800.0  # seconds until an undo looks again


def modification(aws: Aws, target: Target) -> Mapping[str, Any]:
    """The last one of the volume, as DescribeVolumesModifications tells it; empty: AWS knows of none."""
    filters = by("volume-id")(target)
    pages = aws.pages("ec2", "describe_volumes_modifications", region=target.region, **filters)
    every: list[Mapping[str, Any]] = [each for page in pages for each in page["VolumesModifications"]]
    return max(every, key=lambda each: each["StartTime"], default={})


def prepare(ctx: Ctx, target: Target) -> None:
    """Raises StepFailed: AWS has tried and could not."""
    last = modification(ctx.aws, target)
    if last.get("ModificationState") == "failed" and last["StartTime"] >= ctx.started_at:
        text = _("AWS could not change {volume}, which stays as it is: {why}")
        raise StepFailed(text.format(volume=target.label, why=last.get("StatusMessage", "")))


def remove(ctx: Ctx, target: Target) -> None:
    """Begin the change, with the IOPS and throughput that its size has as gp2."""
    with suppress(Gone):
        iops, throughput = sustained(volume(ctx.aws, target)["Size"])
        modify(ctx, target, VolumeType=NEW, Iops=iops, Throughput=throughput)


def modify(ctx: Ctx, target: Target, **wanted: Any) -> None:
    """A volume that is being changed already is looked at again. Raises StepFailed."""
    try:
        ctx.aws.change("ec2", "modify_volume", region=target.region, VolumeId=target.resource, **wanted)
    except StepFailed as error:
        if error.code != BUSY:
            raise


def state(aws: Aws, target: Target) -> State:
    """Its new type holds, and costs what it costs, as soon as AWS only optimizes it."""
    try:
        if volume(aws, target)["VolumeType"] != OLD:
            return "gone"
    except Gone:
        return "gone"
    return "going" if modification(aws, target).get("ModificationState") == "modifying" else "there"


def undo(ctx: Ctx, target: Target) -> Outcome:
    """Make gp2 of it again, once AWS allows that, unless somebody has changed it since."""
    try:
        told = volume(ctx.aws, target)
    except Gone:
        ctx.say(_("{resource} is gone already.").format(resource=target.label), "warning")
        return Done(unchanged=True)
    if told["VolumeType"] == OLD:
        return Done({"restored": target.resource})
    if (told["VolumeType"], told["Iops"], told["Throughput"]) != (NEW, *sustained(told["Size"])):
        ctx.say(_("{resource} was changed since: it stays.").format(resource=target.label), "warning")
        return Done(unchanged=True)
    if modification(ctx.aws, target).get("ModificationState") in UNDER_WAY:
        return Wait(CHANGING, _("AWS has not finished the change"))
    return back(ctx, target)


def back(ctx: Ctx, target: Target) -> Wait:
    """Begin the change to gp2; AWS may not allow another one yet."""
    try:
        modify(ctx, target, VolumeType=OLD)
    except StepFailed as error:
        if error.code != TOO_SOON:
            raise
        return Wait(LATER, _("AWS allows no other change yet"))
    return Wait(CHANGING, _("AWS changes it back"))


def stays(target: Target) -> str:
    text = _(
        "{resource} is gp2 again only once AWS has finished the change, which may take hours, and allows another: "
        "four in 24 hours, in some regions one in six."
    )
    return text.format(resource=target.label)


def told(ctx: Ctx, target: Target) -> str:
    return _("Is gp3 now.")


KIND = Kind(
    name="gp3",
    preview=Preview(
        does=gettext_noop("Makes it a gp3 volume while it is in use, as quick as it was as gp2."),
        calls=("ec2:ModifyVolume",),
        marking="ec2:CreateTags",
        keeps=gettext_noop("The volume with all its data."),
        undo=gettext_noop("Makes it gp2 again as soon as AWS allows another change, which may take a day."),
    ),
    by_id=only({"describe_volumes": lambda target: {"VolumeIds": [target.resource]}}),
    by_filter=only({"describe_volumes": by("volume-id")}),
    tag=ec2.tag,
    untag=ec2.untag,
    remove=remove,
    state=state,
    undo=undo,
    stays=stays,
    told=told,
    prepare=prepare,
    mark=CHANGE_AFTER,
)
