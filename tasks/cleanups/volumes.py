"""EBS volumes as a clean-up deletes them: after a snapshot, from which an undo makes the volume again.

AWS docs: Amazon EBS User Guide, Delete an Amazon EBS volume; EC2 API Reference, CreateSnapshot, CreateVolume.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from opsportal.contexts import Aws, Done, Outcome, Wait
from opsportal.errors import Gone, StepFailed
from opsportal.previews import Preview
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.aws import listing
from tasks.sweeps import tags

from . import ec2, snapshots
from .kinds import Ctx, Kind, State, remembered
from .reading import by, only
from .target import Target

COPYING, MAKING = 5.0, 2.0  # seconds until the next look
KEPT = ("AvailabilityZone", "VolumeType", "Iops", "Throughput", "Encrypted", "KmsKeyId", "MultiAttachEnabled")
PROVISIONED = {"Iops": ("gp3", "io1", "io2"), "Throughput": ("gp3",)}  # EC2 API Reference: CreateVolume


def mark(ctx: Ctx) -> str:
    """What this step's snapshot and volume are known by."""
    return f"{ctx.run_id}-{ctx.step_id}"


def volume(aws: Aws, target: Target) -> Mapping[str, Any]:
    """As DescribeVolumes tells it. Raises Gone."""
    found: list[Mapping[str, Any]] = aws.read(
        "ec2", "describe_volumes", region=target.region, VolumeIds=[target.resource]
    )["Volumes"]
    if not found:
        raise Gone(_("There is no volume {volume}.").format(volume=target.resource))
    return found[0]


def snapshot(ctx: Ctx, target: Target) -> Mapping[str, Any] | None:
    """The snapshot that this step has made, whichever try; None: none yet."""
    filters = [{"Name": "volume-id", "Values": [target.resource]}, ec2.made_by(mark(ctx))]
    pages = ctx.aws.pages("ec2", "describe_snapshots", region=target.region, OwnerIds=["self"], Filters=filters)
    return next((each for page in pages for each in page["Snapshots"]), None)


def prepare(ctx: Ctx, target: Target) -> Wait | None:
    """Have a complete snapshot, and what the volume is like, before it goes. Raises StepFailed: AWS could make none."""
    found = snapshot(ctx, target)
    if found is None:
        return copy(ctx, target)
    if found["State"] == "error":
        why = found.get("StateMessage") or found["SnapshotId"]
        text = _("AWS could not make the snapshot of {volume}, which stays: {why}. Delete that snapshot, then retry.")
        raise StepFailed(text.format(volume=target.label, why=why))
    if found["State"] != "completed":
        return Wait(COPYING, _("the snapshot is being made, {progress}").format(progress=found.get("Progress", "")))
    ctx.memory["snapshot"] = found["SnapshotId"]
    return None


def copy(ctx: Ctx, target: Target) -> Wait:
    """Begin the snapshot; CreateSnapshot knows no token, so the list has to be believed first."""
    if not listing.believable(ctx.aws, "ec2", "create_snapshot", ctx.now):
        return Wait(COPYING, _("looking whether the snapshot was begun"))
    told = volume(ctx.aws, target)
    ctx.memory["before"] = {name: told[name] for name in KEPT if told.get(name) is not None}
    ctx.memory["tags"] = tags.plain(told.get("Tags"))
    ctx.write(remembered)  # who goes on after a kill finds the snapshot and has to know the rest
    ctx.aws.change(
        "ec2",
        "create_snapshot",
        region=target.region,
        VolumeId=target.resource,
        Description=_("{volume}, before opsportal's run {run} deleted it").format(
            volume=target.resource, run=ctx.run_id
        ),
        TagSpecifications=[{"ResourceType": "snapshot", "Tags": ec2.inherited(ctx.memory["tags"], mark(ctx))}],
    )
    return Wait(COPYING, _("the snapshot is being made"))


def take_back(ctx: Ctx, target: Target) -> None:
    """Delete the snapshot of a volume that stays. The last copy of one that is gone is kept."""
    found = snapshot(ctx, target)
    if found and state(ctx.aws, target) == "there":
        snapshots.delete(ctx.aws, target.region, found["SnapshotId"])


def remove(ctx: Ctx, target: Target) -> None:
    with suppress(Gone):
        ctx.aws.change("ec2", "delete_volume", region=target.region, VolumeId=target.resource)


def state(aws: Aws, target: Target) -> State:
    try:
        told = volume(aws, target)["State"]
    except Gone:
        return "gone"
    return "gone" if told == "deleted" else "going" if told == "deleting" else "there"


def undo(ctx: Ctx, target: Target) -> Outcome:
    """Make the volume again, in its zone, of its type, with its tags; its id is another."""
    pages = ctx.aws.pages("ec2", "describe_volumes", region=target.region, Filters=[ec2.made_by(mark(ctx))])
    found = next((each for page in pages for each in page["Volumes"]), None)
    if found is None:
        return restore(ctx, target)
    if found["State"] == "creating":
        return Wait(MAKING, _("the volume is being made"))
    if found["State"] == "error":
        raise StepFailed(_("AWS could not make {volume} from its snapshot.").format(volume=found["VolumeId"]))
    text = _("{volume} is there again as {new}, made from {snapshot}, which stays.")
    words = {"volume": target.label, "new": found["VolumeId"], "snapshot": ctx.memory["snapshot"]}
    ctx.say(text.format(**words))
    return Done({"restored": found["VolumeId"], "snapshot": ctx.memory["snapshot"]})


def restore(ctx: Ctx, target: Target) -> Wait:
    """Begin to make it; beside the token, which finds what was made, the list has to be believed."""
    if not listing.believable(ctx.aws, "ec2", "create_volume", ctx.now):
        return Wait(MAKING, _("looking whether the volume was made"))
    ctx.aws.change(
        "ec2",
        "create_volume",
        region=target.region,
        token="ClientToken",  # noqa: S106
        SnapshotId=ctx.memory["snapshot"],
        TagSpecifications=[{"ResourceType": "volume", "Tags": ec2.inherited(ctx.memory["tags"], mark(ctx))}],
        **shape(ctx.memory["before"]),
    )
    return Wait(MAKING, _("the volume is being made"))


def shape(before: Mapping[str, Any]) -> dict[str, Any]:
    """What CreateVolume takes of how it was: IOPS and throughput only of types that are sold with them."""
    kind = before["VolumeType"]
    return {name: value for name, value in before.items() if kind in PROVISIONED.get(name, (kind,)) and value != ""}


def stays(target: Target) -> str:
    return _("{resource} comes back from its snapshot under another id.").format(resource=target.label)


def told(ctx: Ctx, target: Target) -> str:
    return _("Deleted. Its snapshot is {snapshot}.").format(snapshot=ctx.memory["snapshot"])


KIND = Kind(
    name="volume",
    preview=Preview(
        does=gettext_noop("Takes a snapshot of the volume, then deletes the volume."),
        calls=("ec2:CreateSnapshot", "ec2:DeleteVolume"),
        marking="ec2:CreateTags",
        keeps=gettext_noop("The snapshot, tagged with the run. It costs money until it is deleted."),
        undo=gettext_noop("Makes a volume of the same type, zone and tags from the snapshot, under another id."),
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
    take_back=take_back,
)
