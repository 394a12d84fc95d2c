"""How soon the page of a run with 100,000 events shows itself."""

import statistics
import time
from pathlib import Path
from typing import Any

from opsportal import clock, runs
from opsportal.models import Event, Run
from tests import chromium

from . import estate
from .live import cookie

EVENTS, VISITS = 100_000, 7
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


def filled() -> Run:
    """A run under way with that many lines."""
    run = runs.start("bench.stamp", estate.somewhere(), {}, estate.somebody(), f"page-{time.time()}")
    now = clock.now()
    lines = (Event(run=run, number=n, at=now, text=f"line {n}", step_key="stamp") for n in range(2, EVENTS + 1))
    Event.objects.bulk_create(lines, batch_size=2000)
    Run.objects.filter(pk=run.pk).update(events=EVENTS)
    return run


def paints(url: str, run: Run) -> list[float]:
    """Milliseconds to the first contentful paint, each in a browser context of its own, after one visit to warm up."""
    name, value = cookie().split("=", 1)
    with chromium.running() as browser:
        found = [visit(browser, f"{url}/admin/opsportal/run/{run.pk}/", name, value, url) for _ in range(VISITS + 1)]
    return found[1:]


def visit(browser: Any, page_url: str, name: str, value: str, url: str) -> float:
    context = browser.new_context()
    context.add_cookies([{"name": name, "value": value, "url": url}])
    page = context.new_page()
    page.goto(page_url)
    page.wait_for_function("() => performance.getEntriesByName('first-contentful-paint').length > 0")
    paint = float(page.evaluate(PAINT))
    context.close()
    return paint


def rows() -> list[tuple[str, str, str]]:
    with estate.running(web=True) as found:
        measured = paints(found["url"], filled())
    text = f"{statistics.median(measured):.0f} ms (most {max(measured):.0f} ms)"
    browser = Path(chromium.find() or "").name  # a whole Chromium takes half as long again as its headless shell
    return [(f"page of a run with 100,000 events, first contentful paint, {browser}", text, "≤ 1 s")]
