"""Elastic IP addresses as a clean-up releases them; who comes next may get them.

AWS docs: Amazon VPC User Guide, Release an Elastic IP address.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from opsportal.contexts import Aws, Done, Outcome
from opsportal.errors import Gone
from opsportal.previews import Preview
from opsportal.words import gettext as _
from opsportal.words import gettext_noop

from . import ec2
from .kinds import Ctx, Kind, State
from .reading import by, only
from .target import Target


def remove(ctx: Ctx, target: Target) -> None:
    with suppress(Gone):
        ctx.aws.change("ec2", "release_address", region=target.region, AllocationId=target.resource)


def state(aws: Aws, target: Target) -> State:
    try:
        aws.read("ec2", "describe_addresses", region=target.region, AllocationIds=[target.resource])
    except Gone:
        return "gone"
    return "there"


def spares(evidence: Mapping[str, Any]) -> str:
    """An address that is somebody's is released by a person."""
    instance = evidence.get("instance")
    return _("it belongs to {instance}, which is stopped").format(instance=instance) if instance else ""


def undo(ctx: Ctx, target: Target) -> Outcome:
    ctx.say(stays(target), "warning")
    return Done(unchanged=True)


def stays(target: Target) -> str:
    return _("{resource} is released for good: AWS may have given the address to somebody else.").format(
        resource=target.label
    )


def told(ctx: Ctx, target: Target) -> str:
    return _("Released for good.")


KIND = Kind(
    name="address",
    preview=Preview(
        does=gettext_noop("Releases the address."),
        calls=("ec2:ReleaseAddress",),
        marking="ec2:CreateTags",
        keeps=gettext_noop("Nothing."),
        undo=gettext_noop("None: AWS may give the address to somebody else at once."),
    ),
    by_id=only({"describe_addresses": lambda target: {"AllocationIds": [target.resource]}}),
    by_filter=only({"describe_addresses": by("allocation-id")}),
    tag=ec2.tag,
    untag=ec2.untag,
    remove=remove,
    state=state,
    undo=undo,
    stays=stays,
    told=told,
    spares=spares,
)
