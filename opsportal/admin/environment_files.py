"""What AWS needs to know about an environment: the trust policy and the template of its role, to download."""

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from .. import rights, role_template
from ..models import Environment


@require_GET
def trust_policy(request: HttpRequest, pk: int) -> HttpResponse:
    """The trust policy for the role, for the workers named by `?principal=`."""
    environment = seen(request, pk)
    principal = request.GET.get("principal", "").strip()
    if not role_template.PRINCIPAL.match(principal):
        return wrong_principal(request, pk)
    text = json.dumps(role_template.trust_policy(environment, principal), indent=2)
    return download(text + "\n", f"{environment.name}-trust-policy.json", "application/json")


@require_GET
def role(request: HttpRequest, pk: int) -> HttpResponse:
    """A CloudFormation template that makes the role."""
    environment = seen(request, pk)
    principal = request.GET.get("principal", "").strip()
    if principal and not role_template.PRINCIPAL.match(principal):
        return wrong_principal(request, pk)
    text = role_template.template(environment, principal)
    return download(text, f"{environment.name}-role.yaml", "application/yaml")


def seen(request: HttpRequest, pk: int) -> Environment:
    environment = get_object_or_404(Environment, pk=pk)
    rights.require_view(request.user, environment)
    return environment


def wrong_principal(request: HttpRequest, pk: int) -> HttpResponse:
    text = _("Say who the workers are: the ARN of their role, such as arn:aws:iam::123456789012:role/opsportal.")
    messages.error(request, text)
    return redirect("admin:opsportal_environment_change", pk)


def download(text: str, name: str, kind: str) -> HttpResponse:
    return HttpResponse(
        text, content_type=f"{kind}; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
