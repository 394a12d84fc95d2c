"""How close a deployment of twelve stacks comes to its critical path, and what a run with nothing to change costs."""

import time

from . import estate
from .estate import Run

CRITICAL, SUM = 43.0, 87.0  # seconds; bench/graph/blueprint.yaml


def deploy(key: str) -> Run:
    from opsportal import runs

    run = runs.start("stacks.deploy", estate.somewhere(), {"blueprint": "graph"}, estate.somebody(), key)
    estate.ended(run)
    assert run.status == Run.Status.SUCCEEDED, run.reason
    return run


def rows() -> list[tuple[str, str, str]]:
    """A fresh database and a fresh account: no history, speed 1. Start and end are taken from the sandbox's log."""
    with estate.running(speed=1.0) as found:
        sandbox = found["sandbox"]
        deploy(f"first-{time.time()}")
        calls = sandbox.call("GET", "log")["calls"]
        start = min(call["at"] for call in calls if call["action"] == "CreateChangeSet")
        took = sandbox.call("GET", "operations")["last_end"] - start
        again = deploy(f"again-{time.time()}")
        wall = (again.ended_at - again.created_at).total_seconds()
        unchanged = again.steps.filter(unchanged=True).count()
    assert unchanged == 12, f"{unchanged} of 12 stacks were left alone"
    return [
        ("12 stacks, critical path 43 s, sum 87 s, no history", f"{took:.2f} s = {took / CRITICAL:.3f}", "≤ 1.10"),
        ("the same again, nothing to change: wall", f"{wall:.2f} s", "≤ 3 s"),
    ]
