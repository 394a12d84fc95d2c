"""Starting a run: choose a runbook, fill in the form made from its parameters, start it or see its plan first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from .. import catalog, redaction, rights, runs
from ..catalog import Runbook
from ..cleaning import CLEANUP
from ..errors import Invalid, OpsError, Refused
from ..models import Environment, Run
from . import cleanup, fields, keys, sieve


@dataclass
class Form:
    """What one rendering of the form shows."""

    book: Runbook
    environment: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)
    typed: QueryDict | None = None


@never_cache
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Without `?runbook=` the choice of one; with it the form; a POST starts the run."""
    if not rights.may_start(request.user):
        raise PermissionDenied(_("You don’t have the right to start runs. An administrator can give it to you."))
    asked = request.POST.get("runbook") or request.GET.get("runbook", "")
    book = catalog.runbook(asked)
    if book is None:
        return choose(request, asked)
    if request.method == "POST":
        return send(request, book)
    return show(request, prefilled(request, book))


def choose(request: HttpRequest, asked: str) -> HttpResponse:
    if asked:
        messages.error(request, _("There is no runbook “%s”.") % asked)
    context = {"books": catalog.runbooks(), "environment_name": request.GET.get("environment", "")}
    return render(request, "opsportal/choose.html", _("Start a run"), context, 404 if asked else 200)


def prefilled(request: HttpRequest, book: Runbook) -> Form:
    """The form with the parameters of the run it repeats, or for the findings it is to clean up, if told of any."""
    if book.name == CLEANUP and "findings" in request.GET:
        return of_findings(request, book)
    again = request.GET.get("again", "")
    known = rights.visible(Run.objects.select_related("environment").filter(runbook=book.name), request.user)
    run = known.filter(pk=again).first() if again.isdecimal() and len(again) < 19 else None
    if run is None:
        return Form(book, request.GET.get("environment", ""))
    values, hidden = without_secrets(run.params)
    again_needed = _("A secret of that run is not shown. Fill it in again.")
    return Form(book, run.environment.name, values, dict.fromkeys(hidden, again_needed))


def of_findings(request: HttpRequest, book: Runbook) -> Form:
    """The form for these findings; how far it goes is as the form begins: it reports, and changes nothing."""
    try:
        environment, values = cleanup.wanted(sieve.picked(request.GET["findings"].split(",")), request.user)
    except OpsError as error:
        return Form(book, wrong={"": error.message})
    return Form(book, environment.name, values)


def without_secrets(params: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The parameters that may be shown, and the names of those that are secret or hold one."""
    shown = redaction.data(params)
    hidden = [name for name, value in params.items() if shown.get(name) != value]
    kept = {name: value for name, value in params.items() if name not in hidden}
    for name in hidden:
        if isinstance(params[name], Mapping):
            kept[name] = {key: value for key, value in params[name].items() if shown[name].get(key) == value}
    return kept, hidden


def send(request: HttpRequest, book: Runbook) -> HttpResponse:
    """Start what the form says; what is wrong is shown next to its field."""
    form = Form(book, request.POST.get("environment", ""), typed=request.POST)
    mine = rights.environments(request.user, rights.OPERATE)
    environment = mine.filter(name=form.environment.replace("\0", "")).first()
    if environment is None:
        form.wrong["environment"] = _("Choose an environment.")
        return show(request, form, 422)
    try:
        run = start(request, wanted(request, book), environment, fields.read(book.params, request.POST))
    except Invalid as error:
        form.wrong.update(error.fields or {"": error.message})
        return show(request, form, 422)
    except Refused as error:
        form.wrong[""] = error.message
        return show(request, form, 403)
    return redirect("admin:opsportal_run_page", run.pk)


def wanted(request: HttpRequest, book: Runbook) -> str:
    """The runbook of the button that was pressed: this one, or the one that plans it."""
    return book.planner if book.planner and request.POST.get("as") == "plan" else book.name


def start(request: HttpRequest, name: str, environment: Environment, params: Mapping[str, Any]) -> Run:
    """Raises Invalid, Refused."""
    key = keys.of(request.POST.get("nonce") or keys.fresh(), name, environment.pk, params)
    return runs.start(name, environment, params, request.user, key)


def show(request: HttpRequest, form: Form, status: int = 200) -> HttpResponse:
    known = fields.fields(form.book.params, form.values, form.wrong, form.typed)
    placed = {field.name for field in known} | {"environment"}
    elsewhere = [text for key, text in form.wrong.items() if key.split(".")[0] not in placed]
    context = {
        "book": form.book,
        "fields": known,
        "environments": rights.environments(request.user, rights.OPERATE),
        "chosen": form.environment,
        "wrong_environment": form.wrong.get("environment", ""),
        "elsewhere": elsewhere,
        "planner": catalog.runbook(form.book.planner),
        "nonce": keys.fresh() if form.typed is None else form.typed.get("nonce", ""),
    }
    return render(request, "opsportal/start.html", _(form.book.title), context, status)


def render(request: HttpRequest, template: str, title: str, context: dict[str, Any], status: int) -> HttpResponse:
    crumbs = [(_("Runs"), reverse("admin:opsportal_run_changelist")), (title, "")]
    if template.endswith("start.html"):
        crumbs.insert(1, (_("Start a run"), reverse("admin:opsportal_run_add")))
    full = {**admin.site.each_context(request), **context, "title": title, "is_fullwidth": "1", "crumbs": crumbs}
    return TemplateResponse(request, template, full, status=status)
