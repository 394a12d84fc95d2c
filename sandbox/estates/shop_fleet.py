"""The shop's machines and its network."""

from collections.abc import Callable
from typing import Any

from sandbox.estates import fleet, services
from sandbox.estates.site import Site, Tags

Tagging = Callable[[str, str, str], Tags]
INSTANCES = {  # name, team, type, days since launch, days since stop
    "production": [
        ("admin-1", "storefront", "t3.medium", 200, None),
        ("search-1", "catalog", "r5.large", 410, None),
        ("search-2", "catalog", "r5.large", 410, None),
        ("mail-relay", "platform", "t2.small", 1500, None),
        ("metrics", "platform", "m5.large", 600, None),
        ("ci-runner-1", "platform", "c5.xlarge", 150, None),
        ("ci-runner-2", "platform", "c5.xlarge", 150, None),
        ("image-resizer", "storefront", "m4.large", 1100, None),
        ("bastion", "platform", "t3.micro", 700, None),
        ("old-magento", "storefront", "m4.xlarge", 1600, 400),
        ("orders-migration", "checkout", "r5.xlarge", 720, 690),
    ],
    "development": [
        ("dev-workbench-anna", "storefront", "t3.large", 120, None),
        ("dev-workbench-jonas", "checkout", "t3.large", 120, None),
        ("dev-workbench-mira", "catalog", "t3.xlarge", 90, None),
        ("staging-storefront", "storefront", "t3.medium", 60, None),
        ("staging-checkout", "checkout", "t3.medium", 60, None),
        ("load-generator", "platform", "c5.2xlarge", 610, 600),
    ],
}
IDLE = ("image-resizer", "ci-runner-2", "bastion", "metrics")
GROUPS = (  # name, team, type, desired, days old
    ("storefront-blue", "storefront", "t3.large", 3, 30),
    ("storefront-green", "storefront", "t3.large", 0, 95),
    ("checkout", "checkout", "m6i.large", 2, 20),
    ("catalog", "catalog", "m6i.large", 2, 45),
)
BALANCERS = {  # name, team, days old, names of its targets
    "production": [
        ("shop-public", "storefront", 900, ("admin-1",)),
        ("search-internal", "catalog", 800, ("search-1", "search-2")),
        ("checkout-public", "checkout", 700, ("ci-runner-1",)),
        ("voucher-public", "checkout", 880, ()),
        ("old-magento-public", "storefront", 1500, ()),
    ],
    "development": [
        ("staging-public", "storefront", 300, ("staging-storefront",)),
        ("demo-fair-2024", "storefront", 780, ()),
    ],
}
LOOSE_ADDRESSES = {
    "production": ["old-magento", "voucher-public", "vpn-before-2024", "black-friday-spare"],
    "development": ["demo-fair-2024", "load-generator"],
}
ENDPOINTS = ("ssm", "ssmmessages", "ec2messages", "ecr.api", "kinesis-streams")


def fill(site: Site, environment: str, image: Any, tags: Tagging) -> dict[str, Any]:
    """The running instances by name."""
    made = {line[0]: _instance(site, environment, image, tags, *line) for line in INSTANCES[environment]}
    running = {name: row for name, row in made.items() if row.state == "running"}
    for name, team, days, targets in BALANCERS[environment]:
        given = tags(name, team, environment)
        row = fleet.load_balancer(site, name, days, given, [running[target] for target in targets])
        site.count("load-balancers", {"elb-without-targets": not targets}, row.arn)
    _network(site, environment, running, tags)
    if environment == "production":
        _groups(site, image, tags)
    return running


def _instance(
    site: Site,
    environment: str,
    image: Any,
    tags: Tagging,
    name: str,
    team: str,
    kind: str,
    days: float,
    stopped: float | None,
) -> Any:
    row = fleet.instance(site, image.id, kind, days, tags(name, team, environment), stopped)
    found = {"ec2-stopped-long": stopped is not None, "ec2-old-generation": fleet.previous_generation(kind)}
    awake = environment == "development" and stopped is None
    site.count("instances", found | {"ec2-idle": name in IDLE, "dev-running-at-night": awake}, row.id)
    site.made["volumes"] += 1
    return row


def _network(site: Site, environment: str, running: dict[str, Any], tags: Tagging) -> None:
    for name in LOOSE_ADDRESSES[environment]:
        row = fleet.address(site, tags(name, "platform", environment))
        site.count("addresses", {"eip-unassociated": True}, row.allocation_id)
    for name in list(running)[:3]:
        row = fleet.address(site, tags(name, "platform", environment), running[name].nics[0], running[name])
        site.count("addresses", {}, row.allocation_id)
    for number, subnet in enumerate(site.subnets[: 3 if environment == "production" else 1]):
        row = fleet.nat_gateway(site, 900, tags(f"nat-{'abc'[number]}", "platform", environment), subnet)
        site.count("nat-gateways", {"nat-idle": number == 2}, row.id)
        site.made["addresses"] += 1
    for service in ENDPOINTS if environment == "production" else ():
        row = fleet.endpoint(site, service, 700, tags(service, "platform", environment))
        site.count("vpc-endpoints", {"vpc-endpoint-unused": service == "kinesis-streams"}, row.id)


def _groups(site: Site, image: Any, tags: Tagging) -> None:
    """The green fleet is what a deployment of last season left."""
    for name, team, kind, desired, days in GROUPS:
        given = tags(name, team, "production")
        template = services.launch_template(site, name, image.id, kind, days, given)
        target = fleet.target_group(site, f"asg-{name}", given)
        row = services.auto_scaling_group(site, name, template, desired, days, given, [target])
        site.count("auto-scaling-groups", {"blue-green-leftovers": not desired}, row.name)
        site.made["launch-templates"] += 1
        site.made["target-groups"] += 1
        site.made["instances"] += desired
        site.made["volumes"] += desired
