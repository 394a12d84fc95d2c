"""What guards an environment is changed by two people: one who administers it proposes, another one applies."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from guardian.shortcuts import get_users_with_perms

from . import audit, clock, guards, rights
from .errors import Refused
from .models import Environment, Proposal
from .writers import in_line

S = Proposal.Status
ACTIONS = {S.DONE: "proposal.apply", S.REJECTED: "proposal.reject", S.WITHDRAWN: "proposal.withdraw"}


def save(edited: Environment, by: Any) -> Proposal | None:
    """Save an existing environment as it was edited, but for what guards it: that becomes a proposal.

    Raises Refused, and then nothing is saved.
    """
    with in_line(), transaction.atomic():
        stored = locked(edited.pk)
        require_administer(by, stored)
        changes = guards.differences(stored, edited)
        for name in changes:
            setattr(edited, guards.COLUMNS[name], changes[name][0])
        write(edited, by)
        return propose(stored, changes, by) if changes else None


def locked(environment_id: int) -> Environment:
    """The environment, whose row nobody else changes until the transaction ends."""
    return Environment.objects.select_for_update().get(pk=environment_id)


def propose(environment: Environment, changes: dict[str, list[Any]], by: Any) -> Proposal:
    if known := open_for(environment):
        raise Refused(waiting(known))
    made = Proposal.objects.create(environment=environment, changes=changes, by=by, at=clock.now())
    audit.record("proposal.make", environment, by, guards.told(changes))
    return made


def open_for(environment: Environment) -> Proposal | None:
    """The proposal for this environment that nobody has decided on."""
    rows = Proposal.objects.select_related("by", "environment")
    return rows.filter(environment=environment, status=S.OPEN).first()


def waiting(proposal: Proposal) -> str:
    """That something is proposed already, in a sentence."""
    text = _("%(who)s has proposed to change %(fields)s. Apply, reject or withdraw that first.")
    return text % {"who": proposal.by, "fields": ", ".join(guards.label(name) for name in proposal.changes)}


def apply(proposal_id: int, by: Any, typed_name: str = "") -> Proposal:
    """Make the proposed change. Raises Refused: decided already, not by this person, or not what it was."""
    with undecided(proposal_id) as proposal:
        environment = proposal.environment
        if against := why_not(by, proposal):
            raise Refused(against)
        alone = needs_typed_name(by, proposal)
        if alone and typed_name != environment.name:
            raise Refused(_("Type “%(name)s” to apply what you proposed yourself.") % {"name": environment.name})
        require_unchanged(proposal)
        put(environment, proposal, by)
        close(proposal, S.DONE, by, {"typed_name": typed_name} if alone else {})
    return proposal


def reject(proposal_id: int, by: Any) -> Proposal:
    """Refuse what somebody else proposed. Raises Refused."""
    with undecided(proposal_id) as proposal:
        require_administer(by, proposal.environment)
        if by.pk == proposal.by_id:
            raise Refused(_("You proposed this: withdraw it instead."))
        close(proposal, S.REJECTED, by, {})
    return proposal


def withdraw(proposal_id: int, by: Any) -> Proposal:
    """Take back what one has proposed oneself. Raises Refused."""
    with undecided(proposal_id) as proposal:
        if by.pk != proposal.by_id:
            raise Refused(_("Only %(who)s can withdraw this; you may reject it.") % {"who": proposal.by})
        close(proposal, S.WITHDRAWN, by, {})
    return proposal


@contextmanager
def undecided(proposal_id: int) -> Iterator[Proposal]:
    """The open proposal; it and its environment stay as they are until the block ends. Raises Refused."""
    with in_line(), transaction.atomic():
        environment = locked(Proposal.objects.values_list("environment_id", flat=True).get(pk=proposal_id))
        proposal = Proposal.objects.select_related("by", "decided_by").get(pk=proposal_id)
        if proposal.status != S.OPEN:
            words = {"status": proposal.get_status_display().lower(), "who": proposal.decided_by}
            raise Refused(_("This change is decided already: %(status)s by %(who)s.") % words)
        proposal.environment = environment
        yield proposal


def close(proposal: Proposal, status: Proposal.Status, by: Any, data: dict[str, Any]) -> None:
    proposal.status, proposal.decided_by, proposal.decided_at = status, by, clock.now()
    proposal.save(update_fields=["status", "decided_by", "decided_at"])
    audit.record(ACTIONS[status], proposal.environment, by, guards.told(proposal.changes) | data)


def put(environment: Environment, proposal: Proposal, by: Any) -> None:
    """Write the proposed values. Raises Refused when one of them is not right any more."""
    for name, (_before, after) in proposal.changes.items():
        setattr(environment, guards.COLUMNS[name], after)
    others = {field.name for field in Environment._meta.fields} - set(proposal.changes)
    try:
        environment.clean_fields(exclude=others)
    except ValidationError as error:
        problems = [f"{guards.label(name)}: {' '.join(texts)}" for name, texts in error.message_dict.items()]
        raise Refused(_("%(problems)s Reject it and propose again.") % {"problems": " ".join(problems)}) from None
    write(environment, by)


def write(environment: Environment, by: Any) -> None:
    """Save the environment; its history and the audit say that it was this person."""
    environment._history_user = by  # type: ignore[attr-defined]
    environment.save()


def require_unchanged(proposal: Proposal) -> None:
    """Raises Refused when a value is not what it was when the change was proposed."""
    for name, (before, _after) in proposal.changes.items():
        now = getattr(proposal.environment, guards.COLUMNS[name])
        if now != before:
            text = _(
                "%(field)s was %(before)s when this was proposed, and is %(now)s now. Reject it and propose again."
            )
            words = {"field": guards.label(name), "before": guards.shown(name, before), "now": guards.shown(name, now)}
            raise Refused(text % words)


def require_administer(by: Any, environment: Environment) -> None:
    """Raises Refused with a sentence when the person may not change the environment."""
    if not rights.may(by, rights.ADMINISTER, environment):
        raise Refused(_("You don't have the right to change %(name)s.") % {"name": environment.name})


def why_not(user: Any, proposal: Proposal) -> str:
    """Why this person may not apply it, in a sentence; empty when nothing stands against it."""
    environment = proposal.environment
    if not rights.may(user, rights.ADMINISTER, environment):
        return _("You don't have the right to change %(name)s.") % {"name": environment.name}
    if not rights.may(proposal.by, rights.ADMINISTER, environment):
        text = _("%(who)s, who proposed this, has no right to change %(name)s any more. Reject it and propose again.")
        return text % {"who": proposal.by, "name": environment.name}
    if user.pk == proposal.by_id and not one_person(proposal):
        return _("You proposed this: another administrator has to apply it.")
    return ""


def needs_typed_name(user: Any, proposal: Proposal) -> bool:
    """Whether this person decides alone and has to type the environment's name."""
    return bool(user.pk == proposal.by_id)


def one_person(proposal: Proposal) -> bool:
    """Whether whoever proposed it may apply it: the team says that it is of one person, or there is no other one."""
    return proposal.environment.requester_may_approve or not administrators(proposal.environment) - {proposal.by_id}


def administrators(environment: Environment) -> set[int]:
    """Ids of the people who may change the environment."""
    everywhere = User.objects.with_perm(rights.ADMINISTER, backend="django.contrib.auth.backends.ModelBackend")
    right = rights.ADMINISTER.split(".")[1]
    here: Any = get_users_with_perms(environment, only_with_perms_in=[right], with_group_users=True)
    return {*everywhere.values_list("pk", flat=True), *here.filter(is_active=True).values_list("pk", flat=True)}
