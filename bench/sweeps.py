"""Fifteen cost checks against Cloud Custodian and a bare script on one account; then memory, and what credits cost."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from opsportal import runs
from opsportal.hosting import demo
from opsportal.models import Environment, Finding, Run
from sandbox.process import Sandbox

from . import estate, processes
from .custodian import cli

REGION = "eu-west-1"
LARGER = 10
TURNS = 3
LONGEST = 1800.0
CHECKS = list(cli.KEYS)
LIMITS = {"ami-unused": {"sharing": False}}  # Custodian's filter asks nobody whom an image is shared with
LISTING = Path(cli.__file__).with_name("listing.py")
BUDGET = "100000"  # AWS calls a second: the account's budget must not set the pace
ACCOUNTS = {"warm": "700000000000", "one": estate.ACCOUNT, "ten": "710000000000", "credits": "720000000000"}
GIB = 1024**3
HOURS = 20 * 24.0  # of metrics
FLEET = 500
TIRED = 50  # of these, whose credits run out


@dataclass
class Bench:
    """What is measured on: the processes, and the sandbox by both its handles."""

    parts: Any
    demo: demo.Sandbox
    sandbox: Sandbox

    @property
    def worker(self) -> int:
        pid: int = self.parts.running[estate.WORKER.name].pid
        return pid

    def place(self, name: str) -> Environment:
        fields = {"account": ACCOUNTS[name], "regions": [REGION]}
        where = Environment.objects.update_or_create(name=name, defaults=fields)[0]
        demo.connect(self.demo, where)
        return where

    def fresh_worker(self) -> None:
        """One that has held nothing yet."""
        self.parts.stop([estate.WORKER.name])
        estate.start(self.parts, estate.WORKER)


@dataclass
class Turn:
    """What one turn took: ours and Custodian's, and the bare script's seconds; AWS calls by whose they were."""

    ours: cli.Used
    theirs: cli.Used
    bare: float
    calls: dict[str, int] = field(default_factory=dict)


def fill(sandbox: Sandbox, account: str, scale: int) -> None:
    """The bench account so many times over, with the metrics that some checks go by."""
    sandbox.fill("bench", account, region=REGION, scale=scale)
    ec2, rds, s3 = (sandbox.client(service, REGION, account) for service in ("ec2", "rds", "s3"))
    gateways = [each["NatGatewayId"] for each in listed(ec2, "describe_nat_gateways", "NatGateways")]
    names = [each["DBInstanceIdentifier"] for each in listed(rds, "describe_db_instances", "DBInstances")]
    buckets = [each["Name"] for each in s3.list_buckets()["Buckets"]]
    metrics = [
        metric("AWS/NATGateway", name, "NatGatewayId", part, value)
        for name in ("BytesOutToDestination", "BytesInFromDestination")
        for part, value in split(gateways, 5, 0, 5e8)
    ]
    metrics += [
        metric("AWS/RDS", "DatabaseConnections", "DBInstanceIdentifier", *each) for each in split(names, 5, 0, 12)
    ]
    sizes = split(buckets, 7, 200 * GIB, 20 * GIB)
    metrics += [
        metric("AWS/S3", "BucketSizeBytes", "BucketName", *each, StorageType="StandardStorage") for each in sizes
    ]
    sandbox.seed("metrics", account, REGION, metrics=metrics)


def listed(client: Any, operation: str, rows: str) -> Iterator[dict[str, Any]]:
    for page in client.get_paginator(operation).paginate():
        yield from page[rows]


def split(names: Sequence[str], every: int, one: float, rest: float) -> list[tuple[list[str], float]]:
    """Every so many names with the one value, the rest with the other."""
    chosen = names[::every]
    return [(list(chosen), one), (sorted(set(names) - set(chosen)), rest)]


def metric(namespace: str, name: str, dimension: str, names: list[str], value: float, **fixed: str) -> dict[str, Any]:
    known = {"namespace": namespace, "name": name, "dimensions": fixed, "each": {dimension: names}}
    return {**known, "value": value, "period": 3600, "hours": HOURS}


def swept(where: Environment, checks: Sequence[str], limits: Mapping[str, Any]) -> Run:
    """A sweep from its start to its end. Raises AssertionError when a check could not be made."""
    given = {"checks": list(checks), "limits": dict(limits)}
    run = estate.ended(runs.start("sweep", where, given, estate.somebody(), f"sweep-{time.time()}"), LONGEST)
    refused = [step.output.get("not_checked") for step in run.steps.all() if step.output.get("not_checked")]
    assert run.status == Run.Status.SUCCEEDED, f"{run.status}: {run.reason}"
    assert not refused, refused
    return run


def warm(bench: Bench) -> None:
    """Let both processes of the worker import what they need and make their clients."""
    where, given = bench.place("warm"), {"checks": CHECKS, "limits": LIMITS}
    started = [runs.start("sweep", where, given, estate.somebody(), f"warm-{n}") for n in range(6)]
    assert all(estate.ended(run).status == Run.Status.SUCCEEDED for run in started)


def ours(bench: Bench, where: Environment) -> cli.Used:
    """A sweep whose findings are all new."""
    Finding.objects.filter(environment=where).delete()
    before = processes.cpu(bench.worker)
    run = swept(where, CHECKS, LIMITS)
    assert run.ended_at
    return cli.Used((run.ended_at - run.created_at).total_seconds(), processes.cpu(bench.worker) - before)


def bare(bench: Bench) -> float:
    """Seconds of the script's listing, its start and imports not among them."""
    env = cli.environment(bench.sandbox.url, estate.ACCOUNT, REGION)
    done = subprocess.run([sys.executable, str(LISTING)], env=env, check=True, capture_output=True, text=True)
    return float(done.stdout)


def turn(bench: Bench, where: Environment, custodian: Path, out: Path) -> Turn:
    """Ours, Custodian and the script, one after the other."""
    calls = {}
    bench.sandbox.clear_log()
    mine = ours(bench, where)
    calls["ours"] = counted(bench)
    theirs = cli.run(custodian, bench.sandbox.url, estate.ACCOUNT, REGION, out)
    calls["theirs"] = counted(bench)
    alone = bare(bench)
    calls["bare"] = counted(bench)
    return Turn(mine, theirs, alone, calls)


def counted(bench: Bench) -> int:
    """The AWS calls since the last time."""
    total: int = bench.sandbox.log()["total"]
    bench.sandbox.clear_log()
    return total


def differences(where: Environment, out: Path) -> tuple[int, list[str]]:
    """How many resources both found, and what only one of them did, a line each."""
    found = {name: set[str]() for name in CHECKS}
    for name, resource in Finding.objects.filter(environment=where).values_list("check_name", "resource"):
        found[name].add(resource)
    both, lines = 0, list[str]()
    for name, matched in cli.matches(out).items():
        both += len(found[name] & matched)
        lines += [f"{name}: only ours {each}" for each in sorted(found[name] - matched)]
        lines += [f"{name}: only Custodian's {each}" for each in sorted(matched - found[name])]
    return both, lines


def compared(bench: Bench) -> Iterator[tuple[str, str, str]]:
    """In turns on the same account; the median of what is divided."""
    custodian, where = cli.install(estate.VAR_DIR / "custodian"), bench.place("one")
    fill(bench.sandbox, estate.ACCOUNT, 1)
    warm(bench)
    outs = [estate.VAR_DIR / f"custodian-{n}" for n in range(TURNS)]
    turns = [turn(bench, where, custodian, out) for out in outs]
    both, lines = differences(where, outs[-1])
    print(*lines, sep="\n", file=sys.stderr)
    what = f"{estate.database()}: {len(CHECKS)} cost checks"
    theirs = f"÷ Cloud Custodian {cli.VERSION}"
    yield f"{what} {theirs}, wall", ratio([(each.ours.wall, each.theirs.wall) for each in turns]), "≤ 0.75"
    yield f"the same, processor time {theirs}", ratio([(each.ours.cpu, each.theirs.cpu) for each in turns]), "≤ 1.0"
    yield "the same, resources found by both, by one alone", f"{both:,}, {len(lines):,}", "all, 0"
    yield f"{what} ÷ a bare script that lists, wall", ratio([(each.ours.wall, each.bare) for each in turns]), "≤ 1.15"
    last = turns[-1].calls
    yield "AWS calls; Custodian's, the bare script's", f"{last['ours']}; {last['theirs']:,}, {last['bare']}", "≤ 180"


def ratio(pairs: Sequence[tuple[float, float]]) -> str:
    """Of the turn whose quotient is the median, with all quotients."""
    ordered = sorted(pairs, key=lambda pair: pair[0] / pair[1])
    one, other = ordered[len(ordered) // 2]
    every = ", ".join(f"{a / b:.2f}" for a, b in pairs)
    return f"{one:.2f} ÷ {other:.2f} s = {statistics.median(a / b for a, b in pairs):.2f} ({every})"


def memory(bench: Bench) -> tuple[str, str, str]:
    """The most that the worker's process held in a sweep of the account, and of one ten times as large."""
    fill(bench.sandbox, ACCOUNTS["ten"], LARGER)
    peaks = []
    for name in ("one", "ten"):
        bench.fresh_worker()
        swept(bench.place(name), CHECKS, LIMITS)
        peaks.append(processes.peak(bench.worker))
    text = f"{peaks[1]:.0f} ÷ {peaks[0]:.0f} MiB = {peaks[1] / peaks[0]:.2f}"
    return (f"peak memory of the sweeping process, {LARGER} × the account ÷ the account", text, "≤ 1.3")


def credit(bench: Bench) -> tuple[str, str, str]:
    """Calls of the credit check, of which the ones for whose account it is are told apart."""
    burstables(bench.sandbox, ACCOUNTS["credits"])
    where = bench.place("credits")
    bench.sandbox.clear_log()
    swept(where, ["credits-run-out"], {})
    services = [line["service"] for line in bench.sandbox.log()["calls"]]
    found, apart = Finding.objects.filter(environment=where).count(), services.count("sts")
    text = f"{len(services) - apart}, and {apart} to STS; {found} findings"
    return (f"CPU-credit check of {FLEET} instances, calls", text, "≤ 8")


def burstables(sandbox: Sandbox, account: str) -> None:
    """Instances of a burstable type, of which some have used up their credits."""
    ec2 = sandbox.client("ec2", REGION, account, read_timeout=300)
    image = ec2.register_image(Name="burstable", RootDeviceName="/dev/xvda", Architecture="x86_64")["ImageId"]
    disk = {"DeviceName": "/dev/xvda", "Ebs": {"VolumeType": "gp3", "VolumeSize": 8}}
    wanted = {"ImageId": image, "InstanceType": "t3.micro", "BlockDeviceMappings": [disk]}
    made = ec2.run_instances(**wanted, MinCount=FLEET, MaxCount=FLEET)["Instances"]
    ids = [each["InstanceId"] for each in made]
    for each in ids:
        sandbox.age("instance", each, REGION, account, created="2026-01-01T00:00:00+00:00")
    known = {"kind": "ec2", "type": "t3.micro", "unlimited": True}
    sandbox.seed("burstable", account, REGION, **known, ids=ids[:TIRED], load=[[6, 95]], balance=20)
    sandbox.seed("burstable", account, REGION, **known, ids=ids[TIRED:], load=[[48, 4]], balance=200)


def rows() -> Iterator[tuple[str, str, str]]:
    os.environ["AWS_REQUESTS_PER_SECOND"] = BUDGET
    with estate.running(speed=1) as found:
        sandbox = found["sandbox"]
        process: Any = found["supervisor"].running["sandbox"]
        bench = Bench(found["supervisor"], sandbox, Sandbox(process, sandbox.url))
        yield from compared(bench)
        yield credit(bench)
        yield memory(bench)
