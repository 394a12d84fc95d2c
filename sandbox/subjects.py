"""The subjects that can be seeded, by the name of their control endpoint."""

from collections.abc import Callable

from sandbox import containers, drifting, instances, managed, quotas, scaling, targets
from sandbox.cloudformation.records import Json
from sandbox.cloudformation.requests import Request
from sandbox.cloudwatch import seeding
from sandbox.waf import sampling

SUBJECTS: dict[str, Callable[[Request], Json]] = {
    "activities": scaling.plant,
    "alarms": seeding.plant_alarms,
    "burstable": seeding.plant_burstable,
    "console": instances.plant_console,
    "credits": instances.plant_credits,
    "drift": drifting.plant,
    "health": targets.plant,
    "managed": managed.plant,
    "metrics": seeding.plant_metrics,
    "quotas": quotas.plant,
    "requests": sampling.plant,
    "services": containers.plant,
    "volumes": seeding.plant_volumes,
}
