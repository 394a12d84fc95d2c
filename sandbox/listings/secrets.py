"""The day a secret was last read. AWS docs: SecretListEntry, LastAccessedDate, AWS Secrets Manager API Reference."""

import time
from collections.abc import Callable
from typing import Any

from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend

from sandbox.replacing import put

DAY = 86_400


def _with_last_access(whole: Callable[[Any], dict[str, Any]]) -> Callable[[Any], dict[str, Any]]:
    def described(secret: Any) -> dict[str, Any]:
        found = {key: value for key, value in whole(secret).items() if key != "LastAccessedDate"}
        day = getattr(secret, "last_accessed", None)
        return found | ({} if day is None else {"LastAccessedDate": day})

    return described


def _noting(read: Callable[..., Any]) -> Callable[..., Any]:
    def value(backend: Any, secret_id: str, *given: Any, **more: Any) -> Any:
        found = read(backend, secret_id, *given, **more)
        backend.secrets[secret_id].last_accessed = int(time.time()) // DAY * DAY
        return found

    return value


def replace() -> None:
    put(FakeSecret, to_dict=_with_last_access(FakeSecret.to_dict))
    put(SecretsManagerBackend, get_secret_value=_noting(SecretsManagerBackend.get_secret_value))
