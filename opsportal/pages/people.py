"""Who has which role on an environment, and giving and taking roles."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import Group, User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from guardian.models import GroupObjectPermission, UserObjectPermission

from .. import rights
from ..errors import OpsError, Refused
from ..models import Environment

TITLES = {
    "viewer": gettext_lazy("Viewer"),
    "operator": gettext_lazy("Operator"),
    "approver": gettext_lazy("Approver"),
    "administrator": gettext_lazy("Administrator"),
}
MAY = {
    "viewer": gettext_lazy("sees runs, events and questions"),
    "operator": gettext_lazy("also starts, cancels, retries and undoes runs, and pauses changes"),
    "approver": gettext_lazy("sees, and answers approvals"),
    "administrator": gettext_lazy("all of it, and changes the environment"),
}


@dataclass(frozen=True)
class Holder:
    """Somebody with a role here; `kind` is user or group, `everywhere`: by rights on all environments."""

    kind: str
    pk: int
    name: str
    role: str
    everywhere: bool = False
    members: str = ""

    @property
    def title(self) -> str:
        return str(TITLES.get(self.role, _("Some rights")))


@require_GET
def page(request: HttpRequest, pk: int) -> HttpResponse:
    environment = get_object_or_404(Environment, pk=pk)
    rights.require_view(request.user, environment)
    context = {
        **admin.site.each_context(request),
        "title": _("People of %(name)s") % {"name": environment.name},
        "is_fullwidth": "1",
        "crumbs": [
            (_("Environments"), reverse("admin:opsportal_environment_changelist")),
            (environment.name, reverse("admin:opsportal_environment_change", args=[pk])),
            (_("People"), ""),
        ],
        "environment_row": environment,
        "holders": [*here(environment), *everywhere()],
        "roles": [(name, TITLES[name], MAY[name]) for name in rights.ROLES],
        "may_administer": rights.may(request.user, rights.ADMINISTER, environment),
        "people": User.objects.filter(is_active=True, is_superuser=False).order_by("username"),
        "groups": Group.objects.order_by("name"),
    }
    return TemplateResponse(request, "opsportal/people.html", context)


@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Give `who` (user-3, group-7) the `role`, or none; then back to the page."""
    environment = get_object_or_404(Environment, pk=pk)
    rights.require_view(request.user, environment)
    try:
        to, role = holder(request.POST.get("who", "")), request.POST.get("role", "")
        rights.assign(role, to, environment, by=request.user)
        words = {"who": to, "role": TITLES[role] if role else _("no role"), "environment": environment.name}
        messages.info(request, _("%(who)s has %(role)s on %(environment)s now.") % words)
    except OpsError as error:
        messages.error(request, error.message)
    return redirect("environment_people", pk)


def holder(text: str) -> "User | Group":
    """The person or group named by the form. Raises Refused."""
    kind, _dash, number = text.partition("-")
    model: Any = {"user": User, "group": Group}.get(kind)
    found = model.objects.filter(pk=number).first() if model and number.isdecimal() and len(number) < 19 else None
    if found is None:
        raise Refused(_("Choose a person or a group."))
    return found  # type: ignore[no-any-return]


def here(environment: Environment) -> list[Holder]:
    """Those with a role of their own on this environment."""
    wanted = {"object_pk": str(environment.pk), "content_type__model": "environment"}
    found: dict[tuple[str, int, str], set[str]] = defaultdict(set)
    for row in UserObjectPermission.objects.filter(**wanted).select_related("user", "permission"):
        found["user", row.user_id, str(row.user)].add(row.permission.codename)
    for line in GroupObjectPermission.objects.filter(**wanted).select_related("group", "permission"):
        found["group", line.group_id, line.group.name].add(line.permission.codename)
    members = names_of(pk for kind, pk, _name in found if kind == "group")
    return [
        Holder(kind, pk, name, role_of(codenames), members=members.get(pk, "") if kind == "group" else "")
        for (kind, pk, name), codenames in sorted(found.items(), key=lambda pair: pair[0][2])
    ]


def everywhere() -> list[Holder]:
    """Those with a role on all environments: by a group, by rights of their own, or as superusers."""
    ours = {right.split(".")[1] for right in rights.ROLES["administrator"]}
    found: dict[tuple[str, int, str], set[str]] = defaultdict(set)
    for pk, name, codename in Group.objects.filter(permissions__codename__in=ours).values_list(
        "pk", "name", "permissions__codename"
    ):
        found["group", pk, name].add(codename)
    people = User.objects.filter(is_active=True)
    for pk, name, codename in people.filter(user_permissions__codename__in=ours).values_list(
        "pk", "username", "user_permissions__codename"
    ):
        found["user", pk, name].add(codename)
    for pk, name in people.filter(is_superuser=True).values_list("pk", "username"):
        found["user", pk, name] |= ours
    members = names_of(pk for kind, pk, _name in found if kind == "group")
    return [
        Holder(kind, pk, name, role_of(codenames & ours), True, members.get(pk, "") if kind == "group" else "")
        for (kind, pk, name), codenames in sorted(found.items(), key=lambda pair: pair[0][2])
    ]


def names_of(groups: Iterable[int], most: int = 8) -> dict[int, str]:
    """The members of each group, in a few words."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = User.objects.filter(groups__in=list(groups), is_active=True).order_by("username")
    for group, name in rows.values_list("groups", "username"):
        found[group].append(name)
    return {pk: ", ".join(names[:most]) + (" …" if len(names) > most else "") for pk, names in found.items()}


def role_of(codenames: set[str]) -> str:
    """The role that consists of just these rights; empty when none does."""
    known = {frozenset(right.split(".")[1] for right in listed): name for name, listed in rights.ROLES.items()}
    return known.get(frozenset(codenames), "")
