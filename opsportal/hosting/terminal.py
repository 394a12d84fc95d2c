"""A run followed in the terminal: a line a step with its bar, elapsed against usual."""

import time
from datetime import UTC, datetime

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from ..models import Run, Step
from ..words import gettext as _

MARKS = {
    Step.Status.BLOCKED: ("·", "dim"),
    Step.Status.QUEUED: ("…", "dim"),
    Step.Status.DUE: ("▶", "blue"),
    Step.Status.RUNNING: ("▶", "blue"),
    Step.Status.ASKING: ("?", "yellow"),
    Step.Status.SUCCEEDED: ("✓", "green"),
    Step.Status.UNDONE: ("↶", "green"),
    Step.Status.FAILED: ("✗", "red"),
    Step.Status.ABANDONED: ("✗", "red"),
    Step.Status.SKIPPED: ("–", "dim"),
    Step.Status.CANCELLED: ("–", "dim"),
}


def follow(run_id: int, console: Console) -> Run:
    """Show the run until it ends; the run as it ended. Where output is no terminal, its lines are printed instead."""
    seen = 0
    with Live(console=console, refresh_per_second=8, transient=False, auto_refresh=console.is_terminal) as live:
        while True:
            run = Run.objects.select_related("environment").get(pk=run_id)
            if console.is_terminal:
                live.update(picture(run, list(run.steps.all()), datetime.now(UTC)))
            else:
                seen = tell(run, seen, console)
            if not run.is_open:
                return run
            time.sleep(0.2)


def tell(run: Run, seen: int, console: Console) -> int:
    """Print the lines after the last one printed."""
    for event in run.lines.filter(number__gt=seen).order_by("number"):
        where = f"{event.step_key}: " if event.step_key else ""
        console.print(f"{event.at:%H:%M:%S} {where}{event.text}", markup=False, highlight=False, soft_wrap=True)
        seen = event.number
    return seen


def picture(run: Run, steps: list[Step], now: datetime) -> RenderableType:
    """The run as one table."""
    table = Table.grid(padding=(0, 1))
    for step in steps:
        table.add_row(*row(step, now))
    elapsed = ((run.ended_at or now) - run.created_at).total_seconds()
    words = {"run": run.pk, "runbook": run.runbook, "environment": run.environment, "status": run.get_status_display()}
    title = _("Run {run} · {runbook} on {environment} · {status}").format(**words)
    head = Text(f"{title} · {clock(elapsed)}{against(run.usual_seconds)}", style="bold")
    return Group(head, table, Text(run.reason, style="red") if run.reason else Text(""))


def row(step: Step, now: datetime) -> tuple[RenderableType, ...]:
    """Mark, key, bar, elapsed against usual, and what is waited for."""
    mark, colour = MARKS[Step.Status(step.status)]
    took = ((step.ended_at or now) - step.started_at).total_seconds() if step.started_at else 0.0
    times = Text(f"{clock(took)}{against(step.usual_seconds)}" if step.started_at else "", style="dim")
    return Text(mark, style=colour), Text(step.key), bar(step, took, colour), times, Text(note(step), style="dim")


def bar(step: Step, took: float, colour: str) -> ProgressBar:
    """Full at the end; on the way as far as its usual time says, at most nine tenths."""
    share = 1.0 if step.status == Step.Status.SUCCEEDED else 0.0
    if step.status in Step.ACTIVE and step.started_at:
        share = min(0.9, took / (step.usual_seconds or 60))
    return ProgressBar(total=1.0, completed=share, width=32, complete_style=colour, finished_style=colour)


def note(step: Step) -> str:
    if step.status == Step.Status.SUCCEEDED:
        return _("nothing to change") if step.unchanged else ""
    return step.reason or step.note


def clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}"


def against(usual: float | None) -> str:
    return f" / {clock(usual)}" if usual else ""
