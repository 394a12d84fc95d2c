"""The benchmark's account: known counts and shares, so that what is found can be compared resource by resource.

Of each kind a share is waste, every `1 / share`-th row. Ages lie far on either side of any threshold: 200 days or more,
or 3.
"""

from collections.abc import Callable, Iterator
from typing import Any

from sandbox.estates import data, fleet, storage
from sandbox.estates.site import Site

OLD, YOUNG = 400.0, 3.0
COUNTS = {
    "volumes": 10_500,
    "snapshots": 5_200,
    "addresses": 2_000,
    "instances": 500,
    "buckets": 100,
    "images": 200,
    "load-balancers": 100,
    "nat-gateways": 50,
    "log-groups": 200,
    "databases": 50,
    "container-images": 300,
}
SHARES = {
    "ebs-unattached": 0.2,  # of the volumes; instances keep their root volumes and the rest
    "ebs-gp2-to-gp3": 0.25,  # of the volumes that are not a root
    "snapshot-orphaned": 0.2,  # of the snapshots that belong to no image: their volume is gone
    "snapshot-old": 0.5,  # of the same
    "eip-unassociated": 0.5,
    "ec2-stopped-long": 0.1,
    "ec2-old-generation": 0.2,
    "ami-unused": 0.5,
    "elb-without-targets": 0.2,
    "nat-idle": 0.2,
    "log-group-without-retention": 0.4,
    "rds-stopped-long": 0.1,
    "ecr-untagged": 0.5,
    "s3-without-lifecycle": 0.25,
    "s3-incomplete-uploads": 0.2,
}
OWNERS = ("shop", "payments", "search", "data", "platform")
TYPES = ("m7g.large", "t3.medium", "c6i.xlarge", "t3a.large")


def fill(site: Site, scale: int = 1) -> None:
    """Images that instances use come first: moto looks through all images at each launch."""
    counts = {kind: number * scale for kind, number in COUNTS.items()}
    used = [_image(site, n, "used") for n in range(10)]
    instances = [_instance(site, n, used[n % 10]) for n in range(counts["instances"])]
    volumes = [_volume(site, n, instances) for n in range(counts["volumes"] - len(instances))]
    for number in range(counts["images"] - 10):
        _image(site, number + 10, "unused" if _share("ami-unused", number) else "young")
    for number in range(counts["snapshots"] - counts["images"]):
        _snapshot(site, number, volumes)
    running = [row for row in instances if row.state == "running"]
    _gateways(site, counts["nat-gateways"])
    _addresses(site, counts["addresses"] - counts["nat-gateways"], running)
    for kind, make in REST.items():
        for number in range(counts[kind]):
            make(site, number, running)


def _share(check: str, number: int) -> bool:
    """True for the check's share of all numbers."""
    return _spread(SHARES[check], number)


def _spread(share: float, number: int) -> bool:
    """True for this share of all numbers, evenly."""
    return int((number + 1) * share + 1e-9) > int(number * share + 1e-9)


def _tags(name: str, number: int) -> dict[str, str]:
    return {"Name": f"{name}-{number:05}", "Owner": OWNERS[number % len(OWNERS)], "Environment": "bench"}


def _image(site: Site, number: int, use: str) -> Any:
    row = storage.image(site, f"base-{number:05}", YOUNG if use == "young" else OLD, _tags("base", number))
    site.count("images", {"ami-unused": use == "unused"}, row.id)
    site.made["snapshots"] += 1
    return row


def _instance(site: Site, number: int, image: Any) -> Any:
    long, old = _share("ec2-stopped-long", number), _share("ec2-old-generation", number)
    kind = "m4.large" if old else TYPES[number % len(TYPES)]
    row = fleet.instance(site, image.id, kind, OLD, _tags("app", number), stopped=200.0 if long else None)
    found = {"ec2-stopped-long": long, "ec2-old-generation": fleet.previous_generation(kind)}
    site.count("instances", found, row.id)
    site.made["volumes"] += 1
    return row


def _volume(site: Site, number: int, instances: list[Any]) -> Any:
    """A fifth of all volumes is loose; the roots, which are attached, count too."""
    free = _spread(SHARES["ebs-unattached"] * COUNTS["volumes"] / (COUNTS["volumes"] - COUNTS["instances"]), number)
    gp2 = _share("ebs-gp2-to-gp3", number)
    size = site.random.choice((20, 50, 100, 200, 500))
    row = storage.volume(site, size, "gp2" if gp2 else "gp3", OLD, _tags("data", number))
    if not free:
        holder = instances[number % len(instances)]
        storage.attach(site, row, holder, f"/dev/sd{_letters(len(holder.block_device_mapping))}")
    site.count("volumes", {"ebs-unattached": free, "ebs-gp2-to-gp3": gp2}, row.id)
    return row


def _letters(number: int) -> str:
    return chr(ord("a") + number % 26) if number < 26 else "b" + chr(ord("a") + number % 26)


def _snapshot(site: Site, number: int, volumes: list[Any]) -> None:
    orphaned, old = _share("snapshot-orphaned", number), _share("snapshot-old", number)
    of = storage.deleted_volume(site, 100) if orphaned else volumes[number % len(volumes)]
    row = storage.snapshot(site, of, OLD if old else YOUNG, _tags("backup", number))
    site.count("snapshots", {"snapshot-orphaned": orphaned, "snapshot-old": old}, row.id)


def _gateways(site: Site, number: int) -> None:
    """An idle one is the metrics' affair; here it is only named."""
    for n in range(number):
        row = fleet.nat_gateway(site, OLD, _tags("nat", n))
        site.count("nat-gateways", {"nat-idle": _share("nat-idle", n)}, row.id)
        site.made["addresses"] += 1


def _addresses(site: Site, number: int, running: list[Any]) -> None:
    """The running instances take one each, interfaces of their own the rest of those in use."""
    free = int(SHARES["eip-unassociated"] * (number + site.made["nat-gateways"]))
    holders = iter(running)
    for n in range(number):
        row = fleet.address(site, _tags("ip", n), *(() if n < free else _holder(site, holders)))
        site.count("addresses", {"eip-unassociated": n < free}, row.allocation_id)


def _holder(site: Site, holders: Iterator[Any]) -> tuple[Any, Any]:
    instance = next(holders, None)
    return (instance.nics[0], instance) if instance else (fleet.interface(site, "proxy"), None)


def _load_balancer(site: Site, number: int, running: list[Any]) -> None:
    empty = _share("elb-without-targets", number)
    targets = [] if empty else [running[number % len(running)]]
    row = fleet.load_balancer(site, f"web-{number:05}", OLD, _tags("web", number), targets)
    site.count("load-balancers", {"elb-without-targets": empty}, row.arn)


def _log_group(site: Site, number: int, _: list[Any]) -> None:
    endless = _share("log-group-without-retention", number)
    row = data.log_group(site, f"/bench/app-{number:05}", OLD, _tags("app", number), None if endless else 30)
    site.count("log-groups", {"log-group-without-retention": endless}, row.name)


def _database(site: Site, number: int, _: list[Any]) -> None:
    stopped = 200.0 if _share("rds-stopped-long", number) else None
    row = data.database(site, f"db-{number:05}", "db.m6g.large", OLD, _tags("db", number), stopped)
    site.count("databases", {"rds-stopped-long": stopped is not None}, row.db_instance_identifier)


def _container_image(site: Site, number: int, _: list[Any]) -> None:
    """Fifty in each repository."""
    rows, name = site.backend("ecr").repositories, f"bench/app-{number // 50:03}"
    where = rows.get(name) or data.repository(site, name, OLD, _tags("app", number // 50))
    untagged = _share("ecr-untagged", number)
    row = data.container_image(site, where, None if untagged else f"v{number}", OLD, 200 * 1024**2)
    site.count("container-images", {"ecr-untagged": untagged}, f"{name}@{row.image_digest}")


def _bucket(site: Site, number: int, _: list[Any]) -> None:
    without, uploads = _share("s3-without-lifecycle", number), _share("s3-incomplete-uploads", number)
    name = f"bench-{site.place.account}-{number:05}"
    data.bucket(site, name, OLD, _tags("bucket", number), lifecycle=not without, uploads=3 if uploads else 0)
    site.count("buckets", {"s3-without-lifecycle": without, "s3-incomplete-uploads": uploads}, name)


REST: dict[str, Callable[[Site, int, list[Any]], None]] = {
    "load-balancers": _load_balancer,
    "log-groups": _log_group,
    "databases": _database,
    "container-images": _container_image,
    "buckets": _bucket,
}
