"""Long things in few messages: what fits is shown, and how much does not is said."""

from collections.abc import Callable, Iterable

from ..words import gettext as _
from . import limits
from .blocks import Block, Message, context, section
from .escaping import link, size

ROOM = limits.IN_ALL - 1_000  # of all the blocks of one message
LONG = limits.SECTION - 100

More = Callable[[int], str]  # says how many lines there are beside what is shown


def portal(url: str) -> More:
    """Says how many lines more there are, and links to where they are shown."""
    return lambda n: link(url, _("And {n} more in the portal").format(n=n))


def sections(lines: Iterable[str]) -> list[Block]:
    """Lines in as few sections as hold them; no line may be longer than one."""
    return [section(text) for text in gathered(lines, LONG) if text.strip()]


def gathered(lines: Iterable[str], most: int) -> list[str]:
    """Lines put together to texts of at most this size."""
    texts: list[str] = []
    for each in lines:
        if texts and size(texts[-1]) + size(each) + 1 <= most:
            texts[-1] += f"\n{each}"
        else:
            texts.append(each)
    return texts


def packed(blocks: Iterable[Block], text: str, most: int, more: More) -> list[Message]:
    """The blocks in at most so many messages; the last says how many lines are left out."""
    messages: list[list[Block]] = []
    known, left = list(blocks), 0
    for number, block in enumerate(known):
        length = sum(map(size, limits.texts(block)))
        if not messages or length > left or len(messages[-1]) >= limits.BLOCKS - 1:
            if len(messages) == most:
                messages[-1].append(context(more(lines_of(known[number:]))))
                break
            messages.append([])
            left = ROOM
        messages[-1].append(block)
        left -= length
    return [Message(text.strip() or "–", each) for each in messages]


def lines_of(blocks: Iterable[Block]) -> int:
    return sum(text.count("\n") + 1 for block in blocks for text in limits.texts(block))
