"""The navigation of the portal, as far as this person may go."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from .. import rights
from ..live import pictures

Item = dict[str, Any]


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Groups and their entries for unfold; counts are those of open runs and open questions."""
    groups: list[dict[str, Any]] = [
        {"title": _("Operate"), "items": operate(request.user)},
        {"title": _("Configure"), "separator": True, "items": configure(request.user)},
        {"title": _("Access"), "separator": True, "items": access(request.user)},
    ]
    return [group for group in groups if group["items"]]


def entry(title: str, icon: str, address: str) -> Item:
    return {"title": title, "icon": icon, "link": reverse(address)}


def counted(item: Item, name: str, count: int, variant: str) -> Item:
    """The entry with a count that counts.js keeps up to date by its name; an empty one is not shown."""
    badge = format_html('<span data-count="{}">{}</span>', name, count or "")
    return item | {"badge": badge, "badge_variant": variant}


def operate(user: Any) -> list[Item]:
    items = [entry(_("Home"), "dashboard", "admin:index")]
    if rights.may_view(user):
        counts = pictures.seen(pictures.counts(), pictures.environments_seen(user))
        runs = entry(_("Runs"), "play_circle", "admin:opsportal_run_changelist")
        questions = entry(_("Approvals"), "fact_check", "admin:opsportal_approval_changelist")
        items.append(counted(runs, "runs", counts["runs"], "info"))
        items.append(entry(_("Findings"), "troubleshoot", "findings"))
        items.append(counted(questions, "questions", counts["questions"], "warning"))
        items.append(entry(_("Policies"), "schedule", "admin:opsportal_policy_changelist"))
        items.append(entry(_("Notices"), "mail", "admin:opsportal_notice_changelist"))
    return items


def configure(user: Any) -> list[Item]:
    items = []
    if rights.may_view(user):
        items.append(entry(_("Environments"), "dns", "admin:opsportal_environment_changelist"))
    if user.has_perm("opsportal.view_calendar"):
        items.append(entry(_("Freeze calendars"), "event_busy", "admin:opsportal_calendar_changelist"))
    if rights.may_view(user):
        items.append(entry(_("Runbooks"), "account_tree", "runbooks"))
    return items


def access(user: Any) -> list[Item]:
    items = [entry(_("API tokens"), "key", "admin:opsportal_token_changelist")] if rights.may_view(user) else []
    if user.has_perm("auth.view_user"):
        items.append(entry(_("Users"), "person", "admin:auth_user_changelist"))
    if user.has_perm("auth.view_group"):
        items.append(entry(_("Groups"), "group", "admin:auth_group_changelist"))
    if rights.may(user, rights.ADMINISTER):
        items.append(entry(_("Trusted publishers"), "verified_user", "admin:opsportal_publisher_changelist"))
    if rights.everywhere(user, "opsportal.view_audit"):
        items.append(entry(_("Audit"), "history", "admin:opsportal_audit_changelist"))
    return items
