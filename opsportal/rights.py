"""Who may do what: every entry point asks here."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from .errors import Refused
from .models import Environment

VIEW = "opsportal.view_run"
ENVIRONMENTS = "opsportal.view_environment"
START = "opsportal.start_run"
ANSWER = "opsportal.answer_approval"


def may_view(user: Any) -> bool:
    """Whether this person may see runs, their events and their questions."""
    return bool(user.is_active and user.has_perm(VIEW))


def require_view(user: Any) -> None:
    """Raises PermissionDenied, which the portal answers with a page that says so."""
    if not may_view(user):
        raise PermissionDenied(_("You don’t have the right to see runs. An administrator can give it to you."))


def require_environments(user: Any) -> None:
    """Raises PermissionDenied when the person may not see environments."""
    if not (user.is_active and user.has_perm(ENVIRONMENTS)):
        raise PermissionDenied(_("You don’t have the right to see environments. An administrator can give it to you."))


def may_start(user: Any, environment: Environment) -> bool:
    """Whether this person may start, cancel, retry and undo runs on the environment."""
    return bool(user.is_active and user.has_perm(START))


def may_answer(user: Any, environment: Environment) -> bool:
    """Whether this person may answer questions about the environment."""
    return bool(user.is_active and user.has_perm(ANSWER))


def is_approver(user: Any, environment: Environment) -> bool:
    """Whether this person is in the group that approves on the environment, where it names one."""
    group = environment.approvers_id
    return group is None or bool(user.groups.filter(pk=group).exists())


def may_pause(user: Any, environment: Environment | None) -> bool:
    """Whether this person may pause and resume changes on the environment, or on all of them."""
    return bool(user.is_active and user.has_perm(START))


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
