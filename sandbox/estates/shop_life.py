"""What the shop's account did in the last fortnight, and what goes wrong there now."""

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.cloudwatch import burstable
from sandbox.estates import shop_data, shop_fleet
from sandbox.estates.site import Site

Plant = Callable[..., None]  # a subject of the control endpoints, and what it takes
Load = list[tuple[float, float]]  # hours ago, % from then on
HOURS = 15 * 24.0  # so that a fortnight is whole
PERIOD = 300
MB = 1_000_000

LOADS: Mapping[str, Load] = {  # of what has credits; the others do a few per cent
    "admin-1": [(HOURS, 12), (10, 60)],  # two hours left
    "mail-relay": [(HOURS, 12), (30, 45)],  # used up
    "storefront-blue": [(HOURS, 24)],
    "staging-checkout": [(HOURS, 10), (21, 42)],  # 50 minutes left
    "dev-workbench-anna": [(HOURS, 25)],
    "dev-workbench-mira": [(HOURS, 30), (200, 55)],  # surplus is charged
    "sessions": [(HOURS, 12), (9, 60)],  # three hours left
    "orders-staging": [(HOURS, 8), (15, 55)],  # surplus is borrowed
}
STANDARD = ("admin-1", "staging-checkout", "storefront-blue")  # instances that spend no surplus
BUSY: Load = [(HOURS, 110), (1.5, 1200)]  # operations a second of a gp2 volume of 200 GiB: an hour left
IOPS = {"orders-db-data": (700, 450), "media-cache": (900, 300)}  # reads and writes a second
CALLS = {  # of functions: in five minutes, ms each, MB of memory used at most
    "resize-image": (400, 420, 610),
    "send-receipt": (60, 180, 380),
    "sync-stock": (900, 90, 700),
    "export-orders": (2, 20_000, 402),
    "nightly-report": (1, 9_000, 640),
    "redirect-old-urls": (1500, 12, 90),
}
THROTTLED = "sync-stock"
UNITS = {"stock-events": (42, 18), "price-history": (11, 6), "voucher-codes": (3, 1)}  # read, written a second
LOOPING, THROTTLING = "checkout", "storefront-blue"
BOOT = """\
[    4.812345] cloud-init[1203]: Cloud-init finished, datasource Ec2Local
checkout.service: starting on port 8080
checkout.service: connecting to orders.shop.internal:5432
checkout.service: migration 0412_order_lines is running, 38 % done
checkout.service: not ready: GET /health answers 503
"""


def fill(site: Site, environment: str, plant: Plant) -> None:
    """Metrics of everything that is judged by them; the second site has neither groups nor caches."""
    _machines(site, plant)
    _databases(environment, plant)
    _gateways(site, plant)
    _volumes(site, plant)
    if environment == "production":
        _caches(plant)
        _functions(plant)
        _tables(plant)
        _endpoints(site, plant)
        _quota(plant)
        _replacement_loop(site, plant)
        _throttled_fleet(site, plant)
        _sick_target(site, plant)


def steady(namespace: str, name: str, dimensions: Mapping[str, str], value: float, **more: Any) -> dict[str, Any]:
    """A metric every five minutes, with some noise unless it is zero."""
    place = {"namespace": namespace, "name": name, "dimensions": dimensions}
    return place | {"period": PERIOD, "hours": HOURS, "value": value, "noise": value / 5} | more


def name_of(site: Site, row: Any) -> str:
    return str(site.ec2.tags.get(row.id, {}).get("Name", ""))


def _machines(site: Site, plant: Plant) -> None:
    for row in site.ec2.all_instances():
        if row.state == "running":
            machine(plant, row.id, name_of(site, row), row.instance_type, name_of(site, row) in shop_fleet.IDLE)


def machine(plant: Plant, ident: str, name: str, kind: str, idle: bool) -> None:
    """CPU, network, and credits where the type has some."""
    place = {"InstanceId": ident}
    sent = 4_000.0 if idle else 3.0 * MB
    lines = [steady("AWS/EC2", "NetworkIn", place, 2 * sent), steady("AWS/EC2", "NetworkOut", place, sent)]
    if kind.partition(".")[0] in burstable.FAMILIES:
        credits(plant, "ec2", ident, kind, LOADS.get(name, [(HOURS, 1.5 if idle else 7)]), name in STANDARD)
    else:
        cpu = 1.5 if idle else 38.0
        lines.append(steady("AWS/EC2", "CPUUtilization", place, cpu, swing=cpu / 3, unit="Percent"))
    plant("metrics", metrics=lines)


def credits(plant: Plant, what: str, ident: str, kind: str, load: Load, standard: bool = False) -> None:
    """All of them a fortnight ago. Of instances T3 spends surplus unless told not to, of databases always."""
    unlimited = not standard and not kind.startswith("t2.") and what != "elasticache"
    most = burstable.of_type(kind, unlimited).most
    plant("burstable", kind=what, ids=[ident], type=kind, load=load, balance=most, unlimited=unlimited)
    if standard and what == "ec2":
        plant("credits", instances=[ident], mode="standard")


def _databases(environment: str, plant: Plant) -> None:
    for name, kind, _days, stopped in shop_data.DATABASES[environment]:
        if stopped is None:
            idle = name in shop_data.IDLE_DATABASES
            connections = 0 if idle else 24
            place = {"DBInstanceIdentifier": name}
            plant("metrics", metrics=[steady("AWS/RDS", "DatabaseConnections", place, connections)])
            if kind.startswith("db.t"):
                credits(plant, "rds", name, kind, LOADS.get(name, [(HOURS, 2)]))


def _caches(plant: Plant) -> None:
    for name, kind, idle in shop_data.CACHES:
        place = {"CacheClusterId": name}
        plant("metrics", metrics=[steady("AWS/ElastiCache", "CurrConnections", place, 2 if idle else 45)])
        if kind.startswith("cache.t"):
            credits(plant, "elasticache", name, kind, LOADS.get(name, [(HOURS, 1)]))


def _gateways(site: Site, plant: Plant) -> None:
    """Nobody goes through the third one any more."""
    for row in site.ec2.nat_gateways.values():
        gateway(plant, row.id, busy=name_of(site, row) != "nat-c")


def gateway(plant: Plant, ident: str, busy: bool) -> None:
    sent = {"BytesOutToDestination": 40.0 * MB, "BytesInFromDestination": 90.0 * MB}
    place = {"NatGatewayId": ident}
    plant("metrics", metrics=[steady("AWS/NATGateway", name, place, each * busy) for name, each in sent.items()])


def _volumes(site: Site, plant: Plant) -> None:
    for row in site.ec2.volumes.values():
        name = name_of(site, row)
        if name in IOPS:
            figures = zip(("VolumeReadOps", "VolumeWriteOps"), IOPS[name], strict=True)
            place = {"VolumeId": row.id}
            plant("metrics", metrics=[steady("AWS/EBS", each, place, a_second * PERIOD) for each, a_second in figures])
        elif row.volume_type == "gp2" and row.attachment:
            load: Load = BUSY if name == "search-index-1" else [(HOURS, 40)]
            plant("volumes", ids=[row.id], gigabytes=row.size, load=load)


def _functions(plant: Plant) -> None:
    for name, (calls, milliseconds, used) in CALLS.items():
        place = {"FunctionName": name}
        lines = [steady("AWS/Lambda", "Invocations", place, calls, noise=0)]
        lines.append(steady("AWS/Lambda", "Duration", place, calls * milliseconds, samples=calls))
        lines.append(steady("LambdaInsights", "used_memory_max", {"function_name": name}, used, noise=used / 50))
        refused = [(HOURS, 0), (3, 55 if name == THROTTLED else 0)]
        lines.append(steady("AWS/Lambda", "Throttles", place, 0, steps=refused))
        plant("metrics", metrics=lines)


def _tables(plant: Plant) -> None:
    names = ("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits")
    for table, units in UNITS.items():
        place = {"TableName": table}
        figures = zip(names, units, strict=True)
        plant("metrics", metrics=[steady("AWS/DynamoDB", name, place, each * PERIOD) for name, each in figures])


def _endpoints(site: Site, plant: Plant) -> None:
    """One without traffic reports nothing."""
    for row in site.ec2.vpc_end_points.values():
        if not row.service_name.endswith("kinesis-streams"):
            place = {"Endpoint Type": "Interface", "Service Name": row.service_name}
            place |= {"VPC Endpoint Id": row.id, "VPC Id": row.vpc_id}
            plant("metrics", metrics=[steady("AWS/PrivateLinkEndpoints", "BytesProcessed", place, 2.0 * MB)])


def _quota(plant: Plant) -> None:
    """35 of 40 vCPUs are in use."""
    place = {"Class": "Standard/OnDemand", "Resource": "vCPU", "Service": "EC2", "Type": "Resource"}
    plant("metrics", metrics=[steady("AWS/Usage", "ResourceCount", place, 35, noise=0)])
    usage = {"name": "ResourceCount", "dimensions": place}
    name = "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances"
    plant("quotas", quotas=[{"service": "ec2", "code": "L-1216C47A", "name": name, "value": 40, "usage": usage}])


def _replacement_loop(site: Site, plant: Plant) -> None:
    """Five instances lived six minutes each within the last hour: their start takes longer than the grace period."""
    for number in range(5):
        _life(site, plant, LOOPING, ended=(8 + 11 * number) / 60, lived=0.1)
    for state in site.backend("autoscaling").autoscaling_groups[LOOPING].instance_states:
        plant("console", instance=state.instance.id, text=BOOT)


def _throttled_fleet(site: Site, plant: Plant) -> None:
    """Three were ended without a credit left, and others started without any in their places."""
    for ended in (3.0, 7.0, 13.0):
        ident = _life(site, plant, THROTTLING, ended, lived=2.0)
        empty = [(ended + 1.9, 0.2), (ended, None)]
        plant("metrics", metrics=[steady("AWS/EC2", "CPUCreditBalance", {"InstanceId": ident}, 0, steps=empty)])


def _life(site: Site, plant: Plant, group: str, ended: float, lived: float) -> str:
    """The id of an instance that a health check ended so many hours ago."""
    ident = f"i-{site.random.getrandbits(68):017x}"
    known = {"group": group, "instance": ident, "zone": site.zones[0].name}
    launched = known | {"verb": "launch", "hours": ended + lived, "cause": "replacement"}
    plant("activities", activities=[launched, known | {"verb": "terminate", "hours": ended, "cause": "elb"}])
    return ident


def _sick_target(site: Site, plant: Plant) -> None:
    elb = site.backend("elbv2")
    arn = next(arn for arn, group in elb.target_groups.items() if group.name == "search-internal")
    (sick,) = (row for row in site.ec2.all_instances() if name_of(site, row) == "search-2")
    plant("health", target_group=arn, targets=[sick.id], reason="Target.FailedHealthChecks")
