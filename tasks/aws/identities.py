"""Whose credentials an environment's calls are made with: the assumed role's, or the workers' own."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import RLock
from typing import Any

from botocore.credentials import Credentials, DeferredRefreshableCredentials

from opsportal.contexts import EnvironmentFacts

from . import clients

KEPT = 64
Key = tuple[str, ...]


@dataclass
class Identity:
    """Credentials of one environment for one run; `pinned` once AWS confirmed that they belong to its account.

    `account`: whose role AWS says it gave them for; empty: it has not said.
    """

    credentials: Credentials | None = None
    account: str = ""
    pinned: bool = False


_identities: OrderedDict[Key, Identity] = OrderedDict()
_mutex = RLock()


def key(environment: EnvironmentFacts, run_id: int, endpoint: str) -> Key:
    run = str(run_id) if environment.role_arn else ""
    return (environment.account, environment.role_arn, environment.external_id, environment.region, endpoint, run)


def identity(environment: EnvironmentFacts, run_id: int, endpoint: str) -> Identity:
    """The cached identity; the role is assumed at its first call, and again shortly before the hour is over."""
    name = key(environment, run_id, endpoint)
    with _mutex:
        if name not in _identities:
            _identities[name] = made(environment, run_id, endpoint)
            while len(_identities) > KEPT:
                _identities.popitem(last=False)
        _identities.move_to_end(name)
        return _identities[name]


def forget(environment: EnvironmentFacts, run_id: int, endpoint: str) -> None:
    """Drop credentials that AWS calls expired or unknown; the next call gets fresh ones."""
    with _mutex:
        _identities.pop(key(environment, run_id, endpoint), None)
        clients.own_credentials.cache_clear()


def made(environment: EnvironmentFacts, run_id: int, endpoint: str) -> Identity:
    if not environment.role_arn:
        return Identity(clients.own_credentials())
    fresh = Identity()
    fetch = assume(environment, run_id, endpoint, fresh)
    fresh.credentials = DeferredRefreshableCredentials(fetch, "assume-role")
    return fresh


def assume(environment: EnvironmentFacts, run_id: int, endpoint: str, told: Identity) -> Callable[[], dict[str, Any]]:
    """What fetches an hour's credentials, and notes whose they are. AWS docs: STS AssumeRole, AssumedRoleUser."""
    external = {"ExternalId": environment.external_id} if environment.external_id else {}

    def fetch() -> dict[str, Any]:
        sts = clients.client("sts", environment.region, endpoint, timeout=10)
        with clients.calling(clients.Caller(clients.own_credentials(), mark(run_id))):
            answer = sts.assume_role(
                RoleArn=environment.role_arn, RoleSessionName=f"opsportal-run-{run_id}", **external
            )
        fresh, told.account = answer["Credentials"], owner(answer.get("AssumedRoleUser", {}).get("Arn", ""))
        return {
            "access_key": fresh["AccessKeyId"],
            "secret_key": fresh["SecretAccessKey"],
            "token": fresh["SessionToken"],
            "expiry_time": fresh["Expiration"].isoformat(),
        }

    return fetch


def owner(arn: str) -> str:
    """The account in an ARN, empty where there is none."""
    return arn.split(":")[4] if arn.count(":") > 4 else ""


def mark(run_id: int) -> str:
    """What the user agent ends with, so that CloudTrail leads back to the run."""
    return f"opsportal-run/{run_id}"
