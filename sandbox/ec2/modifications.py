"""ModifyVolume: what AWS refuses, and the states on the way; sandbox.moves has the rest.

AWS docs: ModifyVolume, DescribeVolumesModifications, Amazon EC2 API Reference; Amazon EBS User Guide, "Modify an Amazon
EBS volume using Elastic Volumes operations". AWS gives up to four modifications in 24 hours, one after the other.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.exceptions import EC2ClientError

MOST, WITHIN = 4, timedelta(hours=24)
CHANGED = ("size", "volume_type", "iops", "throughput")


def modify_volume(whole: Callable[[Any], ActionResult]) -> Callable[[Any], ActionResult]:
    """moto's, whose volumes are changed at once."""

    def answer(response: Any) -> ActionResult:
        row = response.ec2_backend.volumes.get(response._get_param("VolumeId"))
        if row is not None:
            _refuse(row)
        before = {name: getattr(row, name, None) for name in CHANGED}
        found = whole(response)
        last = row.modifications[-1]
        last.state, last.after = "modifying", {name: getattr(row, name) for name in CHANGED}
        for name, value in before.items():
            setattr(row, name, value)
        return found

    return answer


def _refuse(row: Any) -> None:
    now = state(row.modifications[-1]) if row.modifications else "completed"
    if now != "completed":
        text = f"Volume {row.id} cannot be modified in modification state {now.upper()}"
        raise EC2ClientError("IncorrectModificationState", text)
    if sum(utcnow() - each.start_time < WITHIN for each in row.modifications) >= MOST:
        text = "You've reached the maximum modification rate per volume limit."
        raise EC2ClientError("VolumeModificationRateExceeded", text)


def state(modification: Any) -> str:
    """Of one that was made before there were states it is completed."""
    return str(modification.__dict__.get("state", "completed"))


def progress(modification: Any) -> int:
    return 100 if state(modification) == "completed" else 0
