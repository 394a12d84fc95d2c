"""With an account end its sessions and the votes on questions still open."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.db import transaction

from .. import approvals


def account_ended(sender: Any, instance: User, **kwargs: Any) -> None:
    """Receives post_save of a user."""
    if not instance.is_active:
        transaction.on_commit(lambda: end(instance))


def end(user: User) -> None:
    for session in UserSession.objects.filter(user=user):
        session.end()
    approvals.withdraw_votes(user)
