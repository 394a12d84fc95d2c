"""A second, small account of the demo: the shop's warehouse, which nobody has tidied up either."""

from sandbox.estates import data, fleet, shop_life, storage
from sandbox.estates.shop import tags
from sandbox.estates.shop_life import HOURS, Load, Plant
from sandbox.estates.site import Site

REGION = "eu-central-1"
INSTANCES: dict[str, tuple[str, float, Load]] = {  # type, days since launch, CPU in %
    "scanner-1": ("t3.small", 60, [(HOURS, 10), (17, 46)]),  # an hour and a half left
    "scanner-2": ("t3.small", 60, [(HOURS, 14)]),
    "label-printer": ("t3.micro", 400, [(HOURS, 2)]),
}
LOOSE = (("scanner-images-2024", 300, 610), ("stock-taking", 120, 95))  # volumes: name, GiB, days old


def fill(site: Site, plant: Plant) -> None:
    """Ten resources; its `waste` names what cost checks find there."""
    image = storage.image(site, "depot-base-2026-10", 30, tags("depot-base", "platform"))
    for name, (kind, days, load) in INSTANCES.items():
        row = fleet.instance(site, image.id, kind, days, tags(name, "platform"))
        site.count("instances", {}, row.id)
        shop_life.credits(plant, "ec2", row.id, kind, load, standard=True)
    for name, size, days in LOOSE:
        volume = storage.volume(site, size, "gp3", days, tags(name, "platform"))
        site.count("volumes", {"ebs-unattached": True}, volume.id)
    snapshot = storage.snapshot(site, volume, 700, tags("stock-taking-2024", "platform"))
    site.count("snapshots", {"snapshot-old": True}, snapshot.id)
    address = fleet.address(site, tags("old-vpn", "platform"))
    site.count("addresses", {"eip-unassociated": True}, address.allocation_id)
    _idle(site, plant)


def _idle(site: Site, plant: Plant) -> None:
    gateway = fleet.nat_gateway(site, 500, tags("depot-nat", "platform"))
    site.count("nat-gateways", {"nat-idle": True}, gateway.id)
    shop_life.gateway(plant, gateway.id, busy=False)
    data.database(site, "stock", "db.m6g.large", 500, tags("stock", "checkout"), multi_az=True)
    site.count("databases", {}, "stock")
    place = {"DBInstanceIdentifier": "stock"}
    plant("metrics", metrics=[shop_life.steady("AWS/RDS", "DatabaseConnections", place, 12)])
    data.log_group(site, "/depot/scanners", 500, tags("scanners", "platform"), None, 90 * data.GIB)
    site.count("log-groups", {"log-group-without-retention": True}, "/depot/scanners")
