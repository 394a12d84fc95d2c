"""What a clean-up would do, where a person decides about findings; and the form that begins one."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from .. import catalog, checks, handling, previews, rights
from ..cleaning import CLEANUP
from ..errors import Refused
from ..models import Environment, Finding
from ..previews import Preview

USUAL = ("grace_days", "max_changes", "max_percent")  # what the form begins with


@dataclass(frozen=True)
class Section:
    """A kind of clean-up among the rows of a list, with the titles of the checks whose findings it ends."""

    kind: str
    preview: Preview
    titles: str


def card(finding: Finding, user: Any) -> dict[str, Any]:
    """What the page of a finding tells of its clean-up; nothing where it is closed, or takes a person."""
    preview = previews.of(finding.check_name)
    if preview is None or finding.state == Finding.State.CLOSED:
        return {}
    return {
        "preview": preview,
        "usual": usual(),
        "after": (finding.mark or {}).get("after", ""),
        "against": previews.against(finding),
        "form": address([finding.pk]) if rights.may_start(user, finding.environment) else "",
    }


def sections(rows: Iterable[Finding]) -> list[Section]:
    """What cleans up the findings of these rows; each of those gets the name of its kind as `cleanup`."""
    known: dict[str, tuple[Preview, set[str]]] = {}
    for row in rows:
        check, preview = checks.check(row.check_name), previews.of(row.check_name)
        if check and preview:
            vars(row).update(cleanup=check.cleanup)
            known.setdefault(check.cleanup, (preview, set()))[1].add(_(check.title))
    return [Section(kind, preview, ", ".join(sorted(titles))) for kind, (preview, titles) in sorted(known.items())]


def usual() -> Mapping[str, Any]:
    """The grace and the caps that the form begins with."""
    book = catalog.runbook(CLEANUP)
    return {name: book.params.model_fields[name].default for name in USUAL} if book else {}


def address(ids: Collection[int]) -> str:
    """The start form for a clean-up of these findings."""
    query = {"runbook": CLEANUP, "findings": ",".join(map(str, ids))}
    return f"{reverse('admin:opsportal_run_add')}?{urlencode(query, safe=',')}"


def wanted(ids: Collection[int], user: Any) -> tuple[Environment, dict[str, Any]]:
    """Where a clean-up of these findings runs, and its parameters but for how far it goes. Raises Invalid, Refused."""
    handling.require_some(ids)
    rows = rights.visible(Finding.objects.select_related("environment").filter(pk__in=ids), user)
    found = list(rows.order_by("pk"))
    if len(found) < len(ids):
        raise Refused(_("You don’t have the right to see one of these findings, or it is gone."))
    require_fit(found)
    rights.require_start(user, found[0].environment)
    names = sorted({each.check_name for each in found})
    return found[0].environment, {"checks": names, "findings": [each.pk for each in found]}


def require_fit(found: Sequence[Finding]) -> None:
    """Raises Refused: one of them is not for a clean-up, or they are not of one environment."""
    if closed := [each for each in found if each.state == Finding.State.CLOSED]:
        raise Refused(_("Not true any more: %(names)s.") % {"names": handling.named(closed)})
    if unfit := [each for each in found if previews.of(each.check_name) is None]:
        text = _("No clean-up is known for %(names)s: it takes a person. Choose without it.")
        raise Refused(text % {"names": handling.named(unfit)})
    if len(places := sorted({each.environment.name for each in found})) > 1:
        text = _("A clean-up is of one environment, and these are of %(names)s. Choose those of one.")
        raise Refused(text % {"names": ", ".join(places)})
