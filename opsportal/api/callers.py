"""Who calls: a program with a token, which stands where a user does when rights are asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest

from .. import rights
from ..models import Token

GIVES: Mapping[str, tuple[str, ...]] = {
    Token.Scope.READ: (rights.VIEW,),
    Token.Scope.RUN: (rights.VIEW, rights.OPERATE),
    Token.Scope.APPROVE: (rights.VIEW, rights.APPROVE),
}


@dataclass
class Caller:
    """The token's person as far as the token goes; what `rights` asks of a user, it answers.

    `limited`: the ids of the environments the token names; None: it names none, and reaches all of the person's.
    """

    token: Token
    person: User
    limited: frozenset[int] | None

    @cached_property
    def _granted(self) -> dict[str, set[int]]:
        """What `rights.granted` keeps with who it is about."""
        return {right: self.reached(right) for right in self.allowed}

    @property
    def pk(self) -> int:
        return int(self.person.pk)

    @property
    def is_active(self) -> bool:
        return bool(self.person.is_active)

    @property
    def groups(self) -> Any:
        return self.person.groups

    @property
    def caller(self) -> str:
        """What an idempotency key is unique to: a token that was exchanged is one of several of the same job."""
        return f"publisher:{self.token.publisher_id}" if self.token.publisher_id else f"token:{self.token.pk}"

    def may_run(self, runbook: str) -> bool:
        """Whether the token goes as far as this runbook."""
        return not self.token.runbooks or runbook in self.token.runbooks

    @property
    def allowed(self) -> frozenset[str]:
        """The rights that the token's scopes give, wherever the person has them."""
        return frozenset(right for scope in self.token.scopes for right in GIVES.get(scope, ()))

    def has_perm(self, right: str) -> bool:
        """Whether it has the right on all environments, those to come too."""
        return self.limited is None and right in self.allowed and bool(self.person.has_perm(right))

    def reached(self, right: str) -> set[int]:
        """The environments on which both the person and the token have the right."""
        if self.limited is None:
            return rights.granted(self.person).get(right, set())
        return set(rights.environments(self.person, right).filter(pk__in=self.limited).values_list("pk", flat=True))

    def __str__(self) -> str:
        return f"{self.person} (token {self.token.name}, {self.token.prefix}…)"


def by(request: HttpRequest) -> Caller:
    """Who sent this request, which `Bearer` has let in."""
    caller: Caller = request.auth  # type: ignore[attr-defined]
    return caller
