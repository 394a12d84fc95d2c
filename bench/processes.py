"""What processes have used, from /proc (proc(5)). Linux only."""

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
FIRST = 3  # man pages count fields from 1; what follows the name in brackets begins with the third


def children(pid: int) -> list[int]:
    """The processes that this one has started, such as those of a Celery worker's pool."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(each) for each in found.split()]


def cpu(pid: int) -> float:
    """Seconds of processor time of the process and its children until now."""
    return sum(_cpu(each) for each in (pid, *children(pid)))


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    user, system = fields[14 - FIRST], fields[15 - FIRST]
    return (int(user) + int(system)) / TICKS


def resident(pid: int) -> float:
    """MiB that its child with the most holds now."""
    return max(_status(each, "VmRSS") for each in children(pid))


def peak(pid: int) -> float:
    """MiB that its child with the most has held at one time."""
    return max(_status(each, "VmHWM") for each in children(pid))


def _status(pid: int, name: str) -> float:
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(lines[name].split()[0]) / 1024
