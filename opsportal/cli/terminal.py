"""A run followed in the terminal: a line a step with its bar, elapsed against usual; elsewhere its lines."""

import sys
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from . import texts
from .following import Following

if TYPE_CHECKING:
    from rich.console import RenderableType

MARKS = {
    "blocked": ("·", "dim"),
    "queued": ("…", "dim"),
    "due": ("▶", "blue"),
    "running": ("▶", "blue"),
    "asking": ("?", "yellow"),
    "succeeded": ("✓", "green"),
    "undone": ("↶", "green"),
    "failed": ("✗", "red"),
    "abandoned": ("✗", "red"),
    "skipped": ("–", "dim"),
    "cancelled": ("–", "dim"),
}


def follow(following: Following) -> dict[str, Any]:
    """Show the run until it ends; the run as it ended. Without rich its lines do. Raises Refusal, Away."""
    if sys.stdout.isatty() and find_spec("rich"):
        picture(following)
    else:
        told: set[int] = set()
        for event in following.lines():
            tell(event)
            ask(following.run, told)
    return following.run


def tell(event: dict[str, Any]) -> None:
    texts.say("\n".join([texts.line(event), *texts.changes(event)]))


def ask(run: dict[str, Any], told: set[int]) -> None:
    """Say once that a question waits."""
    for number in set(run["approvals"]) - told:
        told.add(number)
        texts.remark(f"The run asks: opsportal approve {number}")


def picture(following: Following) -> None:
    """rich is loaded here: other commands start sooner without it."""
    from rich.console import Console
    from rich.live import Live

    notes, changes = [""], []
    following.tell = lambda text: notes.__setitem__(0, text)
    with Live(get_renderable=lambda: drawn(following.run, notes[0]), console=Console(), refresh_per_second=8):
        for event in following.lines():
            notes[0] = ""
            changes += [event] if event["data"].get("kind") == "changes" else []
    for event in {event["step"]: event for event in changes}.values():
        tell(event)


def drawn(run: dict[str, Any], note: str) -> "RenderableType":
    """The run as one table; `note`: why nothing comes."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    now, table = datetime.now(UTC), Table.grid(padding=(0, 1))
    for step in run["steps"]:
        table.add_row(*row(step, now))
    asks = [f"It asks: opsportal approve {number}" for number in run["approvals"]]
    foot = [Text(texts.plain(run["reason"]), style="red")] if run["reason"] else []
    return Group(Text(head(run, now), style="bold"), table, *map(Text, asks), *foot, Text(note, style="yellow"))


def head(run: dict[str, Any], now: datetime) -> str:
    elapsed = spent(run["created_at"], run["ended_at"], now)
    title = f"Run {run['id']} · {run['runbook']} on {run['environment']} · {run['status'].replace('_', ' ')}"
    return f"{texts.plain(title)} · {texts.clock(elapsed)}{texts.against(run['usual_seconds'])}"


def row(step: dict[str, Any], now: datetime) -> "tuple[RenderableType, ...]":
    """Mark, key, bar, elapsed against usual, and what is waited for."""
    from rich.progress_bar import ProgressBar
    from rich.text import Text

    mark, colour = MARKS.get(step["status"], ("·", "dim"))
    took = spent(step["started_at"], step["ended_at"], now)
    times = f"{texts.clock(took)}{texts.against(step['usual_seconds'])}" if step["started_at"] else ""
    bar = ProgressBar(1.0, share(step, took), width=32, complete_style=colour, finished_style=colour)
    note = texts.plain(step["reason"] or step["note"])
    return Text(mark, colour), Text(texts.plain(step["key"])), bar, Text(times, "dim"), Text(note, "dim")


def share(step: dict[str, Any], took: float) -> float:
    """Full at the end; on the way as far as its usual time says, at most nine tenths."""
    if step["status"] == "succeeded":
        return 1.0
    under_way = step["started_at"] and not step["ended_at"]
    return float(min(0.9, took / (step["usual_seconds"] or 60))) if under_way else 0.0


def spent(since: str | None, until: str | None, now: datetime) -> float:
    """Seconds."""
    began = texts.moment(since)
    return ((texts.moment(until) or now) - began).total_seconds() if began else 0.0
