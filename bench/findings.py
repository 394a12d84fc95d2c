"""What the pages of findings cost with 100,000 of them in fifty environments."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.core.management import call_command
from django.db import connection
from django.test import Client

from opsportal import clock
from opsportal.models import Environment, Finding

from . import estate
from .team import queries, timed

FINDINGS, PLACES, FEW = 100_000, 50, 30_000
LIST = "/admin/opsportal/finding/"
PAGES = {
    "findings, the worst": LIST,
    "findings, most $": f"{LIST}?sort=usd",
    "findings, the oldest": f"{LIST}?sort=oldest",
    "findings, closed": f"{LIST}?state=closed",
    "findings, page 150": f"{LIST}?page=150",
    "findings of one environment": f"{LIST}?environment={{place}}",
    "findings of one check, high": f"{LIST}?check=nat-idle&severity=3",
    "findings of one owner": f"{LIST}?owner=team-7",
    "findings over $100, 30 days old": f"{LIST}?usd=100&days=30",
    "findings, a search that finds one": f"{LIST}?q=vol-00000abc",
    "findings, a search that finds none": f"{LIST}?q=nowhere",
    "a finding": f"{LIST}{{finding}}/",
    "home": "/admin/",
}
CHECKS = ("ebs-unattached", "eip-unassociated", "snapshot-old", "nat-idle", "log-group-without-retention", "ec2-idle")
STATES = ("open", "open", "open", "acknowledged", "snoozed", "exempt", "closed", "closed")


def fill(count: int) -> None:
    """Findings of the last twelve weeks, a quarter of them closed, most with a price."""
    known = {"account": estate.ACCOUNT, "regions": ["eu-central-1"]}
    names = [f"place-{number}" for number in range(PLACES)]
    places = [Environment.objects.get_or_create(name=name, defaults=known)[0] for name in names]
    have, now, dice = Finding.objects.count(), clock.now(), random.Random(1)
    rows = (finding(number, places[number % PLACES], now, dice) for number in range(have, count))
    Finding.objects.bulk_create(rows, batch_size=1000)
    if connection.vendor != "mysql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def finding(number: int, place: Environment, now: datetime, dice: random.Random) -> Finding:
    state, opened = dice.choice(STATES), now - timedelta(days=dice.random() * 83)
    return Finding(
        fingerprint=f"{number:064x}",
        environment=place,
        region="eu-central-1",
        check_name=dice.choice(CHECKS),
        resource=f"vol-{number:08x}",
        name=f"name-{number}",
        owner=f"team-{dice.randrange(40)}",
        severity=dice.randint(1, 4),
        detail="100 GiB of gp2, attached to nothing for ten days.",
        advice="Take a snapshot, then delete it.",
        usd=None if dice.random() < 0.3 else round(dice.random() * 400, 2),
        evidence={"size_gib": 100, "read": ["ec2:DescribeVolumes"] * 3, "balance": [dice.random() for _ in range(24)]},
        state=state,
        until=now + timedelta(days=20) if state in ("snoozed", "exempt") else None,
        first_seen=opened,
        last_seen=now,
        opened_at=opened,
        closed_at=now - (now - opened) * dice.random() if state == "closed" else None,
    )


def addresses() -> dict[str, str]:
    known = {"place": Environment.objects.get(name="place-3").pk, "finding": Finding.objects.earliest("pk").pk}
    return {name: address.format(**known) for name, address in PAGES.items()}


def rows() -> Iterator[tuple[str, str, str]]:
    """p95 of each page in this process, and that the queries stay as many whatever the number of findings."""
    call_command("migrate", verbosity=0)
    client = Client(headers={"host": "localhost"})
    client.force_login(estate.somebody(), backend="django.contrib.auth.backends.ModelBackend")
    fill(FEW)
    few = {name: queries(client, address) for name, address in addresses().items()}
    fill(FINDINGS)
    many = {name: queries(client, address) for name, address in addresses().items()}
    assert few == many, f"queries grew: {few} → {many}"
    for name, address in addresses().items():
        what = f"{estate.database()}: {name}, {FINDINGS:,} findings, p50, p95"
        yield what, timed(client, address, many[name]), "p95 ≤ 300 ms"
