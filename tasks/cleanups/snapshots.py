"""EBS snapshots as a clean-up deletes them; AWS gives none back.

AWS docs: Amazon EBS User Guide, Delete an Amazon EBS snapshot.
"""

from contextlib import suppress

from opsportal.contexts import Aws, Done, Outcome
from opsportal.errors import Gone
from opsportal.previews import Preview
from opsportal.words import gettext as _
from opsportal.words import gettext_noop

from . import ec2
from .kinds import Ctx, Kind, State
from .reading import by, only
from .target import Target

VOLUME = by("volume-id", lambda target: str(target.evidence.get("volume", "")))


def delete(aws: Aws, region: str, snapshot: str) -> None:
    """One that is gone already is fine."""
    with suppress(Gone):
        aws.change("ec2", "delete_snapshot", region=region, SnapshotId=snapshot)


def remove(ctx: Ctx, target: Target) -> None:
    delete(ctx.aws, target.region, target.resource)


def state(aws: Aws, target: Target) -> State:
    try:
        aws.read("ec2", "describe_snapshots", region=target.region, SnapshotIds=[target.resource])
    except Gone:
        return "gone"
    return "there"


def undo(ctx: Ctx, target: Target) -> Outcome:
    ctx.say(stays(target), "warning")
    return Done(unchanged=True)


def stays(target: Target) -> str:
    return _("{resource} is deleted for good: AWS gives no snapshot back.").format(resource=target.label)


def told(ctx: Ctx, target: Target) -> str:
    return _("Deleted for good.")


KIND = Kind(
    name="snapshot",
    preview=Preview(
        does=gettext_noop("Deletes the snapshot."),
        calls=("ec2:DeleteSnapshot",),
        marking="ec2:CreateTags",
        keeps=gettext_noop("Nothing."),
        undo=gettext_noop("None: AWS gives no snapshot back."),
    ),
    by_id=only({"describe_snapshots": lambda target: {"SnapshotIds": [target.resource]}, "describe_volumes": VOLUME}),
    by_filter=only({"describe_snapshots": by("snapshot-id"), "describe_volumes": VOLUME}),
    tag=ec2.tag,
    untag=ec2.untag,
    remove=remove,
    state=state,
    undo=undo,
    stays=stays,
    told=told,
)
