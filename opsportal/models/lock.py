"""A resource of an environment that one step at a time may change; the row is made once and never deleted."""

import hashlib

from django.db import models

from .environment import Environment
from .step import Step


def name_hash(environment_id: int, resource: str) -> str:
    """The key of a lock: MariaDB's collation folds case and accents, a digest does not. Environments may be renamed."""
    return hashlib.sha256(f"{environment_id}/{resource}".encode()).hexdigest()


class Lock(models.Model):
    """`version` rises when who has changed something gives it back, so that an undo can tell what came since."""

    hash = models.CharField(max_length=64, primary_key=True)
    environment = models.ForeignKey(Environment, on_delete=models.CASCADE, related_name="locks")
    resource = models.CharField(max_length=300)
    holder = models.ForeignKey(Step, null=True, on_delete=models.SET_NULL, related_name="held_locks")
    version = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.environment}/{self.resource}"
