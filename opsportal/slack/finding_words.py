"""Findings as lines, and the answer to a cost sweep: unused volumes and addresses with their cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse

from ..models import Finding
from ..pages.money import exact
from ..words import gettext as _
from ..words import ngettext
from . import folding
from .blocks import Message, header
from .escaping import code, escape_line, link

ANSWERS = ("ebs-unattached", "eip-unassociated")  # what a cost sweep answers with
MARKS = {"critical": "🔴", "high": "🟠", "medium": "🟡", "low": "⚪"}
SHOWN = 15  # findings that one message names


@dataclass(frozen=True)
class FindingSeen:
    """`severity`: critical, high, medium or low, or empty; `usd`: a month, None: not known. `url`: of its page."""

    check: str
    resource: str
    environment: str = ""
    region: str = ""
    name: str = ""
    owner: str = ""
    detail: str = ""
    advice: str = ""
    severity: str = ""
    usd: float | None = None
    url: str = ""


def of_data(data: Mapping[str, Any]) -> FindingSeen:
    """A finding as a notice's data tells it; its severity is told there in the installation's language."""
    names = ("check", "resource", "environment", "region", "name", "owner", "detail", "advice")
    texts = {name: str(data.get(name) or "") for name in names}
    page = settings.PUBLIC_URL + reverse("finding", args=[data["finding"]]) if data.get("finding") else ""
    return FindingSeen(**texts, severity=severity(str(data.get("severity", ""))), usd=data.get("usd"), url=page)


def of_row(row: Finding) -> FindingSeen:
    """A finding, read with its environment."""
    return FindingSeen(
        check=row.check_name,
        resource=row.resource,
        environment=row.environment.name,
        region=row.region,
        name=row.name,
        owner=row.owner,
        detail=row.detail,
        advice=row.advice,
        severity=Finding.Severity(row.severity).name.lower(),
        usd=None if row.usd is None else float(row.usd),
        url=settings.PUBLIC_URL + reverse("finding", args=[row.pk]),
    )


def severity(word: str) -> str:
    labels = {str(each.label).lower(): each.name.lower() for each in Finding.Severity}
    return labels.get(word, word if word in MARKS else "")


def line(seen: FindingSeen) -> str:
    """One finding: how bad, what, where, what it costs, what to do."""
    what = code(seen.resource, 300) + (f" ({escape_line(seen.name, 100)})" if seen.name else "")
    cost = _("{usd} a month").format(usd=exact(seen.usd)) if seen.usd else ""
    where = ", ".join(escape_line(each, 60) for each in (seen.environment, seen.region) if each)
    page = link(seen.url, _("open")) if seen.url else ""
    owner = _("of {owner}").format(owner=escape_line(seen.owner, 100)) if seen.owner else ""
    parts = [what, escape_line(seen.check, 60), cost, where, owner, page]
    head = f"{MARKS.get(seen.severity, '•')} " + " · ".join(filter(None, parts))
    return "\n".join(filter(None, [head, escape_line(f"{seen.detail} {seen.advice}", 500)]))


def answer(environment: str, found: Sequence[FindingSeen], url: str, refused: Sequence[str] = ()) -> Message:
    """What a cost sweep found unused there. `refused`: what could not be checked, which is never “nothing found”."""
    unused = sorted((each for each in found if each.check in ANSWERS), key=lambda each: -(each.usd or 0))
    place = escape_line(environment, 60)
    said = summed(unused) if unused or refused else _("no unused volumes and addresses")
    title = _("{environment}: {what}").format(environment=place, what=said or _("not all was checked"))
    lines = [line(each) for each in unused[:SHOWN]]
    lines += [_("Not checked: {what}").format(what=escape_line(each, 300)) for each in refused[:SHOWN]]
    hidden = len(unused) + len(refused) - len(lines)
    lines += [folding.portal(url)(hidden)] if hidden else [link(url, _("Open in the portal"))]
    heads = header(
        _("{environment}: {what}").format(environment=environment[:60], what=said or _("not all was checked"))
    )
    return folding.packed([heads, *folding.sections(lines)], title, 1, folding.portal(url))[0]


def summed(unused: Sequence[FindingSeen]) -> str:
    """Such as “2 unused volumes, 1 unused address, $47.30 a month”; empty for none."""
    volumes = sum(each.check == ANSWERS[0] for each in unused)
    addresses = len(unused) - volumes
    usd = sum(each.usd or 0 for each in unused)
    texts = [
        ngettext("{n} unused volume", "{n} unused volumes", volumes).format(n=volumes) if volumes else "",
        ngettext("{n} unused address", "{n} unused addresses", addresses).format(n=addresses) if addresses else "",
        _("{usd} a month").format(usd=exact(usd)) if usd else "",
    ]
    return ", ".join(filter(None, texts))
