"""The thread below a run's message: who is called, the first cause, what a question is about, outputs, the log."""

from collections.abc import Iterable, Sequence

from ..models import Run, Step
from ..words import gettext as _
from ..words import ngettext
from . import folding, stakes
from .blocks import Block, Message, context, section
from .escaping import code, code_line, escape, escape_line, link, preformatted, size
from .escaping import mention as called
from .run_words import matter, word
from .seen import FAILED, QuestionSeen, RunSeen, calls

S = Step.Status
MESSAGES = 4  # of one run's details, at most
LOG = 8_000  # of the log's end
DETAILS = 8  # of one change
LONG_FACT = 1_000


def call(seen: RunSeen, mention: str) -> Message | None:
    """What calls somebody: an edit of the run's message tells nobody, a new line in its thread does. None: no need."""
    who = called(mention)
    if not who or not calls(seen):
        return None
    text = escape_line(seen.question.question if seen.question else matter(seen), 600)
    said = f"{escape_line(seen.title, 100)} · {escape_line(seen.environment, 60)}: {word(seen).lower()}"
    return Message(f"{said}. {text}".strip(), [section(f"{who} {said}. {text}".strip())])


def glass(run: Run) -> Message:
    """That the run changes what is frozen, who wanted it and why."""
    told = _("{who} broke the glass: this run changes {environment} during a freeze. {reason}")
    who, reason = escape_line(str(run.glass_by), 100), escape(run.glass_reason, 600)
    text = told.format(who=who, environment=escape_line(run.environment.name, 60), reason=reason)
    return Message(text, [section(text)])


def messages(seen: RunSeen, log: Sequence[str] = (), before: int = 0) -> list[Message]:
    """The details that are known of the run. `before`: how many lines come before those of `log`."""
    parts = [*cause(seen), *steps(seen), *question(seen.question), *outputs(seen), *tail(log, before, seen.url)]
    title = _("{title} · {environment}: details")
    text = title.format(title=escape_line(seen.title, 100), environment=escape_line(seen.environment, 60))
    return folding.packed(parts, text, MESSAGES, more(seen.url))


def more(url: str) -> "folding.More":
    return lambda n: link(
        url, ngettext("{n} more line is in the portal", "{n} more lines are in the portal", n).format(n=n)
    )


def titled(title: str, lines: Iterable[str]) -> list[Block]:
    """Lines under a title; nothing where there are none."""
    known = [each for each in lines if each.strip()]
    return folding.sections([f"*{title}*", *known]) if known else []


def cause(seen: RunSeen) -> list[Block]:
    if seen.status not in FAILED:
        return []
    reason = escape(seen.reason, 1_400) if seen.reason != seen.cause else ""
    return titled(_("First cause"), [escape(seen.cause, 1_400), reason])


def steps(seen: RunSeen) -> list[Block]:
    """Those that failed, and what they say."""
    failed = [step for step in seen.steps if step.status in (S.FAILED, S.ABANDONED)]
    lines = [
        f"{code(step.key, 120)} {str(S(step.status).label).lower()}. {escape_line(step.note, 400)}" for step in failed
    ]
    return titled(_("Steps that failed"), lines)


def question(asked: QuestionSeen | None) -> list[Block]:
    """All that is at stake, the riskiest first, and what else was shown."""
    if asked is None:
        return []
    lines = [stakes.line(each, DETAILS) for each in asked.stakes]
    facts = [stakes.fact(name, content, LONG_FACT) for name, content in asked.facts]
    heads = [stakes.tally(asked.stakes)] if asked.stakes else []
    return titled(escape_line(asked.question, 600), [*heads, *lines, *facts])


def outputs(seen: RunSeen) -> list[Block]:
    return titled(_("Outputs"), [f"{code(name, 200)} = {code(content, 1_000)}" for name, content in seen.outputs])


def tail(log: Sequence[str], before: int, url: str) -> list[Block]:
    """The end of the log, and how many lines came before."""
    lines = last(log)
    if not lines:
        return []
    hidden = before + len(log) - len(lines)
    text = ngettext("{n} earlier line is in the portal", "{n} earlier lines are in the portal", hidden)
    heads = [context(link(url, text.format(n=hidden)))] if hidden else []
    texts = folding.gathered(lines, folding.LONG - len(preformatted([])))
    title = _("Last lines")
    return [section(f"*{title}*"), *heads, *(section(preformatted([each])) for each in texts)]


def last(log: Sequence[str]) -> list[str]:
    """As many of the last lines as fit, in order."""
    kept: list[str] = []
    left = LOG
    for each in reversed(log):
        shown = code_line(each)
        left -= size(shown) + 1
        if left < 0:
            break
        kept.append(shown)
    return kept[::-1]
