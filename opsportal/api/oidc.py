"""Whether a CI's token is genuine, in time and for us: all checks that need no rule of ours.

RFC 7519 (JSON Web Token); RFC 8725 (Best Current Practices): one algorithm, which we name and not the token.
"""

import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from django.conf import settings
from django.utils.translation import gettext as _

from .. import publishers
from ..models import Publisher
from . import jwks
from .claims import Claims, said

LEEWAY = 30  # seconds that our clock and the issuer's may differ
LONGEST = 31 * 24 * 3600  # seconds a token may live; GitLab's live as long as a job may run
REQUIRED = ["iss", "sub", "aud", "exp", "iat", "nbf", "jti"]
JTI = 255  # characters; longer than any issuer's
# Everything but the signature is looked at afterwards, so that the audit can say whose token was refused.
SIGNATURE_ALONE: Any = {f"verify_{name}": False for name in REQUIRED} | {"verify_signature": True}


class Untrusted(Exception):
    """Why a token is refused. `claims`: what it says, where an allowed issuer signed it; `publisher`: the nearest."""

    def __init__(self, why: str, claims: Claims | None = None, publisher: Publisher | None = None) -> None:
        super().__init__(why)
        self.why, self.claims, self.publisher = why, claims, publisher


def verified(token: str) -> Claims:
    """What the token says, once all of it is checked but the rule and whether it was used before. Raises Untrusted."""
    key, claims = signed(token)
    audience = settings.CI_AUDIENCE or settings.PUBLIC_URL
    options: Any = {"require": REQUIRED, "strict_aud": True}
    try:
        jwt.decode(token, key, ["RS256"], options, leeway=LEEWAY, audience=audience, issuer=said(claims, "iss"))
    except (jwt.PyJWTError, ValueError, OverflowError) as error:
        raise Untrusted(reason(error), claims) from None
    if not 0 < len(claims["jti"]) <= JTI or int(claims["exp"]) > time.time() + LONGEST:
        raise Untrusted(_("Its id is too long, or it lives longer than a month."), claims)
    return claims


def signed(token: str) -> tuple[RSAPublicKey, Claims]:
    """The key and the claims of a token that an allowed issuer has signed with RS256. Raises Untrusted."""
    try:
        header = jwt.get_unverified_header(token)
        issuer = jwt.decode(token, options={"verify_signature": False}).get("iss")
        if header.get("alg") != "RS256" or "crit" in header or not isinstance(header.get("kid"), str):
            raise Untrusted(_("It is not signed with RS256 by a key that it names."))
        if not isinstance(issuer, str) or issuer not in publishers.issuers():
            raise Untrusted(_("Its issuer is none of those allowed."))
        key = jwks.find(issuer, header["kid"])
        if key is None:
            raise Untrusted(_("Its issuer publishes no such key, or is away."))
        return key, jwt.decode(token, key, ["RS256"], SIGNATURE_ALONE)
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise Untrusted(_("It is no token, or its signature is wrong.")) from None


def reason(error: Exception) -> str:
    """In words, for the audit."""
    match error:
        case jwt.ExpiredSignatureError():
            return _("It has expired.")
        case jwt.ImmatureSignatureError() | jwt.InvalidIssuedAtError():
            return _("It is from the future.")
        case jwt.InvalidAudienceError():
            return _("Its audience is not this portal.")
        case jwt.MissingRequiredClaimError():
            return _("It lacks the claim “%(name)s”.") % {"name": error.claim}
    return _("One of its claims is not of its type.")
