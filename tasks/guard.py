"""What stands between a step and AWS: fence, cancel and intent, in one transaction before each changing call."""

import hashlib
import hmac
from datetime import datetime, timedelta

from django.conf import settings

from opsportal import holds, steps, turns
from opsportal.clock import uptime
from opsportal.errors import Cancelling, Lost
from opsportal.models import Intent
from opsportal.turns import Turn
from opsportal.words import gettext as _

from .keeper import Hold

MARGIN = 10.0  # seconds the lease outlives a call's time-out


class Guard:
    """Lets a call through while the step is ours; remembers what was about to be sent and what came back."""

    def __init__(self, hold: Hold) -> None:
        self.hold = hold
        self.step = hold.step
        self.seconds = 0.0

    def check(self) -> None:
        """Raises Lost or Cancelling when the step has to stop."""
        self.hold.check()

    def before(self, call: str, digest: str, seconds: float) -> str:
        """Commit the intent to send `call` and hold the step for its `seconds`; the token to send along.

        What was said so far is kept first: who goes on after a kill finds the change made and says none of it again.
        """
        self.check()
        if self.hold.lines:
            self.hold.flush()
        self.hold.calling, self.seconds = True, seconds
        until = uptime() + seconds + MARGIN
        token = turns.take(self.step.run_id, lambda turn: self._before(turn, call, digest, seconds + MARGIN))
        self.hold.lease_end = max(self.hold.lease_end, until)
        return token

    def _before(self, turn: Turn, call: str, digest: str, seconds: float) -> str:
        if turn.run.cancel_at is not None and not self.hold.cancelling:
            raise Cancelling(_("Run {run} was cancelled.").format(run=turn.run.pk))
        if held := holds.over(turn.run, turn.now, self.hold.cancelling):
            raise held
        until = turn.now + timedelta(seconds=seconds)
        steps.update(self.step, lease_until=until, nudge_at=until, acted=True)
        rows = self.step.intents.filter(phase=self.step.phase, try_no=self.step.try_no)
        last = rows.order_by("-n").first()
        if last and not last.answer and (last.call, last.digest) == (call, digest):
            rows.filter(pk=last.pk).update(sent_at=turn.now)
            return last.token
        n = last.n + 1 if last else 1
        return self.insert(turn, n, call, digest).token

    def insert(self, turn: Turn, n: int, call: str, digest: str) -> Intent:
        return Intent.objects.create(
            step=self.step,
            phase=self.step.phase,
            try_no=self.step.try_no,
            n=n,
            call=call,
            digest=digest,
            token=self.token(n),
            sent_at=turn.now,
        )

    def token(self, n: int) -> str:
        """Unique for this installation, step, try and intent; letters, digits and -, a letter first, 32 to 64 of them.

        Secrets Manager and Athena want at least 32.
        """
        name = f"{self.step.run_id}-{self.step.pk}-{self.step.phase}-{self.step.try_no}-{n}"
        mark = hmac.new(settings.SECRET_KEY.encode(), name.encode(), hashlib.sha256).hexdigest()[:20]
        return f"ops-{name}-{mark}"

    def sendable(self) -> None:
        """Right before sending: raises Lost when the lease would not outlast the call."""
        if self.hold.lost or uptime() + self.seconds > self.hold.lease_end:
            self.hold.lost = True
            raise Lost(f"The lease of step {self.step.key} would end during the call.")

    def after(self, call: str, token: str, answer: str) -> None:
        """Keep AWS's answer: “ok” or the code it refused the call with."""

        def keep(turn: Turn) -> None:
            self.step.intents.filter(token=token).update(answer=answer[:100], answered_at=turn.now)

        turns.take(self.step.run_id, keep)
        self.hold.calling = False

    def unanswered(self, call: str) -> datetime | None:
        """When this try last sent the call without learning its answer."""
        rows = self.step.intents.filter(phase=self.step.phase, try_no=self.step.try_no, call=call)
        last = rows.order_by("-n").first()
        return last.sent_at if last and not last.answer else None
