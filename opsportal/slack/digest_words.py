"""A policy's digest: one message for each firing, made of the same data as its mails and webhooks."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse

from ..models import Run
from ..pages.money import exact
from ..words import gettext as _
from ..words import ngettext
from . import finding_words, folding
from .blocks import Message, context, header
from .escaping import code, escape_line, link

PREFIX = "[opsportal] "
RUNS, REFUSED, SHOWN = 20, 3, 15  # runs, refusals of each and findings that are named

Data = Mapping[str, Any]


def message(subject: str, data: Data, url: str) -> Message:
    """The digest of `Notice.subject` and `Notice.data`; `url` is where all of it is."""
    title = subject.removeprefix(PREFIX)
    shown = named(data)
    listed = len(data.get("findings", ())) + len(data.get("changes", ()))
    news = sum(each.get("new", 0) + each.get("reopened", 0) for each in data.get("runs", ()))
    more = context(link(url, hidden_text(max(news, listed) - len(shown))))
    parts = [header(title), *folding.sections([*runs(data, url), "", *shown]), more]
    return folding.packed(parts, escape_line(title, 300), 1, folding.portal(url))[0]


def hidden_text(hidden: int) -> str:
    if hidden < 1:
        return _("Open in the portal")
    return ngettext("{n} more is in the portal", "{n} more are in the portal", hidden).format(n=hidden)


def named(data: Data) -> list[str]:
    """The first findings or changes that the notice names, a few lines each."""
    found = [finding_words.line(finding_words.of_data(each)) for each in data.get("findings", ())[:SHOWN]]
    return found + [change(each) for each in data.get("changes", ())[: SHOWN - len(found)]]


def change(data: Data) -> str:
    """What a clean-up did with one resource."""
    kind = str(data.get("change", ""))
    word = {"marked": _("Marked for clean-up"), "cleaned": _("Cleaned up")}.get(kind, escape_line(kind, 40))
    return f"• {word}: {finding_words.line(finding_words.of_data(data)).removeprefix('• ')}"


def runs(data: Data, url: str) -> list[str]:
    """A line for each run, and what it could not check."""
    known = data.get("runs", ())
    lines = [text for each in known[:RUNS] for text in (run(each), *refused(each))]
    return [*lines, folding.portal(url)(len(known) - RUNS)] if len(known) > RUNS else lines


def run(data: Data) -> str:
    status, reason = str(data.get("status", "")), escape_line(str(data.get("reason", "")), 300)
    word = str(Run.Status(status).label).lower() if status in Run.Status.values else escape_line(status, 40)
    page = settings.PUBLIC_URL + reverse("admin:opsportal_run_page", args=[data["run"]])
    text = [code(str(data.get("environment", "")), 60), f"{word}.", reason, found(data)]
    return " ".join(filter(None, [*text, link(page, _("Run {n}").format(n=data["run"]))]))


def found(data: Data) -> str:
    """Such as “5 found, 1 new, $80.00 a month.”"""
    texts = {
        "found": _("{n} found"),
        "new": _("{n} new"),
        "reopened": _("{n} again"),
        "closed": _("{n} closed"),
    }
    parts = [text.format(n=data[name]) for name, text in texts.items() if data.get(name)]
    parts += [_("{usd} a month").format(usd=exact(data["usd"]))] if parts and data.get("usd") else []
    return ", ".join(parts) + "." if parts else ""


def refused(data: Data) -> list[str]:
    known = data.get("refused", ())
    lines = [_("Not checked: {what}").format(what=escape_line(str(each), 300)) for each in known[:REFUSED]]
    more = len(known) - REFUSED
    return [*lines, _("Not checked: {n} more").format(n=more)] if more > 0 else lines
