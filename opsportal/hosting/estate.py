"""What the demo's accounts hold: a shop that nobody has tidied up, and two policies that watch it."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User

from .. import checks, firings, policies
from ..models import Environment, Policy
from .demo import Sandbox

ESTATES = {"dev": "shop", "prod": "depot"}
FILLING = 120.0  # seconds at most
ZONE = "Europe/Berlin"
TOLD = ["ops@example.com"]
SOON = (
    *("credits-run-out", "burst-too-small", "throttle-recycle", "replacement-loop", "grace-too-short"),
    "api-throttling",
)


def fill(sandbox: Sandbox) -> None:
    """Put the estates into the accounts; the sandbox makes none of them twice."""
    for name, estate in ESTATES.items():
        account = Environment.objects.get(name=name).account
        sandbox.call("POST", "estates", {"estate": estate, "account": account}, FILLING)


def watch() -> None:
    """Make the policies, and let each new one sweep at once, so that Home has something to tell within a minute."""
    olga = User.objects.get(username="olga")
    for fields in wanted():
        if not Policy.objects.filter(name=fields["name"]).exists():
            policy = Policy(timezone=ZONE, tell=TOLD, **fields)
            policies.save(policy, list(Environment.objects.filter(name__in=ESTATES)), olga)
            firings.run_now(policy.pk, olga)


def wanted() -> tuple[Mapping[str, Any], ...]:
    costs = [check.name for check in checks.checks() if check.group == "cost"]
    return (
        {"name": "nightly-costs", "cron": "0 3 * * *", "params": {"checks": costs}},
        {"name": "credits", "cron": "*/10 * * * *", "params": {"checks": list(SOON)}},
    )
