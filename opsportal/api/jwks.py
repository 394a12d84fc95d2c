"""The public keys of CI issuers: fetched within limits, kept, and gone on with while an issuer is away.

OpenID Connect Discovery 1.0, section 4; RFC 7517; OpenID Connect Core 1.0, section 10.1.1 (rotation).
"""

import json
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from threading import Lock
from typing import Any
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

log = logging.getLogger(__name__)

FRESH = 3600.0  # seconds for which fetched keys are not asked for again
COOL = 60.0  # seconds between two fetches, whatever asks for one: an unknown key id costs an outsider nothing
LIMIT = 5.0  # seconds for one document
MOST = 256 * 1024  # bytes of one document
BITS = 2048  # RFC 7518, 3.3: a key of at least this size must be used
NEVER = float("-inf")


class Away(Exception):
    """An issuer's keys could not be read; the text says why, for the log."""


class Straight(HTTPRedirectHandler):
    """Follows no redirect: keys come from the issuer itself."""

    def redirect_request(self, *args: Any) -> None:
        return None


@dataclass
class Kept:
    """What is known of one issuer; times are those of the monotonic clock."""

    keys: Mapping[str, RSAPublicKey] = field(default_factory=dict)
    fetched: float = NEVER
    tried: float = NEVER
    lock: Lock = field(default_factory=Lock)


_kept: dict[str, Kept] = {}


def find(issuer: str, kid: str, now: float | None = None) -> RSAPublicKey | None:
    """The issuer's key of this id; None: it has none, or could not be asked for it."""
    now = time.monotonic() if now is None else now
    kept = _kept.setdefault(issuer, Kept())
    if kid not in kept.keys or now - kept.fetched > FRESH:
        refresh(issuer, kept, now, wait=kid not in kept.keys)
    return kept.keys.get(kid)


def refresh(issuer: str, kept: Kept, now: float, wait: bool) -> None:
    """Fetch the keys unless that was tried just now. Who has a key already does not `wait` for another's fetch."""
    if not kept.lock.acquire(blocking=wait):
        return
    try:
        if now - kept.tried >= COOL:
            kept.tried = now
            kept.keys, kept.fetched = fetched(issuer), now
    except Away as error:
        log.warning("The keys of %s can't be read; %d old ones are kept. %s", issuer, len(kept.keys), error)
    finally:
        kept.lock.release()


def fetched(issuer: str) -> dict[str, RSAPublicKey]:
    """The keys that the issuer publishes now, by their ids. Raises Away."""
    about = read(f"{issuer}/.well-known/openid-configuration")
    address = str(about.get("jwks_uri", ""))
    if about.get("issuer") != issuer or urlsplit(address)[:2] != urlsplit(issuer)[:2]:
        raise Away("Its configuration names another issuer, or keys on another host.")
    listed = read(address).get("keys")
    found = dict(pair for each in (listed if isinstance(listed, list) else ()) if (pair := usable(each)))
    if not found:
        raise Away("It publishes no RSA key of at least 2048 bits.")
    return found


def usable(listed: Any) -> tuple[str, RSAPublicKey] | None:
    """The id and the key, where it is one that signs with RSA."""
    if not isinstance(listed, dict) or listed.get("kty") != "RSA" or listed.get("use", "sig") != "sig":
        return None
    try:
        key = jwt.PyJWK(listed, "RS256").key
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    kid = listed.get("kid")
    fits = isinstance(key, RSAPublicKey) and key.key_size >= BITS
    return (kid, key) if fits and isinstance(kid, str) and kid else None


def read(url: str) -> dict[str, Any]:
    """The JSON object at this address, within LIMIT and MOST. Raises Away."""
    end, content = time.monotonic() + LIMIT, b""
    try:
        with build_opener(Straight).open(url, timeout=LIMIT) as answer:
            while piece := answer.read1(MOST):
                content += piece
                if len(content) > MOST or time.monotonic() > end:
                    raise Away("It answers with more than 256 KiB, or takes longer than 5 s.")
        found = json.loads(content)
    except (OSError, HTTPException, ValueError, RecursionError) as error:
        raise Away(f"{url}: {error!r}") from None
    return found if isinstance(found, dict) else {}
