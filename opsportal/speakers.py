"""For whom a firing starts its runs: a person, who may have lost their rights since the policy was written."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.auth.models import User

from . import rights
from .models import Policy


@dataclass
class Speaker:
    """The person that a firing speaks for; what `rights` asks of a user, it answers with that person's rights."""

    person: User
    policy: Policy
    firing_id: int

    @cached_property
    def _granted(self) -> dict[str, set[int]]:
        """What `rights.granted` keeps with who it is about."""
        return rights.granted(self.person)

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
        """What an idempotency key is unique to."""
        return f"policy:{self.policy.pk}"

    def has_perm(self, right: str) -> bool:
        return bool(self.person.has_perm(right))

    def __str__(self) -> str:
        return f"{self.person} by “{self.policy}”"
