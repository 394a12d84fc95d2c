"""Twenty deployments of twelve stacks at once by two worker hosts: undisturbed, and with one killed every 20 s."""

import signal
import time
from collections.abc import Callable, Sequence
from typing import Any

from opsportal import runs
from opsportal.hosting import demo, supervisor
from opsportal.models import Environment

from . import estate
from .estate import Run

RUNS = 20
SPEED = 0.5  # AWS seconds a second: the critical path of 43 s takes 86
KILL_EVERY = 20.0
PROCESSES = 2  # as `manage.py up` starts
LONGEST = 900.0
STACKS = 12
FACTOR, MORE = 1.3, 45.0  # what the disturbed may take of the undisturbed


def workers(host: str) -> list[supervisor.Part]:
    """The workers of one host, as `supervisor.workers` has them."""
    return [
        supervisor.worker(host, "engine,notify,pump", PROCESSES),
        supervisor.worker(f"{host}-long", "long,pump", 1),
    ]


HOSTS = (workers("one"), workers("two"))


def places(sandbox: demo.Sandbox, name: str, first: int) -> list[Environment]:
    """Environments of an account each, with the roles that workers assume and pass there."""
    found = []
    for n in range(RUNS):
        fields = {"account": str(first + n), "regions": ["eu-central-1"]}
        found.append(Environment.objects.update_or_create(name=f"{name}-{n}", defaults=fields)[0])
        demo.connect(sandbox, found[-1])
    return found


def start(where: Environment, runbook: str = "stacks.deploy") -> Run:
    return runs.start(runbook, where, {"blueprint": "graph"}, estate.somebody(), f"{where}-{time.time()}")


def deployed(sandbox: demo.Sandbox, places: Sequence[Environment], meanwhile: Callable[[float], None]) -> float:
    """Deploy to all places at once; seconds from the first start to the last end, by the database; all is right."""
    begin, started = time.monotonic(), [start(place) for place in places]
    rows = Run.objects.filter(pk__in=[run.pk for run in started])
    while rows.filter(status__in=Run.OPEN).exists():
        meanwhile(time.monotonic() - begin)
        assert time.monotonic() - begin < LONGEST, list(rows.values_list("pk", "status"))
        time.sleep(0.25)
    check(sandbox, list(rows))
    return (max(run.ended_at for run in rows) - min(run.created_at for run in rows)).total_seconds()


def check(sandbox: demo.Sandbox, ended: Sequence[Run]) -> None:
    """Every run succeeded, AWS by its own log was changed once for each stack, and the events have no gap."""
    for run in ended:
        assert run.status == Run.Status.SUCCEEDED, f"run {run.pk}: {run.reason}"
        numbers = list(run.lines.order_by("number").values_list("number", flat=True))
        assert numbers == list(range(1, run.events + 1)), f"run {run.pk}: a number is missing or twice"
    names = {run.environment.account: run.environment.name for run in ended}
    lines = [line for line in sandbox.call("GET", "operations")["operations"] if line["account"] in names]
    done = sorted((line["stack"], line["kind"], line["status"]) for line in lines)
    keys = [(name, key) for name in names.values() for key in stacks(ended[0])]
    assert done == sorted((f"{name}-graph-{key}", "CREATE_STACK", "CREATE_COMPLETE") for name, key in keys)


def stacks(run: Run) -> list[str]:
    keys = list(run.steps.exclude(key=runs.PLAN).values_list("key", flat=True))
    assert len(keys) == STACKS, keys
    return keys


class Killer:
    """kill -9 of a whole host every so many seconds, one and the other in turn; it starts again at once."""

    def __init__(self, parts: supervisor.Supervisor) -> None:
        self.parts, self.kills = parts, 0

    def __call__(self, seconds: float) -> None:
        if seconds >= KILL_EVERY * (self.kills + 1):
            self.strike(HOSTS[self.kills % len(HOSTS)])
            self.kills += 1

    def strike(self, host: Sequence[supervisor.Part]) -> None:
        gone = [self.parts.running.pop(part.name) for part in host]
        for process in gone:
            supervisor.send(process, signal.SIGKILL)
        for process in gone:
            process.wait()
        for part in host:
            estate.start(self.parts, part)


def warm(sandbox: demo.Sandbox) -> None:
    """Let the workers import what they need, and lint the templates, whose findings are kept."""
    where = places(sandbox, "warm", 300_000_000_000)[0]
    assert estate.ended(start(where, "stacks.plan")).status == Run.Status.SUCCEEDED


def rows() -> list[tuple[str, str, str]]:
    with estate.running([part for host in HOSTS for part in host], speed=SPEED) as found:
        sandbox: Any = found["sandbox"]
        warm(sandbox)
        calm = deployed(sandbox, places(sandbox, "calm", 100_000_000_000), lambda seconds: None)
        killer = Killer(found["supervisor"])
        rough = deployed(sandbox, places(sandbox, "rough", 200_000_000_000), killer)
    what = f"{RUNS} runs × {STACKS} stacks, two worker hosts, one killed every {KILL_EVERY:.0f} s"
    text = f"{rough:.1f} s ÷ undisturbed {calm:.1f} s = {rough / calm:.2f}, {killer.kills} kills"
    target = f"≤ {FACTOR} × + {MORE:.0f} s = {FACTOR * calm + MORE:.1f} s"
    return [(f"{estate.database()}: {what}", text, target)]
