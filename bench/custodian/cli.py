"""Cloud Custodian as its users run it: installed into an environment of its own, started from a shell."""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

VERSION = "0.9.53"
POLICIES = Path(__file__).with_name("policies.yml")
KEYS: Mapping[str, str] = {  # what AWS's own id of a match is called
    "ebs-unattached": "VolumeId",
    "ebs-gp2-to-gp3": "VolumeId",
    "snapshot-orphaned": "SnapshotId",
    "snapshot-old": "SnapshotId",
    "eip-unassociated": "AllocationId",
    "ec2-stopped-long": "InstanceId",
    "ec2-old-generation": "InstanceId",
    "ami-unused": "ImageId",
    "elb-without-targets": "LoadBalancerArn",
    "nat-idle": "NatGatewayId",
    "rds-idle": "DBInstanceIdentifier",
    "rds-stopped-long": "DBInstanceIdentifier",
    "log-group-without-retention": "logGroupName",
    "ecr-untagged": "imageDigest",
    "s3-without-lifecycle": "Name",
}


@dataclass(frozen=True)
class Used:
    """What a program took from its start to its end, both in seconds."""

    wall: float
    cpu: float


def install(folder: Path) -> Path:
    """Custodian's command, in an environment of its own below this folder."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", f"c7n=={VERSION}"]
    subprocess.run(pip, check=True)
    return folder / "bin" / "custodian"


def run(custodian: Path, endpoint: str, account: str, region: str, out: Path) -> Used:
    """One run of all policies, with a cache that is empty at first. Custodian writes what matched below `out`."""
    argv = [str(custodian), "run", "--cache", str(out / "cache"), "--output-dir", str(out), "--region", region]
    out.mkdir(parents=True)
    return timed([*argv, str(POLICIES)], environment(endpoint, account, region), out / "log")


def environment(endpoint: str, account: str, region: str) -> dict[str, str]:
    """Variables that make any AWS SDK talk to the sandbox as the root of this account."""
    keys = {"AWS_ACCESS_KEY_ID": account, "AWS_SECRET_ACCESS_KEY": "sandbox"}
    shell = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**shell, **keys, "AWS_ENDPOINT_URL": endpoint, "AWS_DEFAULT_REGION": region}


def timed(argv: Sequence[str], env: Mapping[str, str], log: Path) -> Used:
    """Run the program to its end. Raises CalledProcessError when it fails; `log` then says why."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    with log.open("wb") as file:
        subprocess.run(argv, env=env, stdout=file, stderr=subprocess.STDOUT, check=True)
    wall, after = time.monotonic() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Used(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def matches(out: Path) -> dict[str, set[str]]:
    """What each policy of a run matched, by the ids that our findings have."""
    return {name: set(ids(name, json.loads((out / name / "resources.json").read_text()))) for name in KEYS}


def ids(policy: str, matched: Sequence[Mapping[str, Any]]) -> list[str]:
    if policy == "ecr-untagged":
        return [f"{each['repositoryName']}@{each['imageDigest']}" for each in matched]
    return [each[KEYS[policy]] for each in matched]
