"""The door to AWS: every call of every step goes through here, behind lease, budget, account pin and intent."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError, PaginationError

from opsportal.contexts import EnvironmentFacts, digest
from opsportal.errors import StepFailed, TryLater
from opsportal.words import gettext as _

from . import clients, identities
from .budget import Budget
from .errors import Call, code, iam_action, is_stale, translate, unanswered

FAILURES = (BotoCoreError, ClientError)
# How the names begin of calls that delete something, or change what is in use
DESTRUCTIVE = (
    "abort",
    "delete",
    "deregister",
    "modify_volume",
    "put_retention",
    "release",
    "start",
    "stop",
    "terminate",
)


class Guard(Protocol):
    """What the engine puts between a step and AWS; the door itself knows no database."""

    def check(self) -> None:
        """Raises Lost or Cancelling once the step is not this process's any more; called before every call."""

    def before(self, call: str, digest: str, seconds: float) -> str:
        """Commit the intent to send a changing call that takes `seconds` at most, extend the lease; gives the token."""

    def sendable(self) -> None:
        """Raises Lost unless the lease still holds; called right before a changing request leaves."""

    def after(self, call: str, token: str, answer: str) -> None:
        """Note the answer, "ok" or AWS's error code; not called when it stays unknown."""

    def unanswered(self, call: str) -> datetime | None:
        """When this try last sent the call without learning its answer."""


@dataclass(frozen=True)
class Timeouts:
    """Seconds to wait for an answer."""

    read: float = 10.0
    change: float = 20.0


class Door:
    """Implements opsportal.contexts.Aws for one wake-up of one step."""

    def __init__(
        self,
        environment: EnvironmentFacts,
        guard: Guard,
        run_id: int,
        endpoint: str = "",
        budget: Budget | None = None,
        timeouts: Timeouts = Timeouts(),
    ) -> None:
        self.environment = environment
        self.guard = guard
        self.run_id = run_id
        self.endpoint = endpoint
        self.budget = budget
        self.timeouts = timeouts
        self.begun = False

    def read(self, service: str, operation: str, /, *, region: str | None = None, **arguments: Any) -> dict[str, Any]:
        client = self._client(service, region, self.timeouts.read)
        call = self._call(client, service, operation)
        self._pin(call)
        answer: dict[str, Any] = self._reading(call, getattr(client, operation))(**arguments)
        return answer

    def pages(
        self, service: str, operation: str, /, *, region: str | None = None, **arguments: Any
    ) -> Iterator[dict[str, Any]]:
        for page, _place in self.pages_after(None, service, operation, region=region, **arguments):
            yield page

    def pages_after(
        self,
        place: Mapping[str, Any] | None,
        service: str,
        operation: str,
        /,
        *,
        region: str | None = None,
        **arguments: Any,
    ) -> Iterator[tuple[dict[str, Any], dict[str, Any] | None]]:
        """A place is the input tokens themselves: what botocore calls a starting token empties all but one key of the
        page it begins with."""
        client = self._client(service, region, self.timeouts.read)
        call = self._call(client, service, operation)
        self._pin(call)
        method = self._reading(call, getattr(client, operation))
        if not client.can_paginate(operation):
            yield method(**arguments), None
            return
        paginator = client.get_paginator(operation)
        paginator._method = method  # so that each page passes the door
        pages = paginator.paginate(**arguments | dict(place or {}))
        try:
            for page in pages:
                tokens = pages._get_next_token(page)
                yield page, {name: token for name, token in tokens.items() if token is not None} or None
        except PaginationError as error:
            raise translate(error, call) from error

    def connect(self) -> None:
        self._pin(self._call(self._client("sts", None, self.timeouts.read), "sts", "assume_role"))

    def change(
        self,
        service: str,
        operation: str,
        /,
        *,
        region: str | None = None,
        token: str | Sequence[str] = (),
        **arguments: Any,
    ) -> dict[str, Any]:
        client = self._client(service, region, self.timeouts.change)
        call = self._call(client, service, operation)
        self._pin(call, again=operation.startswith(DESTRUCTIVE))
        self._admit()
        self._fresh(call)
        span = clients.CONNECT + self.timeouts.change
        sent = self.guard.before(call.name, digest(json.loads(json.dumps(arguments, default=str))), span)
        arguments |= dict.fromkeys([token] if isinstance(token, str) else token, sent)
        return self._send(call, sent, getattr(client, operation), arguments)

    def unanswered(self, service: str, operation: str, /) -> datetime | None:
        client = self._client(service, None, self.timeouts.change)
        return self.guard.unanswered(self._call(client, service, operation).name)

    def _client(self, service: str, region: str | None, timeout: float) -> Any:
        return clients.client(service, region or self.environment.region, self.endpoint, timeout)

    def _call(self, client: Any, service: str, operation: str) -> Call:
        name = client.meta.method_to_api_mapping[operation]
        action = iam_action(client.meta.service_model.signing_name, name)
        return Call(service, name, action, self.environment.role_arn)

    def _admit(self) -> None:
        """Let one more call out: the step is still ours and the account's budget allows it. Raises TryLater."""
        self.guard.check()
        wait = self.budget.take(self.environment.account, self.begun) if self.budget else 0.0
        if wait > 0:
            text = _("The request budget of account {account} is used up.")
            raise TryLater(text.format(account=self.environment.account), wait)
        self.begun = True

    def _reading(self, call: Call, method: Callable[..., Any]) -> Callable[..., Any]:
        """The method, tried a second time at once when it got no answer."""

        def read(**arguments: Any) -> Any:
            for last in (False, True):
                self._admit()
                try:
                    with clients.calling(self._caller()):
                        return method(**arguments)
                except FAILURES as error:
                    self._renew(error)
                    if last or not unanswered(error):
                        raise translate(error, call) from error

        return read

    def _send(self, call: Call, token: str, method: Callable[..., Any], arguments: dict[str, Any]) -> dict[str, Any]:
        """Send the changing request, once, and note its answer."""
        try:
            with clients.calling(self._caller(self.guard.sendable)):
                answer: dict[str, Any] = method(**arguments)
        except FAILURES as error:
            self._renew(error)
            if not unanswered(error):
                self.guard.after(call.name, token, code(error) or "not-sent")
            raise translate(error, call) from error
        self.guard.after(call.name, token, "ok")
        return answer

    def _caller(self, before_send: Callable[[], None] = lambda: None) -> clients.Caller:
        return clients.Caller(self._identity().credentials, identities.mark(self.run_id), before_send)

    def _identity(self) -> identities.Identity:
        return identities.identity(self.environment, self.run_id, self.endpoint)

    def _fresh(self, call: Call) -> None:
        """Assume the role before the lease's last stretch begins, not within it."""
        try:
            with clients.calling(self._caller()):
                clients.OfTheCaller().get_frozen_credentials()
        except FAILURES as error:
            raise translate(error, call) from error

    def _renew(self, error: Exception) -> None:
        if is_stale(error):
            identities.forget(self.environment, self.run_id, self.endpoint)

    def _pin(self, call: Call, again: bool = False) -> None:
        """Make sure that the credentials belong to the environment's account. Raises StepFailed."""
        if (self._identity().pinned and not again) or call.operation == "GetCallerIdentity":
            return
        account = self._asked() if again else self._assumed(call) or self._asked()
        if account != self.environment.account:
            text = _(
                "AWS answers from account {account}, but {environment} is pinned to {pinned}. Nothing was done; "
                "correct the role or the account id."
            )
            pinned = self.environment.account
            raise StepFailed(text.format(account=account, environment=self.environment.name, pinned=pinned))
        self._identity().pinned = True

    def _assumed(self, call: Call) -> str:
        """The account of the role that AWS says it gave us for this call; empty where no role is assumed."""
        if self.environment.role_arn:
            self._reading(call, clients.OfTheCaller().get_frozen_credentials)()
        return self._identity().account

    def _asked(self) -> str:
        """The account that AWS says we call from."""
        sts = self._client("sts", None, self.timeouts.read)
        who = self._call(sts, "sts", "get_caller_identity")
        return str(self._reading(who, sts.get_caller_identity)()["Account"])
