"""The navigation of the portal, as far as this person may go."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from .. import rights
from ..models import Approval, Run

Item = dict[str, Any]


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Groups and their entries for unfold; counts are those of open runs and open questions."""
    groups: list[dict[str, Any]] = [
        {"title": _("Operate"), "items": operate(request.user)},
        {"title": _("Configure"), "separator": True, "items": configure(request.user)},
        {"title": _("Access"), "separator": True, "items": access(request.user)},
    ]
    return [group for group in groups if group["items"]]


def entry(title: str, icon: str, address: str, count: int = 0, variant: str = "info") -> Item:
    item: Item = {"title": title, "icon": icon, "link": reverse(address)}
    return item | {"badge": str(count), "badge_variant": variant} if count else item


def operate(user: Any) -> list[Item]:
    items = [entry(_("Home"), "dashboard", "admin:index")]
    if rights.may_view(user):
        running = Run.objects.filter(status__in=Run.OPEN).count()
        asking = Approval.objects.filter(status=Approval.Status.OPEN).count()
        items.append(entry(_("Runs"), "play_circle", "admin:opsportal_run_changelist", running))
        items.append(
            entry(_("Approvals"), "fact_check", "admin:opsportal_approval_changelist", asking, variant="warning")
        )
    return items


def configure(user: Any) -> list[Item]:
    items = []
    if user.has_perm("opsportal.view_environment"):
        items.append(entry(_("Environments"), "dns", "admin:opsportal_environment_changelist"))
    if rights.may_view(user):
        items.append(entry(_("Runbooks"), "account_tree", "runbooks"))
    return items


def access(user: Any) -> list[Item]:
    items = []
    if user.has_perm("auth.view_user"):
        items.append(entry(_("Users"), "person", "admin:auth_user_changelist"))
    if user.has_perm("auth.view_group"):
        items.append(entry(_("Groups"), "group", "admin:auth_group_changelist"))
    return items
