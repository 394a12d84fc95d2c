"""Trusted publishers: made, changed and disabled by people who administer every environment that they name."""

from collections.abc import Collection, Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from . import audit, clock, rights
from .errors import Refused
from .models import Environment, Publisher
from .writers import in_line

FIELDS = ("name", "issuer", "repository", "owner_id", "workflow", "ref", "ci_environment", "runbooks")


def issuers() -> Mapping[str, Publisher.Kind]:
    """The issuers whose tokens are exchanged, and whose CI each is."""
    found = dict.fromkeys(settings.CI_GITHUB_ISSUERS, Publisher.Kind.GITHUB)
    return found | dict.fromkeys(settings.CI_GITLAB_ISSUERS, Publisher.Kind.GITLAB)


def administered(user: Any) -> "QuerySet[Publisher]":
    """Those all of whose environments this person administers; one that has none left is for who administers all."""
    rows = Publisher.objects.select_related("person").prefetch_related("environments")
    found: QuerySet[Publisher] = rights.covering(rows, user, rights.ADMINISTER)
    return found


def save(publisher: Publisher, environments: Collection[Environment], by: Any) -> None:
    """Make or change the rule, which speaks for this person from now on: who writes it answers for what it starts.

    Raises Refused, and then nothing is saved.
    """
    with in_line(), transaction.atomic():
        before = stored(publisher.pk, by) if publisher.pk else {}
        if not environments:
            raise Refused(_("Choose at least one environment."))
        rights.require_administer(environments, by)
        publisher.person = by
        publisher.created_at = publisher.created_at or clock.now()
        publisher.save()
        publisher.environments.set(environments)
        now = told(publisher)
        changes = {name: [before[name], now[name]] for name in before if before[name] != now[name]}
        audit.record("publisher.change" if before else "publisher.make", publisher, by, changes if before else now)


def stored(publisher_id: int, by: Any) -> dict[str, Any]:
    """What the rule is in the database, where nobody else changes it meanwhile. Raises Refused."""
    known = Publisher.objects.select_for_update().get(pk=publisher_id)
    rights.require_administer(known.environments.all(), by)
    if known.disabled_at:
        raise Refused(_("“%(name)s” is disabled. Make another one.") % {"name": known.name})
    return told(known)


def disable(publisher_id: int, by: Any) -> None:
    """Exchange nothing by this rule any more, and end its tokens at once. Raises Refused; repeating changes nothing."""
    with in_line(), transaction.atomic():
        known = Publisher.objects.select_for_update().get(pk=publisher_id)
        rights.require_administer(known.environments.all(), by)
        if not known.disabled_at:
            known.disabled_at = clock.now()
            known.save(update_fields=["disabled_at"])
            audit.record("publisher.disable", known, by)


def told(publisher: Publisher) -> dict[str, Any]:
    """The rule, for the audit."""
    places = list(publisher.environments.order_by("name").values_list("name", flat=True))
    known = {name: getattr(publisher, name) for name in FIELDS}
    return known | {"environments": places, "person": str(publisher.person)}
