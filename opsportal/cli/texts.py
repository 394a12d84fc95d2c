"""How things are written for a person who reads a terminal."""

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

RISKS = ("replace", "remove", "modify", "add")


def plain(text: object) -> str:
    """The text with nothing in it that a terminal would obey; line ends stay."""
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in str(text))


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}"


def against(usual: float | None) -> str:
    return f" / {clock(usual)}" if usual else ""


def line(event: dict[str, Any]) -> str:
    """An event as one line: when, which step, what."""
    where = f"{event['step']}: " if event["step"] else ""
    return plain(f"{event['at'][11:19]} {where}{event['text']}")


def changes(event: dict[str, Any]) -> Iterator[str]:
    """Each resource that the event says a step changes, the riskiest first; nothing for other events."""
    listed = event["data"].get("changes", []) if event["data"].get("kind") == "changes" else []
    for each in sorted(listed, key=lambda one: (RISKS.index(one["risk"]), one["id"])):
        holds = ", which holds data" if each.get("stateful") else ""
        yield plain(f"    {each['risk']} {each['id']} ({each['type']}){holds}")


def columns(rows: Sequence[Sequence[object]]) -> str:
    """Rows of cells, each column as wide as its widest cell."""
    cells = [[" ".join(plain(cell).split()) for cell in row] for row in rows]
    widths = [max(len(row[n]) for row in cells) for n in range(len(cells[0]))] if cells else []
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in cells)


def tree(value: Any, indent: str = "") -> Iterator[str]:
    """Nested data as indented lines."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from branch(f"{indent}{plain(name)}:", each, indent)
    elif isinstance(value, list):
        for each in value:
            yield from branch(f"{indent}-", each, indent)
    else:
        yield indent + written(value)


def branch(head: str, value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, dict | list) and value:
        yield head
        yield from tree(value, indent + "  ")
    else:
        yield f"{head} {written(value)}"


def written(value: Any) -> str:
    words = {None: "–", True: "yes", False: "no"}
    known = value is None or isinstance(value, bool)
    return words[value] if known else "none" if value in ([], {}) else plain(value).replace("\n", " ")


def say(text: str) -> None:
    print(plain(text), flush=True)


def remark(text: str) -> None:
    """Beside what is printed: to standard error."""
    print(f"opsportal: {plain(text)}", file=sys.stderr, flush=True)
