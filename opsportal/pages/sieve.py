"""What a list of findings is narrowed and sorted by: read from an address, and put to the database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.db.models import F, QuerySet, TextField, Value
from django.db.models.functions import Concat, Lower
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import rights
from ..errors import Invalid
from ..models import Finding

LONGEST = 200  # characters of a text to search for
PAGES = 200  # of a list; beyond them it is to be narrowed
SORTS: dict[str, Promise] = {
    "worst": gettext_lazy("Worst first"),
    "usd": gettext_lazy("Most $ first"),
    "oldest": gettext_lazy("Oldest first"),
    "newest": gettext_lazy("Newest first"),
}
FLOORS = (1, 10, 100, 1000)  # USD a month
AGES = (1, 7, 30, 90)  # days
# What is searched, made small once a row: three comparisons that fold themselves cost three times as much.
WORDS_AT_MOST = 8  # of a search; each costs a comparison a row
WORDS = Lower(Concat("resource", Value(" "), "name", Value(" "), "detail", output_field=TextField()))


@dataclass(frozen=True)
class Sieve:
    """What is asked for; zero and empty: any. `severity`: at least, `usd`: a month at least, `days`: open so long."""

    state: str = Finding.State.OPEN
    severity: int = 0
    environment: int = 0
    check: str = ""
    owner: str = ""
    usd: int = 0
    days: int = 0
    q: str = ""
    sort: str = "worst"
    page: int = 1

    @property
    def narrowed(self) -> bool:
        """Whether one of the filters besides search, environment and state is on."""
        return bool(self.severity or self.check or self.owner or self.usd or self.days)

    def query(self, **other: Any) -> str:
        """The address's query for the same list, but for these."""
        known = {name: getattr(self, name) for name in DEFAULTS} | {"page": 1} | other
        return urlencode({name: value for name, value in known.items() if value != DEFAULTS[name]})


DEFAULTS = {name: getattr(Sieve(), name) for name in Sieve.__dataclass_fields__}


def read(asked: Mapping[str, str]) -> Sieve:
    """What this address asks for. Raises Invalid with a sentence."""
    found = Sieve(
        state=one_of(asked, "state", list(Finding.State)),
        severity=number(asked, "severity", max(Finding.Severity)),
        environment=number(asked, "environment", 2**63 - 1),
        check=text(asked, "check"),
        owner=text(asked, "owner"),
        usd=number(asked, "usd", 10**9),
        days=number(asked, "days", 36_500),
        q=text(asked, "q"),
        sort=one_of(asked, "sort", list(SORTS)),
        page=number(asked, "page", 10**6) or 1,
    )
    if found.page > PAGES:
        words = {"n": PAGES}
        raise Invalid(_("The list ends at page %(n)s. Narrow it by a filter or another order.") % words, "page")
    return found


def one_of(asked: Mapping[str, str], name: str, known: list[str]) -> str:
    value = asked.get(name) or str(DEFAULTS[name])
    if value not in known:
        words = {"value": value[:40], "name": name, "known": ", ".join(map(str, known))}
        raise Invalid(_("“%(value)s” is no %(name)s. There are %(known)s.") % words, name)
    return value


def number(asked: Mapping[str, str], name: str, most: int) -> int:
    value = asked.get(name) or "0"
    found = int(value) if value.isascii() and value.isdecimal() and len(value) < 20 else -1
    if not 0 <= found <= most:
        words = {"value": value[:40], "name": name}
        raise Invalid(_("“%(value)s” does not fit %(name)s: write a whole number.") % words, name)
    return found


def text(asked: Mapping[str, str], name: str) -> str:
    value = " ".join(asked.get(name, "").replace("\0", "").split())
    if len(value) > LONGEST:
        words = {"n": LONGEST, "name": name}
        raise Invalid(_("At most %(n)s characters fit into %(name)s.") % words, name)
    return value


def picked(texts: Iterable[str]) -> list[int]:
    """The numbers of the rows chosen, each once."""
    return sorted({int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) < 19})


def visible(user: Any) -> "QuerySet[Finding]":
    found: QuerySet[Finding] = rights.visible(Finding.objects.all(), user)
    return found


def sifted(rows: "QuerySet[Finding]", sieve: Sieve, now: datetime) -> "QuerySet[Finding]":
    """Those of these rows that are asked for, in any state."""
    exact = {"environment": sieve.environment, "check_name": sieve.check, "owner": sieve.owner}
    least = {"severity__gte": sieve.severity, "usd__gte": sieve.usd}
    rows = rows.filter(**{name: value for name, value in (exact | least).items() if value})
    if sieve.days:
        rows = rows.filter(opened_at__lte=now - timedelta(days=sieve.days))
    return searched(rows, list(dict.fromkeys(sieve.q.lower().split()))[:WORDS_AT_MOST])


def searched(rows: "QuerySet[Finding]", words: Sequence[str]) -> "QuerySet[Finding]":
    """Those in which each of these words stands somewhere."""
    found: Any = rows.alias(words=WORDS) if words else rows
    for word in words:
        found = found.filter(words__contains=word)
    return found  # type: ignore[no-any-return]


def in_order(rows: "QuerySet[Finding]", sort: str) -> "QuerySet[Finding]":
    """PostgreSQL alone takes an unknown figure for the highest; the others' indexes are in this order as they are."""
    dearest: Any = F("usd").desc(nulls_last=True) if connection.vendor == "postgresql" else "-usd"
    orders = {
        "worst": ("-severity", dearest, "id"),
        "usd": (dearest, "id"),
        "oldest": ("opened_at", "id"),
        "newest": ("-opened_at", "-id"),
    }
    return rows.order_by(*orders[sort])
