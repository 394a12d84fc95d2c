"""StopInstances and StartInstances: what AWS refuses, and the states on the way; sandbox.moves has the rest.

AWS docs: StopInstances, StartInstances, Error codes for the Amazon EC2 API, Amazon EC2 API Reference; Amazon EC2 User
Guide, "Enable stop protection for your instances", "Stop a Spot Instance". The words are those AWS sends.
"""

import copy
from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.exceptions import EC2ClientError

STOPPING, PENDING = ("stopping", 64), ("pending", 0)


def stop_instances(response: Any) -> ActionResult:
    """In the place of moto's, whose instances have stopped at once."""
    return _changed(response, "StoppingInstances", _refuse_stop, _stop)


def start_instances(response: Any) -> ActionResult:
    """In the place of moto's, whose instances run at once, and were launched when they were first."""
    return _changed(response, "StartingInstances", _refuse_start, _start)


def _changed(response: Any, name: str, refuse: Callable[[Any], None], change: Callable[[Any], None]) -> ActionResult:
    """All of them, or none where one is refused."""
    response.error_on_dryrun()
    rows = response.ec2_backend.get_multi_instances_by_id(response._get_param("InstanceIds", []))
    for row in rows:
        refuse(row)
    found = []
    for row in rows:
        before = copy.copy(row._state)
        change(row)
        found.append({"InstanceId": row.id, "CurrentState": copy.copy(row._state), "PreviousState": before})
    return ActionResult({name: found})


def _refuse_stop(row: Any) -> None:
    if row.disable_api_stop is True:
        text = f"The instance '{row.id}' may not be stopped. Modify its 'disableApiStop' instance attribute"
        raise EC2ClientError("OperationNotPermitted", f"{text} and try again.")
    if row.lifecycle == "spot":
        text = f"You can't stop the Spot Instance '{row.id}' because it is associated with a one-time Spot Instance"
        only = "You can only stop Spot Instances associated with persistent Spot Instance requests."
        raise EC2ClientError("UnsupportedOperation", f"{text} request. {only}")
    if row.state not in ("running", "stopping", "stopped"):
        raise _wrong(row, "stopped")


def _refuse_start(row: Any) -> None:
    if row.state not in ("running", "pending", "stopped"):
        raise _wrong(row, "started")


def _wrong(row: Any, wanted: str) -> EC2ClientError:
    text = f"The instance '{row.id}' is not in a state from which it can be {wanted}."
    return EC2ClientError("IncorrectInstanceState", text)


def _stop(row: Any) -> None:
    if row.state == "running":
        row.stop()
        row._state.name, row._state.code = STOPPING


def _start(row: Any) -> None:
    if row.state == "stopped":
        row.start()
        row.launch_time = utcnow()
        row._state.name, row._state.code = PENDING
