"""What is known of unused volumes and addresses: when a sweep has ended, and before one that was just asked for has."""

from collections.abc import Mapping, Sequence

from django.conf import settings
from django.urls import reverse

from .. import clock
from ..models import Environment, Finding, Run
from ..pages import durations, sweeps
from ..pages.money import STANDING
from ..words import gettext as _
from . import finding_words
from .blocks import Message
from .start_words import Known

LOOKED = 20  # sweeps before this one, among which one has to have asked for these


def asked(params: Mapping[str, str]) -> bool:
    """Whether such a sweep looks for unused volumes and addresses; one that names no checks makes all."""
    chosen = params.get("checks", "").split()
    return not chosen or bool(set(finding_words.ANSWERS) & set(chosen))


def known(environment: Environment) -> Known:
    """As of the last sweep that looked for them. Before any has, nothing is known, which is not “nothing found”."""
    last = before(environment)
    if last is None:
        return Known(environment.name, _("Nothing is known of it yet: the thread of the run will tell."), None)
    refused = [
        gap.sentence for gap in sweeps.missing(environment.name, last, sweeps.put_out([last.pk]).get(last.pk, []))
    ]
    age = durations.ago((clock.now() - (last.ended_at or clock.now())).total_seconds())
    return Known(environment.name, _("As of the last sweep, {ago}:").format(ago=age), answer(environment, refused))


def answer(environment: Environment, refused: Sequence[str]) -> Message:
    """What stands there unused, and what could not be checked."""
    rows = Finding.objects.filter(environment=environment, state__in=STANDING)
    found = rows.filter(check_name__in=finding_words.ANSWERS).select_related("environment")
    url = f"{settings.PUBLIC_URL}{reverse('findings')}?environment={environment.pk}"
    return finding_words.answer(environment.name, [finding_words.of_row(each) for each in found], url, refused)


def before(environment: Environment) -> Run | None:
    """The last sweep that ended and looked for them."""
    rows = Run.objects.filter(environment=environment, runbook=sweeps.BOOK, ended_at__isnull=False).order_by("-pk")
    return next((run for run in rows[:LOOKED] if covers(run)), None)


def covers(run: Run) -> bool:
    chosen = run.params.get("checks") or finding_words.ANSWERS
    return set(finding_words.ANSWERS) <= set(chosen)
