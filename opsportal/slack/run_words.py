"""The one message of a run, which is edited as the run goes on."""

from datetime import UTC, datetime

from ..models import Run
from ..pages import durations
from ..pages.verdict import listed
from ..words import gettext as _
from ..words import ngettext, pgettext
from . import bindings, folding, stakes
from .blocks import Block, Message, actions, button, confirm, context, header, section
from .escaping import escape, escape_line, link, plain
from .escaping import mention as called
from .seen import FAILED, QuestionSeen, R, RunSeen, S, calls

MARKS = {
    R.PLANNING: "⏳",
    R.RUNNING: "⏳",
    R.ASKING: "❓",
    R.CANCELLING: "🛑",
    R.UNDOING: "↩️",
    R.SUCCEEDED: "✅",
    R.FAILED: "❌",
    R.CANCELLED: "🚫",
    R.UNDONE: "↩️",
    R.UNDO_FAILED: "❌",
}
CELLS = 20  # of the bar, at most
NAMED = 3  # steps that failed
STAKES, FACTS = 8, 5  # that a question names here; the thread names all
BACK = (R.UNDOING, R.UNDONE, R.UNDO_FAILED)


def message(seen: RunSeen, now: datetime, mention: str = "") -> Message:
    """The run at this moment. `mention`: Slack's id of who is called where it failed or asks, and only there."""
    who = called(mention) if calls(seen) else ""
    parts = [
        header(heading(seen)),
        section(" ".join(filter(None, [who, state(seen, now)]))),
        *asked(seen),
        *told(seen),
        context(
            link(seen.url, _("Run {n}").format(n=seen.id)), _("started by {by}").format(by=escape_line(seen.by, 100))
        ),
        *([actions(buttons(seen), f"run:{seen.id}")] if seen.buttons else []),
    ]
    return Message(summary(seen), parts)


def heading(seen: RunSeen) -> str:
    lock = " 🔒" if seen.protected else ""
    return f"{MARKS[R(seen.status)]} {plain(seen.title, 88)} · {plain(seen.environment, 50)}{lock}"


def summary(seen: RunSeen) -> str:
    """All of it in one sentence, for notifications."""
    matters = seen.question.question if seen.question else matter(seen)
    words = f"{escape_line(seen.title, 100)} · {escape_line(seen.environment, 60)}: {word(seen).lower()}"
    return f"{words}. {escape_line(matters, 300)}" if matters else words


def word(seen: RunSeen) -> str:
    return str(R(seen.status).label)


def state(seen: RunSeen, now: datetime) -> str:
    """Its status, how far it is and how long it took, against what is usual."""
    return " · ".join(filter(None, [f"*{word(seen)}*", progress(seen), broken(seen), pace(seen, now)]))


def progress(seen: RunSeen) -> str:
    """Such as ▰▰▰▱▱ 3/5; empty while no steps are known."""
    done = sum(step.status == (S.UNDONE if seen.status in BACK else S.SUCCEEDED) for step in seen.steps)
    whole = len(seen.steps)
    cells = min(whole, CELLS)
    full = done * cells // whole if whole else 0
    return f"{'▰' * full}{'▱' * (cells - full)} {done}/{whole}" if whole else ""


def broken(seen: RunSeen) -> str:
    """How many steps failed, and which."""
    keys = [step.key for step in seen.steps if step.status in (S.FAILED, S.ABANDONED)]
    names = listed([escape_line(key, 60) for key in keys[:NAMED]] + keys[NAMED:], NAMED)
    return (
        ngettext("{n} failed: {steps}", "{n} failed: {steps}", len(keys)).format(n=len(keys), steps=names)
        if keys
        else ""
    )


def pace(seen: RunSeen, now: datetime) -> str:
    time = durations.words(((seen.ended_at or now) - seen.started_at).total_seconds())
    if not seen.usual:
        return time
    return _("{time}, usually {usual}").format(time=time, usual=durations.words(seen.usual))


def matter(seen: RunSeen) -> str:
    """The sentence that matters now: of a failure its first cause."""
    if seen.status in FAILED:
        return seen.cause or seen.reason
    return seen.line if seen.status in Run.OPEN else seen.reason or seen.line


def told(seen: RunSeen) -> list[Block]:
    text = escape(matter(seen), 1_500)
    if not text.strip() or seen.question:
        return []
    return [section(_("First cause: {cause}").format(cause=text) if seen.status in FAILED else text)]


def asked(seen: RunSeen) -> list[Block]:
    """The question, what is at stake, and until when it is open for whom."""
    if seen.question is None:
        return []
    more = [context(others(seen))] if seen.others else []
    return [section(f"*{escape_line(seen.question.question, 600)}*"), *at_stake(seen.question, seen.url), *more]


def at_stake(question: QuestionSeen, url: str) -> list[Block]:
    heads = [stakes.tally(question.stakes)] if question.stakes else []
    lines = [stakes.line(each) for each in question.stakes[:STAKES]]
    lines += [stakes.fact(name, content) for name, content in question.facts[:FACTS]]
    hidden = len(question.stakes) + len(question.facts) - len(lines)
    found = folding.sections([*heads, *lines, *([folding.portal(url)(hidden)] if hidden else [])])
    return [*found, context(votes(question), until(question.expires_at))]


def votes(question: QuestionSeen) -> str:
    """Empty where one answer is enough."""
    if question.needed < 2:
        return ""
    return _("{votes} of {needed} approvals").format(votes=question.votes, needed=question.needed)


def until(at: datetime) -> str:
    """The end of a question."""
    return _("open until {time}").format(time=moment(at))


def moment(at: datetime) -> str:
    """By the clock of the one who reads it. Slack docs: Formatting text, date formatting."""
    utc = at.astimezone(UTC)
    return f"<!date^{int(utc.timestamp())}^{{date_short_pretty}} {{time}}|{utc:%Y-%m-%d %H:%M} UTC>"


def others(seen: RunSeen) -> str:
    text = ngettext("{n} more question is open", "{n} more questions are open", seen.others)
    return link(seen.url, text.format(n=seen.others))


def buttons(seen: RunSeen) -> list[Block]:
    """Those that apply; each is bound to what it acts on."""
    run = bindings.written(bindings.of_run(seen))
    sure = _("Cancel this run? Steps at work in AWS come to rest first; what is done stays.")
    known = {
        **(answers(seen, seen.question) if seen.question else {}),
        "retry": button("run.retry", _("Retry from failed"), run, style="primary"),
        "open": button("run.open", pgettext("a button", "Open"), url=seen.url),
        "cancel": button("run.cancel", _("Cancel run"), run, confirm=confirm(_("Cancel run"), sure, _("Cancel run"))),
    }
    return [block for name, block in known.items() if name in seen.buttons]


def answers(seen: RunSeen, question: QuestionSeen) -> dict[str, Block]:
    """An answer is given in a modal; it is to this question and no later one."""
    bound, no = bindings.written(bindings.of_question(seen, question)), _("Reject this? You are asked why.")
    sure = confirm(_("Reject"), no, _("Reject"))
    return {
        "approve": button("question.approve", _("Approve"), bound, style="primary"),
        "reject": button("question.reject", _("Reject"), bound, style="danger", confirm=sure),
    }
