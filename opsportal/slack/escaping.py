"""Foreign text made harmless for mrkdwn: it names nobody, links nowhere, formats nothing, and says where it was cut.

Slack docs: Formatting text for app surfaces; Text object (`verbatim`). Only & < > have escapes there. What opens or
closes formatting has none and becomes a character that looks like it; inside a word it formats nothing and stays, so
that names can be copied. What has to be copied as it is stands in `code`, where only the backtick is replaced.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import islice

from .. import redaction

CUT = "…"
ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
ALIKE = {"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ"}
JOINER = "\u2060"  # takes no room and breaks no line
FORMATS = re.compile(r"`|(?<![0-9A-Za-z])[*_~]|[*_~](?![0-9A-Za-z])")
CALLS = re.compile(r"@(?=here|channel|everyone|group)", re.IGNORECASE)
EMOJI = re.compile(r"(?<![0-9A-Za-z:]):+(?=[\w+'-]+:)")  # not within an ARN
QUOTES = re.compile(r"^(?=[ \t]*>)", re.MULTILINE)
COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")  # of a terminal
USER, GROUP = re.compile(r"[UW][A-Z0-9]{2,20}"), re.compile(r"S[A-Z0-9]{2,20}")
HARMLESS = "\n\t\u200c\u200d"  # controls that stay: Persian words and joined emoji need theirs


def size(text: str) -> int:
    """Its length as Slack may count it: an emoji is two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def clean(text: str, most: int) -> str:
    """Without secrets, and without controls: they hide characters or turn the direction of what stands around.

    No more of it is looked at than `most` characters could come from.
    """
    looked = text[: 2 * most + 1_000]
    shown = COLOURS.sub("", redaction.kept(looked)).replace("\r\n", "\n").replace("\r", "\n")
    seen = shown if shown.isprintable() else shown.translate(dict.fromkeys(map(ord, filter(is_unseen, set(shown)))))
    return redaction.text(seen) + (CUT if len(looked) < len(text) else "")


def is_unseen(character: str) -> bool:
    return character not in HARMLESS and unicodedata.category(character) in ("Cc", "Cf")


def line(text: str, most: int) -> str:
    """All of it in one line."""
    return " ".join(clean(text, most).split())


def plain(text: str, most: int) -> str:
    """One line for a plain_text object: nothing has a meaning there, but an empty one is refused."""
    return fitting(line(text, most), most) or "–"


def escape(text: str, most: int = 3000) -> str:
    """Harmless in mrkdwn, of at most this size with its escapes."""
    return fitting(escaped(disarmed(clean(text, most))), most)


def escape_line(text: str, most: int = 300) -> str:
    """The same in one line."""
    return fitting(escaped(disarmed(line(text, most))), most)


def code(text: str, most: int = 300) -> str:
    """Set as code: one line, copied as it is. Nothing of nothing, for there is no empty code."""
    inner = fitting(escaped(line(text, most).replace("`", ALIKE["`"])), most - 2)
    return f"`{inner}`" if inner else ""


def preformatted(lines: Iterable[str]) -> str:
    """Lines as a block of code; each is as `code_line` gives it."""
    return "```\n" + "\n".join(lines) + "\n```"


def code_line(text: str, most: int = 500) -> str:
    """One line of a block of code, its indentation kept."""
    one = " ".join(clean(text, most).replace("`", ALIKE["`"]).replace("\t", "    ").split("\n"))
    return fitting(escaped(one.rstrip()), most)


def disarmed(text: str) -> str:
    """What formats, calls everybody, quotes or shows an emoji does so no more."""
    text = FORMATS.sub(lambda found: ALIKE[found[0]], text)
    return EMOJI.sub(rf"\g<0>{JOINER}", CALLS.sub(f"@{JOINER}", QUOTES.sub(JOINER, text)))


def escaped(text: str) -> Iterator[str]:
    """Character by character, so that no escape is ever cut."""
    return (ESCAPES.get(each, each) for each in text)


def fitting(parts: Iterable[str], most: int) -> str:
    """As many of these as fit, with an ellipsis where there are more."""
    known = list(islice(parts, max(0, most) + 1))  # no part is empty
    if size(whole := "".join(known)) <= most:
        return whole
    kept: list[str] = []
    left, shorter = most, 0  # shorter: how many fit beside an ellipsis
    for part in known:
        left -= size(part)
        if left < 0:
            break
        kept.append(part)
        shorter = len(kept) if left >= len(CUT) else shorter
    return "".join([*kept[:shorter], CUT]) if most > 0 else ""


def link(url: str, label: str) -> str:
    """A link of our own with this label; the label alone where the address is none, or too long."""
    said = escape_line(label, 150).replace("|", "¦")
    safe = url.startswith(("https://", "http://")) and not re.search(r"[\s<>|\x00-\x1f]", url) and len(url) <= 2000
    return f"<{url.replace('&', '&amp;')}|{said}>" if safe else said


def mention(who: str) -> str:
    """Slack's id of a user or a user group as what calls them; empty for anything else."""
    if USER.fullmatch(who):
        return f"<@{who}>"
    return f"<!subteam^{who}>" if GROUP.fullmatch(who) else ""
