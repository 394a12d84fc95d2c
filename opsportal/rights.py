"""Who may do what, on which environment: every entry point asks here.

A right is given on one environment (django-guardian) or, by way of the user or a group, on all of them.
https://django-guardian.readthedocs.io
"""

from typing import Any

from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from guardian.shortcuts import assign_perm, get_objects_for_user, remove_perm

from .errors import Refused
from .models import Environment

VIEW = "opsportal.view_environment"
OPERATE = "opsportal.operate_environment"
APPROVE = "opsportal.approve_environment"
ADMINISTER = "opsportal.change_environment"

ROLES = {
    "viewer": (VIEW,),
    "operator": (VIEW, OPERATE),
    "approver": (VIEW, APPROVE),
    "administrator": (VIEW, OPERATE, APPROVE, ADMINISTER),
}


def may(user: Any, right: str, environment: Environment | None = None) -> bool:
    """Whether this person has the right on the environment; without one: on any at all."""
    if not user.is_active:
        return False
    if user.has_perm(right):
        return True
    return bool(user.has_perm(right, environment) if environment else environments(user, right).exists())


def everywhere(user: Any, right: str) -> bool:
    """Whether this person has the right on all environments, those to come too."""
    return bool(user.is_active and user.has_perm(right))


def environments(user: Any, right: str = VIEW) -> "QuerySet[Environment]":
    """The environments on which this person has the right."""
    if not user.is_active:
        return Environment.objects.none()
    return get_objects_for_user(user, right, Environment)


def give(role: str, to: "User | Group", environment: Environment) -> None:
    """Give the person or the group this role on the environment, and no other."""
    take_away(to, environment)
    for right in ROLES[role]:
        assign_perm(right, to, environment)


def take_away(of: "User | Group", environment: Environment) -> None:
    """Leave the person or the group without any role of its own on the environment."""
    for right in ROLES["administrator"]:
        remove_perm(right, of, environment)


def may_view(user: Any, environment: Environment | None = None) -> bool:
    """Whether this person may see the environment, its runs, their events and questions; without one: any."""
    return may(user, VIEW, environment)


def require_view(user: Any, environment: Environment | None = None) -> None:
    """Raises PermissionDenied, which the portal answers with a page that says so."""
    if not may_view(user, environment):
        raise PermissionDenied(_("You don’t have the right to see this. An administrator can give it to you."))


def may_start(user: Any, environment: Environment | None = None) -> bool:
    """Whether this person may start, cancel, retry and undo runs on the environment; without one: on any."""
    return may(user, OPERATE, environment)


def may_answer(user: Any, environment: Environment) -> bool:
    """Whether this person may answer questions about the environment."""
    return may(user, APPROVE, environment)


def is_approver(user: Any, environment: Environment) -> bool:
    """Whether this person is in the group that approves on the environment, where it names one."""
    group = environment.approvers_id
    return group is None or bool(user.groups.filter(pk=group).exists())


def may_pause(user: Any, environment: Environment | None) -> bool:
    """Whether this person may pause and resume changes on the environment; None: on all of them."""
    return may(user, OPERATE, environment) if environment else everywhere(user, OPERATE)


def require_pause(user: Any, environment: Environment | None) -> None:
    """Raises Refused with a sentence when the person may not pause or resume changes there."""
    if not may_pause(user, environment):
        where = environment.name if environment else _("all environments")
        raise Refused(_("You don't have the right to pause or resume changes on %(where)s.") % {"where": where})


def require_start(user: Any, environment: Environment) -> None:
    """Raises Refused with a sentence when the person may not change how runs go."""
    if not may_start(user, environment):
        words = {"name": environment.name}
        raise Refused(_("You don't have the right to start or steer runs on %(name)s.") % words)
