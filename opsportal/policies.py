"""Policies: made, changed and ended by people who administer every environment that they name."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from . import audit, beat, catalog, checks, clock, rights, runs, schedules
from .errors import Invalid, Refused
from .models import Environment, Firing, Policy
from .telling import recipients
from .words import gettext_lazy, on_record
from .writers import in_line

SWEEP = "sweep"
FIELDS = (
    *("name", "runbook", "params", "cron", "timezone", "overlap", "degree", "grace_days", "max_changes", "max_percent"),
    *("tell", "enabled"),
)


def covered(user: Any, right: str = rights.VIEW) -> "QuerySet[Policy]":
    """Those on all of whose environments this person has the right."""
    rows = Policy.objects.select_related("edited_by").prefetch_related("environments")
    found: QuerySet[Policy] = rights.covering(rows, user, right)
    return found


def save(policy: Policy, environments: Collection[Environment], by: Any) -> None:
    """Make or change the policy, which speaks for this person from now on: who writes it answers for what it starts.

    Raises Invalid, Refused, and then nothing is saved.
    """
    with in_line(), transaction.atomic():
        now, known = clock.now(), stored(policy.pk, by) if policy.pk else None
        before = told(known) if known else {}
        require(environments, by)
        policy.params = parameters(policy.runbook, policy.params)
        policy.tell = recipients.recipients(policy.tell)
        policy.next_due = following(policy, known, now)
        policy.periodic_task_id = known.periodic_task_id if known else None
        policy.edited_by = by
        policy.save()
        policy.environments.set(environments)
        keep_in_step(policy, now)
        after = told(policy)
        changes = {name: [before[name], after[name]] for name in before if before[name] != after[name]}
        audit.record("policy.change" if before else "policy.make", policy, by, changes if before else after, at=now)


def stored(policy_id: int, by: Any) -> Policy:
    """The row as it is, where nobody else changes it meanwhile. Raises Refused."""
    known = Policy.objects.select_for_update().get(pk=policy_id)
    rights.require_administer(known.environments.all(), by)
    return known


def require(environments: Collection[Environment], by: Any) -> None:
    """Raises Refused: what a policy does there, its writer has to be allowed to start."""
    if not environments:
        raise Refused(_("Choose at least one environment."))
    rights.require_administer(environments, by)
    for each in environments:
        rights.require_start(by, each)


def following(policy: Policy, known: Policy | None, now: datetime) -> datetime | None:
    """When it is due next: what is due already stays so unless its schedule has changed. Raises Invalid."""
    first = schedules.next_after(policy.cron, policy.timezone, now)
    if not policy.enabled:
        return None
    same = known and (known.cron, known.timezone) == (policy.cron, policy.timezone)
    return min(known.next_due, first) if same and known and known.next_due else first


def parameters(runbook: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """As the runbook takes them, and limits as their checks do. Raises Invalid with a sentence for each field."""
    book = catalog.runbook(runbook)
    if book is None:
        raise Invalid(_("There is no runbook “%(name)s”.") % {"name": runbook}, "runbook")
    own = {"limits": limits(params.get("checks", ()), params.get("limits", {}))} if runbook == SWEEP else {}
    return runs.validated(book, {**params, **own})


def limits(names: Iterable[str], given: Mapping[str, Any]) -> dict[str, Any]:
    """Those of these checks that are not as usual. Raises Invalid; its fields are such as limits.ebs_unattached.age."""
    found, wrong = {}, {}
    for name in names:
        check = checks.check(name)
        if check is None:
            wrong["checks"] = _("There is no check “%(name)s”.") % {"name": name}
            continue
        clean, fields = runs.fitted(check.limits, given.get(name, {}))
        wrong |= {f"limits.{name}.{field}": text for field, text in fields.items()}
        found[name] = clean.model_dump(mode="json", exclude_defaults=True) if clean else {}
    if not found and not wrong:
        wrong["checks"] = _("Choose at least one check.")
    if wrong:
        raise Invalid("; ".join(f"{field}: {text}" for field, text in wrong.items()), fields=wrong)
    return {name: values for name, values in found.items() if values}


def enable(policy_id: int, by: Any) -> None:
    """Let it be due again, from now on, for this person. Raises Invalid, Refused; repeating changes nothing."""
    turn(policy_id, True, by)


def disable(policy_id: int, by: Any) -> None:
    """Start nothing more by it; what runs goes on. Raises Refused; repeating changes nothing."""
    turn(policy_id, False, by)


def turn(policy_id: int, on: bool, by: Any) -> None:
    with in_line(), transaction.atomic():
        policy, now = stored(policy_id, by), clock.now()
        if policy.enabled == on:
            return
        if on:
            require(policy.environments.all(), by)
            policy.edited_by = by
        policy.enabled = on
        policy.next_due = following(policy, None, now) if on else None
        policy.save()
        keep_in_step(policy, now)
        audit.record("policy.enable" if on else "policy.disable", policy, by, at=now)


def keep_in_step(policy: Policy, now: datetime) -> None:
    """Beat's row, and what had not started its runs yet: nothing starts for a policy that is off."""
    beat.keep(policy, now)
    if not policy.enabled:
        why = on_record(gettext_lazy("The policy was disabled before it could start."))
        Firing.objects.filter(policy=policy, status__in=Firing.OPEN).update(status=Firing.Status.SKIPPED, reason=why)


def delete(policy_id: int, by: Any) -> None:
    """Take it away with its firings; the runs that it started stay. Raises Refused."""
    with in_line(), transaction.atomic():
        policy = stored(policy_id, by)
        lost = {"firings": policy.firings.count()}
        audit.record("policy.delete", policy, by, told(policy) | lost)
        task_id = policy.periodic_task_id
        policy.delete()
        beat.forget(task_id)


def times(policy: Policy, now: datetime, most: int = 3) -> list[datetime]:
    """The next times after now, as clocks in its zone show them. Raises Invalid."""
    place = schedules.located(policy.timezone)
    return [at.astimezone(place) for at in islice(schedules.due(policy.cron, policy.timezone, now), most)]


def told(policy: Policy) -> dict[str, Any]:
    """The policy, for the audit."""
    places = list(policy.environments.order_by("name").values_list("name", flat=True))
    known = {name: getattr(policy, name) for name in FIELDS}
    return known | {"environments": places, "speaks for": str(policy.edited_by)}
