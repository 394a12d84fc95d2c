"""Icons, statuses and durations in templates."""

import re
from datetime import datetime
from typing import Any

from django import template
from django.template import defaultfilters
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from .. import rights
from ..models import Finding, Run, Step
from ..pages import durations, findings, holding, looks, money
from ..words import paragraphs as split

register = template.Library()
STRONG = re.compile(r"\*\*(.+?)\*\*")
CODE = re.compile(r"`+([^`]+)`+")


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """An icon of icons.svg; `size` may be i-s."""
    return format_html(
        '<svg class="i i-{} {}" aria-hidden="true"><use href="{}#{}"/></svg>',
        name,
        size,
        static("opsportal/icons.svg"),
        name,
    )


@register.simple_tag(takes_context=True)
def pauses(context: Any) -> list[Any]:
    """The open pauses that the reader is told of on every page, each with whether the reader may end it."""
    user = context["request"].user
    return [(each, rights.may_pause(user, each.environment)) for each in holding.open_pauses(user)]


@register.simple_tag(takes_context=True)
def glasses(context: Any) -> list[Run]:
    """The runs that change what is frozen; every page tells of them, but the run's own says it itself."""
    return [each for each in holding.broken(context["request"].user) if each != context.get("run")]


@register.simple_tag
def status(row: Run | Step, size: str = "") -> SafeString:
    """Icon, word and colour of a run's or a step's status."""
    look = looks.of_run(row) if isinstance(row, Run) else looks.of_step(row)
    return chip(look.colour, look.icon, look.word, size)


@register.simple_tag
def severity(finding: Finding, size: str = "") -> SafeString:
    """Icon, word and colour of how bad a finding is."""
    look = looks.of_severity(finding)
    return chip(look.colour, look.icon, look.word, size)


@register.simple_tag
def state(finding: Finding, size: str = "") -> SafeString:
    """Icon, word and colour of what has become of a finding."""
    look = looks.of_finding(finding)
    return chip(look.colour, look.icon, look.word, size)


@register.filter
def check_title(finding: Finding) -> str:
    return findings.title(finding)


@register.filter
def age(now: datetime, finding: Finding) -> str:
    """How long the finding has been open, or was: one unit."""
    return durations.rough(findings.age(finding, now))


@register.filter
def usd(value: Any) -> str:
    return money.exact(value)


@register.filter
def round_usd(value: Any) -> str:
    return money.rounded(value)


@register.simple_tag
def look_of(step: Step) -> looks.Look:
    return looks.of_step(step)


@register.simple_tag
def chip(colour: str, name: str, word: Any, size: str = "") -> SafeString:
    return format_html('<span class="st {} {}">{}{}</span>', colour, size, icon(name), word)


@register.filter
def words(seconds: float | None) -> str:
    return "" if seconds is None else durations.words(seconds)


@register.filter
def clock(seconds: float | None) -> str:
    return "" if seconds is None else durations.clock(seconds)


@register.filter
def paragraphs(text: str) -> list[SafeString]:
    """A docstring's paragraphs in the reader's language, each in one line, **strong** and `code` marked up."""
    parts = [conditional_escape(_(part)) for part in split(text)]
    return [mark_safe(CODE.sub(r"<code>\1</code>", STRONG.sub(r"<strong>\1</strong>", part))) for part in parts]  # noqa: S308


@register.filter(expects_localtime=True)
def day(at: datetime) -> str:
    """Such as 26 Nov."""
    return str(defaultfilters.date(at, pgettext("a day, as Django's filter “date” takes it", "j M")))


@register.filter
def ago(now: datetime, at: datetime) -> str:
    """How long before `now` that was."""
    return durations.ago((now - at).total_seconds())


@register.filter
def until(now: datetime, at: datetime) -> str:
    """How long after `now` that will be."""
    return durations.words((at - now).total_seconds())
