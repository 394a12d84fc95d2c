"""Rows for tests, each with sensible contents unless told otherwise."""

import itertools
from typing import Any

from django.contrib.auth.models import Permission, User

from opsportal import runs
from opsportal.models import Environment, Run

_numbers = itertools.count(1)


def environment(**fields: Any) -> Environment:
    name = fields.pop("name", f"env-{next(_numbers)}")
    return Environment.objects.create(**{"name": name, "account": "123456789012", "regions": ["eu-central-1"]} | fields)


def user(*permissions: str, **fields: Any) -> User:
    """A person with these rights of ours; without any named: may start runs and answer approvals."""
    person = User.objects.create_user(fields.pop("username", f"user-{next(_numbers)}"), is_staff=True, **fields)
    names = permissions or ("start_run", "answer_approval", "view_run", "view_environment", "view_approval")
    rows = Permission.objects.filter(codename__in=names, content_type__app_label="opsportal")
    person.user_permissions.set(rows)
    return person


def start(graph: dict[str, list[str]], **params: Any) -> Run:
    """A run of the tests' runbook, just started."""
    where = params.pop("environment", None) or environment()
    by = params.pop("by", None) or user()
    key = params.pop("key", f"key-{next(_numbers)}")
    return runs.start("test.graph", where, {"graph": graph, **params}, by, key)
