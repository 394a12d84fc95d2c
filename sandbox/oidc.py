"""OpenID Connect issuers of a CI: keys to fetch, and tokens with whatever claims a test asks for.

Each path in front of `/.well-known/` is an issuer with keys of its own. OpenID Connect Discovery 1.0, section 4;
RFC 7517 (JSON Web Key); RFC 7515 (JSON Web Signature).
"""

import base64
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from werkzeug.wrappers import Request, Response

Given = dict[str, Any]
WELL_KNOWN = "/.well-known/"
MODES = ("answers", "away", "huge", "slow", "moved")
ALGORITHMS = ("RS256", "HS256", "none")
MINUTES_5 = 300


class BadToken(Exception):
    """What a test asked for cannot be signed; the text says what was expected."""


@dataclass
class Key:
    kid: str = field(default_factory=lambda: uuid.uuid4().hex)
    private: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    def public(self) -> bytes:
        """As PEM."""
        shape = serialization.PublicFormat.SubjectPublicKeyInfo
        return self.private.public_key().public_bytes(serialization.Encoding.PEM, shape)

    def as_json(self) -> dict[str, str]:
        numbers = self.private.public_key().public_numbers()
        known = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid}
        return known | {"n": encoded(whole(numbers.n)), "e": encoded(whole(numbers.e))}


@dataclass
class Issuers:
    """`keys`: by path the published ones, the last one signs. `mode`: how their addresses answer."""

    keys: dict[str, list[Key]] = field(default_factory=dict)
    mode: str = "answers"
    asked: int = 0

    def of(self, path: str) -> list[Key]:
        return self.keys.setdefault(path, [Key()])


def serves(path: str) -> bool:
    return path.endswith((f"{WELL_KNOWN}openid-configuration", f"{WELL_KNOWN}jwks"))


def respond(issuers: Issuers, request: Request) -> Response:
    path, _, name = request.path.rpartition(WELL_KNOWN)
    issuers.asked += 1
    if issuers.mode == "away":
        return Response("away", status=503)
    if issuers.mode == "moved":
        return Response(status=302, headers={"Location": f"{request.base_url}?again"})
    if issuers.mode == "slow":
        return Response(dripping(), content_type="application/json")
    issuer = request.host_url.rstrip("/") + path
    found: Given = {"issuer": issuer, "jwks_uri": f"{issuer}{WELL_KNOWN}jwks"}
    if name == "jwks":
        found = {"keys": [key.as_json() for key in issuers.of(path)]}
    if issuers.mode == "huge":
        found["more"] = "x" * 1_000_000
    return Response(json.dumps(found), content_type="application/json")


def dripping() -> Iterator[bytes]:
    """A space every tenth of a second for a minute: it never waits long for the next byte, and never ends in time."""
    for _ in range(600):
        yield b" "
        time.sleep(0.1)


def control(issuers: Issuers, given: Given) -> Any:
    """POST /_sandbox/oidc/…: tokens, rotate or mode."""
    path = str(given.get("issuer", ""))
    match given.get("rest"):
        case "tokens":
            return {"token": token(issuers.of(path), given)}
        case "rotate":
            issuers.keys[path] = [*(issuers.of(path) if given.get("keep") else ()), Key()]
        case "mode" if given.get("mode") in MODES:
            issuers.mode, issuers.asked = given["mode"], 0
        case _:
            raise BadToken("POST to oidc/tokens, oidc/rotate, or oidc/mode with one of " + ", ".join(MODES) + ".")
    return state(issuers)


def state(issuers: Issuers) -> Given:
    """`asked`: how often an address of an issuer was read since the mode was last set."""
    keys = {path: [key.kid for key in keys] for path, keys in issuers.keys.items()}
    return {"mode": issuers.mode, "asked": issuers.asked, "keys": keys}


def token(keys: list[Key], given: Given) -> str:
    """The signed token, good for five minutes from now on unless told otherwise; claims that are null are left out."""
    algorithm, now = given.get("algorithm", "RS256"), int(time.time())
    if algorithm not in ALGORITHMS:
        raise BadToken("algorithm must be one of " + ", ".join(ALGORITHMS) + ".")
    usual = {"iat": now, "nbf": now, "exp": now + MINUTES_5, "jti": str(uuid.uuid4())}
    claims = {name: value for name, value in {**usual, **given.get("claims", {})}.items() if value is not None}
    header = {"typ": "JWT", "alg": algorithm, "kid": keys[-1].kid, **given.get("headers", {})}
    content = ".".join(encoded(json.dumps(part).encode()) for part in (header, claims))
    key = Key() if given.get("foreign_key") else keys[-1]
    return f"{content}.{encoded(signature(key, algorithm, content.encode()))}"


def signature(key: Key, algorithm: str, content: bytes) -> bytes:
    """RS256 (RFC 7518, 3.3); HS256 takes the public key for its secret, as who attacks does; none is empty."""
    if algorithm == "RS256":
        return key.private.sign(content, padding.PKCS1v15(), hashes.SHA256())
    return hmac.digest(key.public(), content, hashlib.sha256) if algorithm == "HS256" else b""


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def whole(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")
