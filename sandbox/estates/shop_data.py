"""Where the shop keeps its data, logs, secrets and code."""

from collections.abc import Callable
from typing import Any

from sandbox.estates import data, services
from sandbox.estates.site import Site, Tags

Tagging = Callable[[str, str, str], Tags]
PARTS = {
    "production": ("storefront", "checkout", "catalog", "search", "payments", "orders", "mail", "vouchers"),
    "development": ("storefront", "checkout", "catalog"),
}
TEAM = {"storefront": "storefront", "mail": "platform", "catalog": "catalog", "search": "catalog"}
DATABASES: dict[str, list[tuple[str, str, int, int | None]]] = {  # name, class, days old, days since stop
    "production": [
        ("orders", "db.m6g.large", 720, None),
        ("catalog", "db.r6g.large", 800, None),
        ("reporting", "db.m5.large", 640, None),
        ("vouchers", "db.t3.medium", 880, None),
    ],
    "development": [("orders-staging", "db.t3.medium", 300, None), ("catalog-import-test", "db.m5.large", 330, 40)],
}
IDLE_DATABASES = ("vouchers", "reporting")
CACHES = [
    ("sessions", "cache.t3.medium", False),
    ("catalog-pages", "cache.m6g.large", False),
    ("vouchers", "cache.t3.small", True),
]
TABLES = [  # name, read and write units, of which hardly any are used
    ("carts", 0, 0, False),
    ("stock-events", 500, 400, True),
    ("price-history", 20, 10, False),
    ("voucher-codes", 200, 100, True),
    ("session-archive", 0, 0, False),
]
FUNCTIONS = [  # name, MiB, far more than it uses
    ("resize-image", 3008, True),
    ("send-receipt", 512, False),
    ("sync-stock", 1024, False),
    ("export-orders", 2048, True),
    ("nightly-report", 1024, False),
    ("redirect-old-urls", 128, False),
]
BUCKETS = {  # name, rule that tidies uploads, uploads never ended
    "production": [
        ("media", True, 0),
        ("invoices", True, 0),
        ("access-logs", False, 0),
        ("exports", False, 4),
        ("old-shop-backup", False, 0),
        ("build-artifacts", False, 2),
        ("static-site", True, 0),
        ("data-lake", True, 0),
    ],
    "development": [("dev-media", False, 0), ("load-test-results", False, 3)],
}
SECRETS: list[tuple[str, int | None, bool]] = [  # name, days since its last use, None never
    ("orders/db", 0, False),
    ("catalog/db", 0, False),
    ("payments/api-key", 1, False),
    ("mail/smtp", 2, False),
    ("old-shop/db", 610, True),
    ("voucher-service/db", 400, True),
    ("payments/api-key-before-rotation", None, True),
]


def fill(site: Site, environment: str, tags: Tagging) -> None:
    _databases(site, environment, tags)
    _logs(site, environment, tags)
    _buckets(site, environment, tags)
    _images(site, environment, tags)
    _messages(site, environment, tags)
    if environment == "production":
        _stores(site, tags)


def _databases(site: Site, environment: str, tags: Tagging) -> None:
    for name, kind, days, stopped in DATABASES[environment]:
        given = tags(name, "checkout", environment)
        row = data.database(site, name, kind, days, given, stopped, multi_az=environment == "production")
        found = {"rds-idle": name in IDLE_DATABASES, "rds-stopped-long": stopped is not None}
        awake = environment == "development" and stopped is None
        site.count("databases", found | {"dev-running-at-night": awake}, row.db_instance_identifier)


def _logs(site: Site, environment: str, tags: Tagging) -> None:
    """Services that ECS runs keep a month, functions and what was made by hand for ever."""
    parts: list[tuple[str, str, int | None]] = [(f"/ecs/{part}", part, 30) for part in PARTS[environment]]
    parts += [(f"/app/{part}", part, 90) for part in PARTS[environment]]
    if environment == "production":
        parts += [(f"/aws/lambda/{name}", "platform", None) for name, *_ in FUNCTIONS]
        parts += [("/old-shop/access", "storefront", None), ("/vpc/flow", "platform", None)]
    for number, (name, part, keep) in enumerate(parts):
        stored = (number % 7 + 1) * 6 * data.GIB
        given = tags(name, _team(part), environment)
        data.log_group(site, name, 600, given, keep, stored)
        site.count("log-groups", {"log-group-without-retention": keep is None}, name)


def _team(part: str) -> str:
    return TEAM.get(part, "platform" if part == "platform" else "checkout")


def _buckets(site: Site, environment: str, tags: Tagging) -> None:
    for name, tidy, uploads in BUCKETS[environment]:
        whole = f"lindenladen-{site.place.account}-{name}"
        data.bucket(site, whole, 700, tags(name, "platform", environment), lifecycle=tidy, uploads=uploads)
        site.count("buckets", {"s3-without-lifecycle": not tidy, "s3-incomplete-uploads": uploads > 0}, whole)


def _images(site: Site, environment: str, tags: Tagging) -> None:
    """Each push of `latest` leaves the image before it without a tag."""
    where = services.cluster(site, f"shop-{environment}", tags("shop", "platform", environment))
    site.made["clusters"] += 1
    for part in PARTS[environment]:
        given = tags(part, _team(part), environment)
        row = data.repository(site, f"shop/{part}", 800, given)
        site.made["repositories"] += 1
        for number in range(6):
            tag = {4: "v41", 5: "latest"}.get(number)
            image = data.container_image(site, row, tag, 300 - number * 50, 240 * 1024**2)
            site.count("container-images", {"ecr-untagged": tag is None}, f"{row.name}@{image.image_digest}")
        services.ecs_service(site, where, part, f"{row.uri}:latest", 2, given)
        site.made["services"] += 1


def _messages(site: Site, environment: str, tags: Tagging) -> None:
    for part in PARTS[environment]:
        given = tags(part, _team(part), environment)
        services.topic(site, f"{part}-events", given)
        services.queue(site, f"{part}-jobs", given)
        services.parameter(site, f"/shop/{part}/log-level", "info", given)
        for kind in ("topics", "queues", "parameters"):
            site.made[kind] += 1


def _stores(site: Site, tags: Tagging) -> None:
    for name, kind, idle in CACHES:
        data.cache(site, name, kind, 500, tags(name, "platform", "production"))
        site.count("cache-clusters", {"elasticache-idle": idle}, name)
    for name, read, write, oversized in TABLES:
        data.table(site, name, 650, tags(name, "catalog", "production"), read, write)
        site.count("tables", {"dynamodb-overprovisioned": oversized}, name)
    for name, memory, oversized in FUNCTIONS:
        data.function(site, name, memory, 200, tags(name, "platform", "production"))
        site.count("functions", {"lambda-oversized": oversized}, name)
    for name, used, unused in SECRETS:
        data.secret(site, name, 900, tags(name, "platform", "production"), _days(used))
        site.count("secrets", {"secrets-unused": unused}, name)


def _days(used: Any) -> float | None:
    return None if used is None else float(used)
