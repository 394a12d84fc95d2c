"""The App Home: what somebody's runs do, which questions they may answer, and what ended last."""

import structlog
from django.conf import settings
from django.contrib.auth.models import User
from django.utils.translation import override

from .. import approvals, clock, rights
from ..models import Approval, Run
from . import home_words, people, reading
from .client import client
from .people import Claim
from .replies import FAILED, why
from .views import View

log = structlog.get_logger(__name__)

RUNS, QUESTIONS, ENDED = 10, 8, 5  # that it shows


def publish(who: Claim) -> None:
    """Show it anew. Slack docs: views.publish."""
    with override(settings.LANGUAGE_CODE):
        user = people.of(who)
        view = shown(user) if user else home_words.stranger(people.link(who))
        try:
            client().views_publish(user_id=who.slack_id, view=view)
        except FAILED as error:
            log.warning("the Home of somebody in Slack was not published", error=why(error))


def shown(user: User) -> View:
    rows = rights.visible(Run.objects.select_related(*reading.BESIDE), user)
    mine = rows.filter(requested_by=user, status__in=Run.OPEN).order_by("-pk")[:RUNS]
    ended = rows.filter(requested_by=user, ended_at__isnull=False).order_by("-ended_at")[:ENDED]
    asked = [(reading.run(each.step.run), reading.question(each)) for each in questions(user)]
    return home_words.view(asked, reading.runs(mine), reading.runs(ended), settings.PUBLIC_URL, clock.now())


def questions(user: User) -> list[Approval]:
    """Those that this person may answer; what runs out first is first."""
    rows = Approval.objects.filter(status=Approval.Status.OPEN)
    rows = rows.select_related(*(f"step__run__{name}" for name in reading.BESIDE)).prefetch_related("votes")
    seen = rights.visible(rows, user, "step__run__environment").order_by("expires_at")[:100]
    return [each for each in seen if not approvals.why_not(user, each)][:QUESTIONS]
