"""Control input about metrics and alarms: formulas, credits of burstable resources, states with their past."""

import math
from typing import Literal

from pydantic import BaseModel, ConfigDict

from sandbox.cloudformation.records import Json
from sandbox.cloudformation.requests import Request
from sandbox.cloudwatch import alarm_calls, alarms, burstable
from sandbox.cloudwatch.burstable import Bucket, Credits, Reading
from sandbox.cloudwatch.metrics import Dimensions, Metric
from sandbox.cloudwatch.series import Series, Source, seed_of
from sandbox.seeds import BadSeed, form

STRICT = ConfigDict(extra="forbid")
HOUR = 3600
Level = tuple[float, float | None]  # hours ago, value from then on


class MetricSeed(BaseModel):
    """`each` makes a metric of every value of one more dimension: `{"InstanceId": ["i-1", "i-2"]}`.

    `value` is what is reported every `period` seconds, the sum of `samples`; `steps` are values that hold from so many
    hours ago on, null for nothing.
    """

    model_config = STRICT
    namespace: str
    name: str
    dimensions: dict[str, str] = {}
    each: dict[str, list[str]] = {}
    unit: str = "None"
    period: int = 60
    samples: float = 1
    value: float | None = None
    steps: list[Level] = []
    hours: float = 14 * 24
    swing: float = 0
    noise: float = 0
    gaps: float = 0


class MetricsSeed(BaseModel):
    model_config = STRICT
    metrics: list[MetricSeed]


def plant_metrics(request: Request) -> Json:
    """POST /_sandbox/metrics; answers how many metrics there are now of those names."""
    given, made = form(MetricsSeed, request), 0
    for seed in given.metrics:
        for dimensions in _every(seed.dimensions, seed.each):
            _keep(request, seed.namespace, seed.name, dimensions, _metric(request, seed, dimensions))
            made += 1
    return {"made": made}


def _every(fixed: dict[str, str], each: dict[str, list[str]]) -> list[Dimensions]:
    if len(each) > 1:
        raise BadSeed("each takes one dimension with its values.")
    varied = [{name: value} for name, values in each.items() for value in values] or [{}]
    return [tuple(sorted((fixed | one).items())) for one in varied]


def _metric(request: Request, seed: MetricSeed, dimensions: Dimensions) -> Metric:
    steps: list[Level] = seed.steps or [(seed.hours, seed.value)]
    levels = tuple(sorted((request.now - hours * HOUR, value) for hours, value in steps))
    high = 100.0 if seed.unit == "Percent" else math.inf
    number = seed_of(seed.namespace, seed.name, *(value for _, value in dimensions))
    source = Series(levels, seed.swing, seed.noise, seed.gaps, number, 0.0, high)
    return Metric(seed.unit, source, seed.period, seed.samples)


def _keep(request: Request, namespace: str, name: str, dimensions: Dimensions, metric: Metric) -> None:
    kept = request.world.seeded.metrics.kept.setdefault(request.place, {})
    kept.setdefault((namespace, name), {})[dimensions] = metric


# namespace, the dimension that names a resource, and the CPU metric of its kind
PLACES = {
    "ec2": ("AWS/EC2", "InstanceId", "CPUUtilization"),
    "rds": ("AWS/RDS", "DBInstanceIdentifier", "CPUUtilization"),
    "elasticache": ("AWS/ElastiCache", "CacheClusterId", "CPUUtilization"),
}
CREDITS: tuple[tuple[str, Reading], ...] = (("CPUCreditUsage", "usage"), ("CPUCreditBalance", "balance"))
SURPLUS: tuple[tuple[str, Reading], ...] = (
    ("CPUSurplusCreditBalance", "surplus"),
    ("CPUSurplusCreditsCharged", "charged"),
)


class BurstableSeed(BaseModel):
    """`load`: the CPU percent wanted from so many hours ago on; `balance`: the credits at its beginning."""

    model_config = STRICT
    kind: Literal["ec2", "rds", "elasticache"] = "ec2"
    ids: list[str]
    type: str
    unlimited: bool = False
    load: list[tuple[float, float]]
    balance: float = 0


def plant_burstable(request: Request) -> Json:
    """POST /_sandbox/burstable: CPUUtilization and the credit metrics that follow from it."""
    seed = form(BurstableSeed, request)
    try:
        bucket = burstable.of_type(seed.type, seed.unlimited)
    except LookupError as error:
        raise BadSeed(f"type must be a burstable one, such as t3.micro, not {seed.type!r}.") from error
    namespace, dimension, cpu = PLACES[seed.kind]
    readings = ((cpu, "load"), *CREDITS, *(SURPLUS if seed.unlimited else ()))
    sources = [(name, _credits(request, seed.load, bucket, reading, seed.balance)) for name, reading in readings]
    for ident in seed.ids:
        fixed = {dimension: ident} | ({"CacheNodeId": "0001"} if seed.kind == "elasticache" else {})
        for name, source in sources:
            unit = "Percent" if name == cpu else "Count"
            _keep(request, namespace, name, tuple(sorted(fixed.items())), Metric(unit, source, 300))
    return {"made": len(seed.ids) * len(sources)}


def _credits(
    request: Request, load: list[tuple[float, float]], bucket: Bucket, reading: Reading, balance: float
) -> Source:
    loads = tuple(sorted((request.now - hours * HOUR, wanted) for hours, wanted in load))
    return Credits(bucket, loads, reading, balance)


class VolumesSeed(BaseModel):
    """gp2 volumes: `load` is in operations a second, `percent` the BurstBalance at its beginning."""

    model_config = STRICT
    ids: list[str]
    gigabytes: int
    load: list[tuple[float, float]]
    percent: float = 100


def plant_volumes(request: Request) -> Json:
    """POST /_sandbox/volumes: BurstBalance and VolumeReadOps of each."""
    seed = form(VolumesSeed, request)
    bucket = burstable.of_volume(seed.gigabytes)
    balance = burstable.VOLUME_CREDITS * seed.percent / 100
    readings: tuple[tuple[str, Reading, str], ...] = (
        ("BurstBalance", "percent", "Percent"),
        ("VolumeReadOps", "operations", "Count"),
    )
    for name, reading, unit in readings:
        source = _credits(request, seed.load, bucket, reading, balance)
        for ident in seed.ids:
            _keep(request, "AWS/EBS", name, (("VolumeId", ident),), Metric(unit, source, 60))
    return {"made": 2 * len(seed.ids)}


class Turn(BaseModel):
    model_config = STRICT
    hours: float
    state: alarms.State
    reason: str


class AlarmSeed(BaseModel):
    """`settings` as PutMetricAlarm takes them; `past`: what states it was in; with one it is not evaluated any more."""

    model_config = STRICT
    settings: Json
    past: list[Turn] = []


class AlarmsSeed(BaseModel):
    model_config = STRICT
    alarms: list[AlarmSeed]


def plant_alarms(request: Request) -> Json:
    """POST /_sandbox/alarms."""
    given = form(AlarmsSeed, request)
    for seed in given.alarms:
        _plant_alarm(request, seed)
    return {"made": len(given.alarms)}


def _plant_alarm(request: Request, seed: AlarmSeed) -> None:
    turns = sorted(seed.past, key=lambda turn: -turn.hours)
    made = request.now - (turns[0].hours if turns else 0) * HOUR - 1
    alarm_calls.ACTIONS["PutMetricAlarm"](Request(request.world, request.place, seed.settings, made))
    alarm = request.world.seeded.alarms[request.place][seed.settings["AlarmName"]]
    for turn in turns:
        alarms.turn(alarm, request.now - turn.hours * HOUR, turn.state, turn.reason)
        alarm.fixed = True
