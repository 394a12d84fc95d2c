"""Finds secrets of Secrets Manager that nobody has read for months.

AWS notes the day of the last read. Secrets that another AWS service made and manages can't be deleted and are left
alone; those that are to be deleted anyway are not listed, and cost nothing.

AWS docs: AWS Secrets Manager User Guide, Delete a secret; Secrets Manager API Reference, SecretListEntry.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Read, Reader
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps import money, tags
from tasks.sweeps.money import Cost
from tasks.sweeps.resources import Resource, found

SECRETS = Read("secretsmanager", "list_secrets")


class Limits(BaseModel):
    days: int = Field(
        90,
        ge=2,
        le=3650,
        title=gettext_noop("Days"),
        description=gettext_noop("Secrets made or read within this many days are left alone."),
    )


@dataclass(frozen=True)
class Facts:
    """`accessed`: the day of the last read, None: never. `owner`: the AWS service that manages it, empty: none."""

    resource: Resource
    cost: Cost
    made: datetime
    accessed: datetime | None
    owner: str = ""
    going: bool = False


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    cost = money.monthly(reader.price("secretsmanager", "secret"), 1)
    for page in reader.pages(SECRETS):
        yield from (facts(told, reader.now, cost) for told in page["SecretList"])


def facts(told: Mapping[str, Any], now: datetime, cost: Cost) -> Facts:
    return Facts(
        resource=Resource(told["Name"], now, tags=tags.plain(told.get("Tags"))),
        cost=cost,
        made=told["CreatedDate"],
        accessed=told.get("LastAccessedDate"),
        owner=told.get("OwningService", ""),
        going=bool(told.get("DeletedDate")),
    )


def judge(facts: Facts, limits: Limits) -> Found | None:
    days = facts.resource.days(max(facts.made, facts.accessed or facts.made))
    if facts.owner or facts.going or days < limits.days:
        return None
    told = (
        _("It was last read {days} days ago.")
        if facts.accessed
        else _("Nobody has ever read it; it was made {days} days ago.")
    )
    return found(
        facts.resource,
        detail=told.format(days=days),
        advice=_("Delete it with a recovery window of 30 days, within which it can be brought back."),
        cost=facts.cost,
        made=facts.made.isoformat(),
        accessed=facts.accessed and facts.accessed.isoformat(),
    )


CHECK = Check(
    name="secrets-unused",
    title=gettext_noop("Unused secret"),
    summary=gettext_noop("A secret costs money though no program reads it."),
    group="cost",
    severity="low",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(SECRETS,),
    permissions=("secretsmanager:ListSecrets",),
    guide=__doc__ or "",
)
