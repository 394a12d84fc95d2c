"""The demo's account: a shop that grew for six years, in Frankfurt, with its development and its past in Ireland."""

from typing import Any

from sandbox.estates import shop_data, shop_fleet, storage
from sandbox.estates.site import Site, Tags

REGIONS = {"eu-central-1": "production", "eu-west-1": "development"}
TEAMS = {"storefront": "anna.weber", "checkout": "jonas.klein", "catalog": "mira.vogel", "platform": "tom.brandt"}


def tags(service: str, team: str, environment: str = "production") -> Tags:
    owner = f"{TEAMS[team]}@lindenladen.example"
    return {"Name": service, "Service": service, "Owner": owner, "Team": team, "Environment": environment}


def fill(main: Site, second: Site) -> None:
    """Each site's `waste` says what the checks must find there."""
    for site in (main, second):
        environment = REGIONS[site.place.region]
        images = [_image(site, *line) for line in IMAGES[environment]]
        fleet = shop_fleet.fill(site, environment, images[-1], tags)
        _volumes(site, environment, fleet)
        shop_data.fill(site, environment, tags)


IMAGES = {  # name, days old, used by instances
    "production": [
        ("lindenladen-base-2023-02", 1360, False),
        ("lindenladen-base-2024-01", 1025, False),
        ("lindenladen-base-2024-09", 780, False),
        ("magento-migration-test", 900, False),
        ("lindenladen-base-2025-06", 510, False),
        ("lindenladen-base-2026-03", 240, False),
        ("lindenladen-base-2026-11", 12, True),
    ],
    "development": [("dev-workbench-2024", 760, False), ("dev-workbench-2026", 60, True)],
}


def _image(site: Site, name: str, days: float, used: bool) -> Any:
    row = storage.image(site, name, days, tags(name, "platform"))
    site.count("images", {"ami-unused": not used}, row.id)
    site.made["snapshots"] += 1
    return row


VOLUMES: dict[
    str, list[tuple[str, str, int, str, int, bool, int | None]]
] = {  # name, team, GiB, type, days old, attached, IOPS
    "production": [
        ("orders-db-data", "checkout", 500, "io2", 700, True, 16_000),
        ("search-index-1", "catalog", 200, "gp2", 800, True, None),
        ("search-index-2", "catalog", 200, "gp2", 800, True, None),
        ("media-cache", "storefront", 300, "gp3", 420, True, 9000),
        ("mail-spool", "platform", 50, "gp2", 1500, True, None),
        ("metrics-data", "platform", 250, "gp2", 900, True, None),
        ("build-cache", "platform", 150, "gp3", 300, True, None),
        ("admin-uploads", "storefront", 100, "gp2", 950, True, None),
        ("black-friday-2025-extra-1", "storefront", 400, "gp3", 360, False, None),
        ("black-friday-2025-extra-2", "storefront", 400, "gp3", 360, False, None),
        ("old-magento-data", "storefront", 800, "gp2", 1400, False, None),
        ("orders-db-before-migration", "checkout", 500, "io1", 720, False, 5000),
        ("search-reindex-temp", "catalog", 200, "gp2", 150, False, None),
    ],
    "development": [
        ("dev-jonas-scratch", "checkout", 100, "gp2", 500, False, None),
        ("dev-catalog-import", "catalog", 250, "gp2", 330, False, None),
        ("dev-workbench-home", "platform", 80, "gp3", 200, True, None),
        ("load-test-results", "platform", 300, "st1", 610, False, None),
    ],
}


def _volumes(site: Site, environment: str, fleet: dict[str, Any]) -> None:
    """Attached to instances in turn; each has a snapshot of every second week, the loose ones an old one."""
    holders = list(fleet.values())
    for number, (name, team, size, kind, days, attached, iops) in enumerate(VOLUMES[environment]):
        row = storage.volume(site, size, kind, days, tags(name, team, environment), iops)
        if attached:
            storage.attach(
                site, row, holders[number % len(holders)], "/dev/sdf" if number < len(holders) else "/dev/sdg"
            )
        found = {"ebs-unattached": not attached, "ebs-gp2-to-gp3": kind == "gp2"}
        site.count("volumes", found | {"ebs-overprovisioned-iops": attached and bool(iops)}, row.id)
        for age in (3, 17, 31, 45, 59) if attached else (days - 1,):
            _snapshot(site, row, age, tags(f"{name}-backup", team, environment))
    for name, age in (("old-shop-db", 1300), ("old-shop-web", 1300), ("voucher-service", 880)):
        gone = storage.deleted_volume(site, 120)
        _snapshot(site, gone, age, tags(f"{name}-last-backup", "platform", environment), orphaned=True)


def _snapshot(site: Site, of: Any, days: float, given: Tags, orphaned: bool = False) -> None:
    row = storage.snapshot(site, of, days, given)
    site.count("snapshots", {"snapshot-orphaned": orphaned, "snapshot-old": days > 365}, row.id)
