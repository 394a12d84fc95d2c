"""What guards an environment: the fields that one person alone does not change, and how they are read."""

from typing import Any

from django.contrib.auth.models import Group
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from .models import Environment

FIELDS = (
    "account",
    "role_arn",
    "service_role_arn",
    "protected",
    "requester_may_approve",
    "approvals_needed",
    "approvers",
)
COLUMNS = {name: name for name in FIELDS} | {"approvers": "approvers_id"}
Changes = dict[str, list[Any]]


def differences(stored: Environment, edited: Environment) -> Changes:
    """Before and after, by field, as far as they differ; a group is its id."""
    pairs = {name: [getattr(row, column) for row in (stored, edited)] for name, column in COLUMNS.items()}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def label(name: str) -> str:
    return capfirst(str(Environment._meta.get_field(name).verbose_name))  # type: ignore[union-attr]


def shown(name: str, value: Any) -> str:
    """A value as people read it."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "—" if value in (None, "") else str(named(name, value))


def named(name: str, value: Any) -> Any:
    """The value with a group by its name."""
    if name != "approvers" or value is None:
        return value
    return Group.objects.filter(pk=value).values_list("name", flat=True).first() or value


def told(changes: Changes) -> dict[str, Any]:
    """Before and after as the audit keeps them: an id says nothing once its group is gone."""
    return {name: [named(name, side) for side in pair] for name, pair in changes.items()}
