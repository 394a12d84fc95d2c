"""Who may do what, on which environment: every entry point asks here.

A right is given on one environment (django-guardian) or, by way of the user or a group, on all of them.
https://django-guardian.readthedocs.io
"""

from collections.abc import Collection
from typing import Any

from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from guardian.models import GroupObjectPermission, UserObjectPermission
from guardian.shortcuts import assign_perm, remove_perm

from .errors import Refused
from .models import Environment

VIEW = "opsportal.view_environment"
OPERATE = "opsportal.operate_environment"
APPROVE = "opsportal.approve_environment"
ADMINISTER = "opsportal.change_environment"

COLUMNS = ("permission__codename", "object_pk")
ROLES = {
    "viewer": (VIEW,),
    "operator": (VIEW, OPERATE),
    "approver": (VIEW, APPROVE),
    "administrator": (VIEW, OPERATE, APPROVE, ADMINISTER),
}


def may(user: Any, right: str, environment: Environment | None = None) -> bool:
    """Whether this person has the right on the environment; without one: on any at all."""
    if everywhere(user, right):
        return True
    own = granted(user).get(right, set())
    return environment.pk in own if environment else bool(own)


def everywhere(user: Any, right: str) -> bool:
    """Whether this person has the right on all environments, those to come too."""
    return bool(user.is_active and user.has_perm(right))


def environments(user: Any, right: str = VIEW) -> "QuerySet[Environment]":
    """The environments on which this person has the right."""
    every = Environment.objects.all()
    return every if everywhere(user, right) else every.filter(pk__in=granted(user).get(right, set()))


def holders(right: str, environment: Environment) -> "QuerySet[User]":
    """The people who have the right on the environment, there or everywhere; accounts that have ended have none."""
    codename = right.rpartition(".")[2]
    here = {"object_pk": str(environment.pk), "content_type__model": "environment", "permission__codename": codename}
    groups = GroupObjectPermission.objects.filter(**here).values("group")
    own = Q(pk__in=UserObjectPermission.objects.filter(**here).values("user")) | Q(groups__in=groups)
    whole = Q(is_superuser=True) | Q(user_permissions__codename=codename) | Q(groups__permissions__codename=codename)
    return User.objects.filter(own | whole, is_active=True).distinct().order_by("username")


def answerers(environment: Environment, *, members: bool = True) -> "QuerySet[User]":
    """Who may answer questions about the environment; `members`: those that take its approvers, where it names them."""
    people, group = holders(APPROVE, environment), environment.approvers_id
    return people.filter(groups=group) if members and group else people


def hidden(user: Any) -> set[str]:
    """The names of the environments that this person may not see."""
    if everywhere(user, VIEW):
        return set()
    others = Environment.objects.exclude(pk__in=granted(user).get(VIEW, set()))
    return set(others.values_list("name", flat=True))


def visible(rows: Any, user: Any, environment: str = "environment", right: str = VIEW) -> Any:
    """The rows on environments where this person has the right; `environment` leads from a row to its environment."""
    if everywhere(user, right):
        return rows
    return rows.filter(**{f"{environment}__in": granted(user).get(right, set())})


def covering(rows: Any, user: Any, right: str) -> Any:
    """The rows on all of whose `environments` this person has the right; one that has none left takes it everywhere."""
    if everywhere(user, right):
        return rows
    mine, every = environments(user, right), rows.model.objects.all()
    others = every.filter(environments__in=Environment.objects.exclude(pk__in=mine))
    return rows.filter(pk__in=every.filter(environments__in=mine).values("pk")).exclude(pk__in=others.values("pk"))


def granted(user: Any) -> dict[str, set[int]]:
    """The environments on which the person has each right by a role there; read once for a user object."""
    if not user.is_active:
        return {}
    if not hasattr(user, "_granted"):
        found: dict[str, set[int]] = {}
        where = {"content_type__app_label": "opsportal", "content_type__model": "environment"}
        mine = UserObjectPermission.objects.filter(user=user, **where)
        ours = GroupObjectPermission.objects.filter(group__user=user, **where)
        for codename, pk in mine.values_list(*COLUMNS).union(ours.values_list(*COLUMNS)):
            found.setdefault(f"opsportal.{codename}", set()).add(int(pk))
        user._granted = found
    return dict(user._granted)


def assign(role: str, to: "User | Group", environment: Environment, by: Any) -> None:
    """Give this role on the environment, empty: none. Raises Refused: not by this person, or no such role."""
    if not may(by, ADMINISTER, environment):
        raise Refused(_("You don't have the right to give roles on %(name)s.") % {"name": environment.name})
    if role and role not in ROLES:
        raise Refused(_("There is no role “%(role)s”.") % {"role": role})
    give(role, to, environment) if role else take_away(to, environment)


def give(role: str, to: "User | Group", environment: Environment) -> None:
    """Give the person or the group this role on the environment, and no other."""
    for right in ROLES["administrator"]:
        (assign_perm if right in ROLES[role] else remove_perm)(right, to, environment)
    vars(to).pop("_granted", None)


def take_away(of: "User | Group", environment: Environment) -> None:
    """Leave the person or the group without any role of its own on the environment."""
    for right in ROLES["administrator"]:
        remove_perm(right, of, environment)
    vars(of).pop("_granted", None)


def may_view(user: Any, environment: Environment | None = None) -> bool:
    """Whether this person may see the environment, its runs, their events and questions; without one: any."""
    return may(user, VIEW, environment)


def require_administer(environments: Collection[Environment], by: Any) -> None:
    """Raises Refused: not on all of these by this person. Where none is left, it takes the right on all there are."""
    if not environments and not everywhere(by, ADMINISTER):
        raise Refused(_("Only who administers all environments may change a rule that names none any more."))
    for each in environments:
        if not may(by, ADMINISTER, each):
            raise Refused(_("You don't have the right to change %(name)s.") % {"name": each.name})


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
