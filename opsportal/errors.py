"""The failures a step or a request may end in: each message is a sentence that tells an operator what to do next."""

from collections.abc import Mapping
from datetime import datetime


class OpsError(Exception):
    """The root of all expected failures; a permanent one is not worth trying again unchanged."""

    def __init__(self, message: str, permanent: bool = True) -> None:
        super().__init__(message)
        self.message = message
        self.permanent = permanent


class Invalid(OpsError):
    """What a person or a program asked for cannot be done as asked; `fields` says what is wrong with which part."""

    def __init__(self, message: str, field: str = "", fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.field = field
        self.fields = dict(fields or ({field: message} if field else {}))


class Refused(OpsError):
    """The one who asks may not do this, or the state it is in does not allow it."""


class StepFailed(OpsError):
    """The step ends here; `cause` is the first thing that went wrong when that is not the message itself.

    `code` is AWS's error code where AWS refused the call; `cause` has its words then.
    """

    def __init__(self, message: str, cause: str = "", code: str = "") -> None:
        super().__init__(message)
        self.cause = cause or message
        self.code = code


class TryLater(OpsError):
    """AWS is slow, throttles or lost the answer: look again after `seconds`, or when the engine's back-off says."""

    def __init__(self, message: str, seconds: float | None = None) -> None:
        super().__init__(message, permanent=False)
        self.seconds = seconds


class Denied(OpsError):
    """AWS refused the call; `action` is the IAM action that is missing."""

    def __init__(self, message: str, action: str) -> None:
        super().__init__(message)
        self.action = action


class Gone(OpsError):
    """What the call named does not exist."""


class Held(OpsError):
    """Changes are paused or frozen here; `until` (UTC) is when the freeze ends, None: when a person ends the pause."""

    def __init__(self, message: str, until: datetime | None = None) -> None:
        super().__init__(message, permanent=False)
        self.until = until


class Lost(OpsError):
    """Somebody else holds the step now: whatever this process still does for it must stop."""


class Cancelling(OpsError):
    """A person cancelled the run while the step was at work."""
