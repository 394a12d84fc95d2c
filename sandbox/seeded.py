"""What the control endpoint puts into accounts beside what AWS calls made there."""

from dataclasses import dataclass, field

from sandbox.cloudformation.records import Place
from sandbox.cloudwatch.alarms import Alarm
from sandbox.cloudwatch.metrics import Metrics


@dataclass
class Seeded:
    """All of it survives restarts."""

    metrics: Metrics = field(default_factory=Metrics)
    alarms: dict[Place, dict[str, Alarm]] = field(default_factory=dict)
