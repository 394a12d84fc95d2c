"""Runs as a line each, their open questions with buttons, and lists of findings: what is asked for in passing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from ..words import gettext as _
from . import finding_words, folding, run_words, stakes
from .blocks import Block, Message, actions, button, context, header, section
from .escaping import escape_line, link
from .finding_words import FindingSeen
from .run_words import MARKS
from .seen import QuestionSeen, R, RunSeen

RUNS, QUESTIONS, STAKES = 10, 5, 3  # that one message names


def status(seen: Sequence[RunSeen], more: int, place: str, url: str, now: datetime) -> Message:
    """What is under way. `place`: an environment, empty: everywhere. `more`: runs beyond those that are given."""
    where = place or _("all environments")
    title = _("{where}: nothing runs") if not seen else _("{where}: what runs now")
    said = title.format(where=where)
    parts = [header(said), *runs(seen[:RUNS], now), *questions(seen)]
    hidden = more + len(seen[RUNS:])
    parts.append(context(folding.portal(url)(hidden) if hidden else link(url, _("Open in the portal"))))
    return folding.packed(parts, escape_line(said), 1, folding.portal(url))[0]


def runs(seen: Sequence[RunSeen], now: datetime) -> list[Block]:
    return folding.sections(line(each, now) for each in seen)


def line(seen: RunSeen, now: datetime) -> str:
    """One run: what, where, how far."""
    what = link(seen.url, _("Run {n}").format(n=seen.id))
    name = f"{escape_line(seen.title, 100)} · {escape_line(seen.environment, 60)}"
    text = escape_line(run_words.matter(seen), 200)
    return f"{MARKS[R(seen.status)]} {what} {name}: {run_words.state(seen, now)}" + (f"\n{text}" if text else "")


def questions(seen: Sequence[RunSeen]) -> list[Block]:
    """The open questions of these runs, each with its buttons."""
    asking = [(each, each.question) for each in seen if each.question]
    return [block for run, asked in asking[:QUESTIONS] for block in question(run, asked)]


def question(seen: RunSeen, asked: QuestionSeen) -> list[Block]:
    """What is asked, what is at stake, and the buttons."""
    heads = [f"❓ *{escape_line(asked.question, 500)}*", stakes.tally(asked.stakes) if asked.stakes else ""]
    lines = [stakes.line(each, 0) for each in asked.stakes[:STAKES]]
    buttons = [*run_words.answers(seen, asked).values(), button("run.open", _("Open"), url=seen.url)]
    where = f"{escape_line(seen.title, 100)} · {escape_line(seen.environment, 60)}"
    votes = context(where, run_words.votes(asked), run_words.until(asked.expires_at))
    said = [each for each in (*heads, *lines) if each]
    return [*folding.sections(said), votes, actions(buttons, f"question:{asked.approval}")]


def sure(seen: RunSeen, verb: str, now: datetime) -> Message:
    """The run before it is cancelled or tried again, with the one button that does so."""
    shown = replace(seen, question=None, buttons=("open", verb))  # type: ignore[arg-type]
    return run_words.message(shown, now)


def findings(found: Sequence[FindingSeen], total: int, title: str, url: str) -> Message:
    """The worst first. `total`: how many there are in all."""
    lines = [finding_words.line(each) for each in found]
    hidden = total - len(lines)
    lines.append(folding.portal(url)(hidden) if hidden > 0 else link(url, _("Open in the portal")))
    blocks = [header(title), *folding.sections(lines)]
    return folding.packed(blocks, escape_line(title), 1, folding.portal(url))[0]


def note(text: str) -> Message:
    """One sentence, whose parts are escaped already."""
    return Message(text, [section(text)])
