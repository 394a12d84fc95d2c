"""What is told of runs that have just been started, or that a form asks more about."""

from collections.abc import Sequence
from dataclasses import dataclass

from .. import catalog
from ..catalog import Runbook
from ..models import Run
from ..words import gettext as _
from . import folding, reading
from .blocks import Block, Message, actions, button, context, section
from .escaping import escape_line, link

MORE = "run.form"


@dataclass(frozen=True)
class Known:
    """What is known already in an environment: how old it is, and the answer; None: nothing."""

    environment: str
    age: str
    answer: Message | None


def started(runs: Sequence[Run], known: Sequence[Known] = ()) -> Message:
    """That these have started, with what is known already."""
    lines = [line(run) for run in runs]
    blocks = [*folding.sections(lines), *(block for each in known for block in answer(each))]
    return folding.packed(blocks, lines[0], 1, folding.portal(reading.page(runs[0])))[0]


def line(run: Run) -> str:
    words = {
        "title": escape_line(catalog.title(run.runbook), 100),
        "environment": escape_line(run.environment.name, 60),
    }
    page = link(reading.page(run), _("Run {n}").format(n=run.pk))
    return " ".join(["▶️", _("{title} in {environment} has started.").format(**words), page])


def answer(known: Known) -> list[Block]:
    where = escape_line(known.environment, 60)
    return [context(f"{where}: {known.age}"), *(known.answer.blocks if known.answer else [])]


def offer(book: Runbook, environment: str, value: str, url: str) -> Message:
    """A message that asks to look at the form first; where the button can't carry what was said, the portal has one."""
    where = f" · {escape_line(environment, 60)}" if environment else ""
    text = _("{title}{where}: look at it before it starts.")
    said = text.format(title=escape_line(_(book.title), 100), where=where)
    page = button("run.open", _("Form in the portal"), url=url)
    form = [button(MORE, _("Open the form"), value, style="primary")] if value else []
    return Message(said, [section(said), actions([*form, page], "form")])
