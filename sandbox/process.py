"""Starting and steering a sandbox process from tests, the demo and the benchmark."""

import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import boto3
from botocore.config import Config

from sandbox.controlling import Controlled

ACCOUNT = "123456789012"
ONCE = Config(retries={"total_max_attempts": 1})


@dataclass
class Sandbox(Controlled):
    """A running sandbox: `url` is the endpoint for any AWS client."""

    def client(self, service: str, region: str = "eu-west-1", account: str = ACCOUNT, **config: Any) -> Any:
        """An ordinary boto3 client that sends each call once, with the account's root credentials."""
        return _client(self.url, service, region, account, **config)

    def fault(self, kind: str, **rule: Any) -> str:
        """Adds a fault rule and gives its id."""
        return str(self.control("POST", "faults", {"kind": kind, **rule})["id"])

    def log(self) -> dict[str, Any]:
        """`calls`, `total` and `mutating` of every AWS call since the last reset."""
        found: dict[str, Any] = self.control("GET", "log")
        return found

    def clear_log(self) -> None:
        self.control("DELETE", "log")

    def operations(self) -> dict[str, Any]:
        """`operations`, `first_start`, `last_end` and `seconds` between them."""
        found: dict[str, Any] = self.control("GET", "operations")
        return found

    def speed(self, speed: float, **more: float) -> None:
        """`more`: change_set_seconds."""
        self.control("PUT", "speed", {"speed": speed, **more})

    def role(self, account: str, role: str, **options: Any) -> str:
        """Makes a role (external_id, policy, enforce) and gives its ARN."""
        return str(self.control("POST", "roles", {"account": account, "role": role, **options})["arn"])

    def seed(self, subject: str, account: str = ACCOUNT, region: str = "eu-west-1", **given: Any) -> Any:
        """Puts metrics, alarms, scaling activities and the like into an account; the README lists the subjects."""
        return self.control("POST", subject, {"account": account, "region": region, **given})

    def age(self, kind: str, ident: str, region: str = "eu-west-1", account: str = ACCOUNT, **times: str) -> None:
        """Puts `created`, `stopped` and `used` of a resource into the past, as ISO 8601."""
        self.control("POST", "ages", {"kind": kind, "id": ident, "region": region, "account": account, **times})

    def fill(self, estate: str, account: str = ACCOUNT, **options: Any) -> dict[str, Any]:
        """Fills the account and gives, by region, how many rows of each kind and the ids that each check must find."""
        given = {"estate": estate, "account": account, **options}
        found: dict[str, Any] = self.control("POST", "estates", given, seconds=600)
        return found

    def ci_token(self, claims: dict[str, Any], issuer: str = "", **how: Any) -> str:
        """A token that the issuer at this path signs: `headers`, `algorithm`, `foreign_key` as the README says."""
        known = {"iss": self.url + issuer, **claims}
        return str(self.control("POST", "oidc/tokens", {"issuer": issuer, "claims": known, **how})["token"])

    def issuers(self, mode: str) -> None:
        """Let all issuers answer in this way, and count anew how often they are asked."""
        self.control("POST", "oidc/mode", {"mode": mode})

    def rotate(self, issuer: str = "", keep: bool = False) -> None:
        """Give the issuer another key; the old ones are withdrawn unless they are kept."""
        self.control("POST", "oidc/rotate", {"issuer": issuer, "keep": keep})

    def saved(self) -> bool:
        """True when the state file holds everything."""
        return bool(self.control("GET", "")["saved"])


@lru_cache(64)  # making one takes as long as ten calls
def _client(url: str, service: str, region: str, account: str, **config: Any) -> Any:
    settings = ONCE.merge(Config(**config))
    keys = {"aws_access_key_id": account, "aws_secret_access_key": "sandbox"}
    return boto3.client(service, region_name=region, endpoint_url=url, config=settings, **keys)  # type: ignore[call-overload]


def start(
    port: int = 0, state: str = "", speed: float = 1.0, change_set_seconds: float = 1.0, prices: str = ""
) -> Sandbox:
    """Starts the process and waits until it answers; port 0 takes a free one."""
    options: dict[str, Any] = {
        "--port": port,
        "--speed": speed,
        "--state": state,
        "--change-set-seconds": change_set_seconds,
    }
    options |= {"--prices": prices} if prices else {}
    command = [sys.executable, "-m", "sandbox", *(str(part) for pair in options.items() for part in pair)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        raise RuntimeError(f"The sandbox ended with status {process.wait()} before it was ready.")
    return Sandbox(process, line.split()[-1])
