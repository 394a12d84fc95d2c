"""What of a policy's firing its recipients are told: one notice of all its runs, and one of each clean-up that ended.

Where there is nothing new, nothing was refused and nothing failed, nobody is told anything.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

import structlog
from django.conf import settings
from django.db import Error, transaction
from django.db.models import Count, F, Prefetch, Q, TextField, Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils import timezone, translation

from ..cleaning import CLEANUP
from ..models import FindingChange, Firing, Notice, Run, Step
from ..words import gettext as _
from ..words import ngettext
from ..writers import in_line
from . import lines, outbox, recipients
from .lines import Totals

log = structlog.get_logger(__name__)

SHOWN = 10  # findings that a notice names
K = FindingChange.Kind
NEWS = (K.FOUND, K.REOPENED)
DONE = (K.MARKED, K.CLEANED)


def due(most: int) -> list[int]:
    """Firings of which more runs have ended than when their recipients were last told."""
    ended = Count("runs", filter=Q(runs__status__in=Run.ENDED))
    waiting = Firing.objects.filter(told__gte=-1).annotate(ended=ended).exclude(ended=F("told"))
    return list(waiting.order_by("pk").values_list("pk", flat=True)[:most])


def tell(firing_id: int, now: datetime) -> None:
    """Write down the notices that are due, and what has been told, both or neither. Safe to repeat.

    A digest that can't be made ends with a line in the firing's reason, so that it keeps nobody from the others.
    """
    try:
        write(firing_id, now)
    except Error:  # the database's: the pump comes again
        raise
    except Exception as error:
        log.exception("a digest could not be made", firing=firing_id)
        text = _("Nobody was told of it: opsportal's own code failed, {kind}. The worker's log has more.")
        why = Concat("reason", Value("\n" + text.format(kind=type(error).__name__)), output_field=TextField())
        Firing.objects.filter(pk=firing_id).update(told=None, reason=why)


def write(firing_id: int, now: datetime) -> None:
    with in_line(), transaction.atomic(), translation.override(settings.LANGUAGE_CODE):
        firing = Firing.objects.select_for_update().get(pk=firing_id)
        if firing.told is None:
            return
        outputs = Prefetch("steps", Step.objects.only("run", "output"))
        rows = firing.runs.select_related("environment").prefetch_related(outputs)
        runs = list(rows.order_by("environment__name", "pk"))
        ended = [run for run in runs if not run.is_open]
        if len(runs) == len(ended) or not any(run.is_open and run.runbook != CLEANUP for run in runs):
            outbox.put(of_sweeps(firing, [run for run in runs if run.runbook != CLEANUP]), now)
        for run in ended:
            if run.runbook == CLEANUP:
                outbox.put(of_cleanup(firing, run), now)
        firing.told = len(ended) if len(ended) < len(runs) else None
        firing.save(update_fields=["told"])


def of_sweeps(firing: Firing, runs: Sequence[Run]) -> list[Notice]:
    """A notice for each recipient of the policy, and one for each channel of what was found in its environments."""
    found = of_firing(firing, runs, firing.policy.tell)
    for channel, theirs in channels(firing, runs).items():
        found += of_firing(firing, theirs, [f"#{channel}"])
    return found


def channels(firing: Firing, runs: Sequence[Run]) -> dict[str, list[Run]]:
    """The runs by the Slack channel of their environment; of a firing that could not start none, by its policy's."""
    known = {run.environment.slack_channel for run in runs}
    if not runs:
        known = set(firing.policy.environments.values_list("slack_channel", flat=True))
    return {each: [run for run in runs if run.environment.slack_channel == each] for each in sorted(known) if each}


def of_firing(firing: Firing, runs: Sequence[Run], whom: Sequence[str]) -> list[Notice]:
    """A notice of these runs for each recipient; none where there is nothing to tell."""
    totals = [lines.totals(run) for run in runs]
    whole = sum(totals, Totals())
    if not (firing.status == Firing.Status.FAILED or whole.is_news):
        return []
    news = found(runs, NEWS) if whole.fresh else []
    parts = [head(firing), *firing.reason.splitlines(), *map(lines.of_run, runs, totals), "", *named(news, whole.fresh)]
    subject = f"[opsportal] {firing.policy}: {lines.subject(firing, whole)}"
    data = {
        "runs": [lines.as_data(run, each) for run, each in zip(runs, totals, strict=True)],
        "findings": [lines.finding_data(each) for each in news],
    }
    return [notice(firing, "firing", to, subject, parts, data) for to in whom]


def of_cleanup(firing: Firing, run: Run) -> list[Notice]:
    """What a clean-up did, for the policy's recipients; and what it marked, for those whose it is."""
    changes = list(FindingChange.objects.filter(run=run, kind__in=DONE).select_related("finding").order_by("pk"))
    if not changes and run.status == Run.Status.SUCCEEDED:
        return []
    marked = [each for each in changes if each.kind == K.MARKED]
    subject = f"[opsportal] {firing.policy}: {lines.cleaned(run, changes)}"
    parts = [head(firing), lines.of_run(run, Totals()), "", *lines.listed(changes)]
    data = {"runs": [lines.as_data(run, Totals())], "changes": [lines.change_data(each) for each in changes]}
    about = f"run:{run.pk}"
    channel = [f"#{run.environment.slack_channel}"] if run.environment.slack_channel else []
    told = [notice(firing, about, to, subject, parts, data) for to in (*firing.policy.tell, *channel)]
    return told + [to_owner(firing, run, to, theirs) for to, theirs in owners(marked) if to not in firing.policy.tell]


def owners(marked: Iterable[FindingChange]) -> list[tuple[str, list[FindingChange]]]:
    """What was marked, by its owner, as far as mail may be sent to that one."""
    whose: Callable[[FindingChange], str] = lambda each: each.finding.owner.strip().casefold()  # noqa: E731
    groups = [(to, list(theirs)) for to, theirs in groupby(sorted(marked, key=whose), whose)]
    return [(to, theirs) for to, theirs in groups if recipients.is_owner(to)]


def to_owner(firing: Firing, run: Run, to: str, marked: Sequence[FindingChange]) -> Notice:
    """What is going to happen to what is theirs, and how to keep it."""
    where = run.environment
    text = ngettext(
        "{n} resource of yours is marked for clean-up", "{n} resources of yours are marked for clean-up", len(marked)
    )
    subject = "[opsportal] " + text.format(n=len(marked)) + f", {where}"
    parts = [
        _("In {environment}, AWS account {account}:").format(environment=where, account=where.account),
        *lines.listed(marked),
        "",
        _("To keep one, use it again, take its mark away, or tag it opsportal:keep."),
        _("You get this because its tag “{tag}” names you.").format(tag=settings.OWNER_TAG),
    ]
    data = {"runs": [lines.as_data(run, Totals())], "changes": [lines.change_data(each) for each in marked]}
    return notice(firing, f"run:{run.pk}", to, subject, parts, data)


def notice(firing: Firing, about: str, to: str, subject: str, parts: Iterable[str], data: Mapping[str, Any]) -> Notice:
    text = "\n".join(parts).strip() + "\n"
    known = {"policy": firing.policy.name, "firing": firing.pk, **data}
    return Notice(firing=firing, about=about, to=to, subject=subject[:200], text=text, data=known)


def head(firing: Firing) -> str:
    """Which policy, when, and where it is in the portal."""
    at = f"{timezone.localtime(firing.fired_at):%Y-%m-%d %H:%M %Z}"
    page = settings.PUBLIC_URL + reverse("admin:opsportal_policy_page", args=[firing.policy_id])
    return _("Policy “{policy}” of {at}: {page}").format(policy=firing.policy, at=at, page=page) + "\n"


def found(runs: Sequence[Run], kinds: Sequence[str]) -> list[FindingChange]:
    """The worst of what these runs found that was not there before."""
    rows = FindingChange.objects.filter(run__in=runs, kind__in=kinds).select_related("finding__environment")
    worst = ("-finding__severity", F("finding__usd").desc(nulls_last=True), "pk")
    return list(rows.order_by(*worst)[:SHOWN])


def named(news: Sequence[FindingChange], total: int) -> list[str]:
    """A paragraph for each, and how many more there are."""
    texts = [lines.of_finding(each.finding) for each in news]
    if total > len(news):
        texts.append(
            _("And {n} more: {page}").format(n=total - len(news), page=settings.PUBLIC_URL + reverse("findings"))
        )
    return texts
