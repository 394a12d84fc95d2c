"""Who somebody is in the portal, what they may do where, and who answers and is on duty."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..pages.people import MAY, TITLES
from ..pages.verdict import listed
from ..words import gettext as _
from . import folding
from .blocks import Message, header, section
from .escaping import code, escape_line, link
from .escaping import mention as called
from .status_words import note

MOST = 20  # environments, and people who may answer


@dataclass(frozen=True)
class There:
    """Of one environment: who may answer its questions, and Slack's id of who is on duty."""

    name: str
    answerers: Sequence[str]
    on_duty: str = ""


def message(who: str, email: str, roles: Sequence[tuple[str, str]], there: There | None, url: str) -> Message:
    """`roles`: environment and role. `there`: where one environment was asked about."""
    title = _("In the portal you are {who}").format(who=who)
    lines = [_("Your address there: {email}").format(email=escape_line(email, 200) or "–")]
    lines += [role(place, name) for place, name in roles] or [_("You have no role on any environment.")]
    lines += about(there) if there else []
    lines.append(link(url, _("Open your page “Slack”")))
    return folding.packed([header(title), *folding.sections(lines)], escape_line(title), 1, folding.portal(url))[0]


def role(place: str, name: str) -> str:
    title, may = (TITLES[name], MAY[name]) if name else (_("Some rights"), "")
    return f"{code(place)} {title}" + (f": {may}" if may else "")


def about(there: There) -> list[str]:
    names = listed([escape_line(each, 100) for each in there.answerers], MOST)
    answer = _("May answer in {place}: {names}").format(place=code(there.name), names=names or "–")
    duty = called(there.on_duty)
    return [answer, _("On duty: {who}").format(who=duty)] if duty else [answer]


def stranger(url: str) -> Message:
    """To somebody whom the portal does not know yet. `url`: of the page where they say who they are."""
    text = _("I don’t know who you are in the portal. {link} within 15 minutes, then ask again.")
    return note(text.format(link=link(url, _("Tell me there"))))


def not_done(text: str) -> Message:
    """A refusal, or what is wrong, in a sentence that is not escaped yet."""
    said = escape_line(text, 2_000) or "–"
    return Message(said, [section(said)])
