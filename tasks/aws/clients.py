"""One botocore session a process, one client for each service, region and pace; who calls is said call by call."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from threading import RLock
from typing import Any

import botocore.credentials
import botocore.session
from botocore.config import Config
from botocore.exceptions import NoCredentialsError
from botocore.utils import parse_timestamp

from . import counting

CONNECT = 3.0


@dataclass(frozen=True)
class Caller:
    """On whose behalf this thread calls AWS; `before_send` runs right before a request leaves and may raise."""

    credentials: botocore.credentials.Credentials | None
    mark: str = ""
    before_send: Callable[[], None] = lambda: None


_caller: ContextVar[Caller] = ContextVar("caller")


@contextmanager
def calling(caller: Caller) -> Iterator[None]:
    """Let the calls in this block go out for this caller."""
    token = _caller.set(caller)
    try:
        yield
    finally:
        _caller.reset(token)


class OfTheCaller(botocore.credentials.Credentials):
    """Credentials that are those of whoever is calling, so that all environments share their clients."""

    def __init__(self) -> None:
        super().__init__("of-the-caller", "of-the-caller")

    def get_frozen_credentials(self) -> Any:
        credentials = _caller.get().credentials
        if credentials is None:
            raise NoCredentialsError
        return credentials.get_frozen_credentials()

    def load_credentials(self) -> "OfTheCaller":
        return self


_mutex = RLock()


@lru_cache(maxsize=1)
def session() -> botocore.session.Session:
    logging.getLogger("botocore.credentials").setLevel(logging.ERROR)  # a failed refresh is told by our own error
    made = botocore.session.Session()
    made.user_agent_name = "opsportal"
    made.register_component("credential_provider", OfTheCaller())
    made.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=moment)
    made.register("before-call", _sign_with_mark)
    made.register("before-send", _before_send)
    counting.register(made)
    return made


def moment(told: Any) -> datetime:
    """A time as AWS tells it. What botocore takes for all of them, dateutil, needs as long as the rest of an answer.

    ISO 8601 in UTC, as by far the most are; seconds since 1970 and RFC 822 are left to botocore.
    """
    if not isinstance(told, str) or told[4:5] != "-":
        return parse_timestamp(told)
    found = datetime.fromisoformat(told)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _sign_with_mark(**event: Any) -> None:
    event["params"]["headers"]["User-Agent"] += f" {_caller.get().mark}"


def _before_send(**_: Any) -> None:
    _caller.get().before_send()


@lru_cache(maxsize=1)
def own_credentials() -> botocore.credentials.Credentials | None:
    """The workers' own: environment variables, profile, task role or instance profile, refreshed by botocore."""
    with _mutex:
        return botocore.credentials.create_credential_resolver(session()).load_credentials()


def client(service: str, region: str, endpoint: str, timeout: float) -> Any:
    """A client that never tries twice nor sleeps; `timeout` is seconds to wait for an answer."""
    with _mutex:
        return _client(service, region, endpoint, timeout)


@lru_cache(maxsize=256)
def _client(service: str, region: str, endpoint: str, timeout: float) -> Any:
    config = Config(
        connect_timeout=CONNECT,
        read_timeout=timeout,
        retries={"total_max_attempts": 1, "mode": "standard"},
    )
    return session().create_client(service, region_name=region, endpoint_url=endpoint or None, config=config)
