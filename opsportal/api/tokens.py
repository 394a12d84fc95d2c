"""Tokens: made once, shown once, kept as a hash, found by their beginning."""

import hashlib
import hmac
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import gettext as _

from .. import audit, clock, rights, rows
from ..errors import Invalid, Refused
from ..models import Environment, Token
from .callers import GIVES, Caller

MARK = "opsp"  # what secret scanners know our tokens by
LONGEST = timedelta(days=366)
USED = timedelta(minutes=1)  # the last use is kept this precisely, so that reading a run does not write each time


def make(
    by: User, name: str, scopes: Collection[str], expires_at: datetime, environments: Collection[Environment] | None
) -> tuple[Token, str]:
    """A token of this person for these environments, None: all of theirs, and the secret, which is never seen again.

    Raises Invalid, Refused.
    """
    check(by, scopes, expires_at - clock.now(), environments or ())
    token, secret = fresh(by, name, scopes, expires_at, environments)
    named = None if environments is None else [each.name for each in environments]
    audit.record("token.make", token, by, {"scopes": token.scopes, "environments": named})
    return token, secret


def fresh(
    person: User,
    name: str,
    scopes: Collection[str],
    expires_at: datetime,
    environments: Collection[Environment] | None,
    **more: Any,
) -> tuple[Token, str]:
    """The row, unchecked, and its secret; `more`: its other columns."""
    prefix = f"{MARK}_{secrets.token_hex(4)}"
    secret = f"{prefix}_{secrets.token_urlsafe(32)}"
    token = Token.objects.create(
        name=name,
        prefix=prefix,
        digest=digest(secret),
        person=person,
        scopes=sorted(scopes),
        everywhere=environments is None,
        created_at=clock.now(),
        expires_at=expires_at,
        **more,
    )
    token.environments.set(environments or ())
    return token, secret


def check(by: User, scopes: Collection[str], span: timedelta, environments: Collection[Environment]) -> None:
    """All that stands against such a token. Raises Invalid, Refused."""
    if not scopes or not set(scopes) <= set(Token.Scope.values):
        raise Invalid(_("Choose what it may: %(scopes)s.") % {"scopes": ", ".join(Token.Scope.values)}, "scopes")
    if not timedelta(0) < span <= LONGEST:
        raise Invalid(_("A token ends within a year."), "expires_at")
    given = {right for scope in scopes for right in GIVES[scope]}
    for environment in environments:
        if not all(rights.may(by, right, environment) for right in given):
            raise Refused(_("You can't give a right on %(name)s that you don't have.") % {"name": environment.name})


def revoke(token: Token, by: User) -> None:
    """End the token now; repeating it changes nothing."""
    if Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=clock.now()):
        audit.record("token.revoke", token, by)


def find(secret: str) -> Caller | None:
    """Who calls with this token; None: it is wrong, over or revoked, or its person has left or publisher is disabled.

    The work is the same for a wrong secret and for no such token, and no run has been looked for yet.
    """
    prefix = "_".join(secret.split("_")[:2])[:20]
    token = read(prefix.replace("\0", ""), "prefix")
    fits = hmac.compare_digest(digest(secret), token.digest if token else digest(""))
    if not token or not fits or not stands(token):
        refused(token)
        return None
    used(token)
    return caller(token)


def refused(token: Token | None) -> None:
    """Put on record, at most once a minute, that a token's beginning came with a wrong ending or after its end.

    What begins like no token of ours is not: anybody can send that, as often as they like.
    """
    if token and cache.add(f"token-refused:{token.pk}", True, USED.total_seconds()):
        audit.record("token.refuse", token, str(token), {"ended": not stands(token)})


def used(token: Any) -> None:
    """Keep when it was used last."""
    if not token.used_at or token.used_at < token.now - USED:
        Token.objects.filter(pk=token.pk).update(used_at=token.now)


def again(pk: int) -> Caller | None:
    """Who calls with this token now; None: it has ended."""
    token = read(pk)
    return caller(token) if token and stands(token) else None


def read(key: Any, by: str = "id") -> Any:
    """The token with its person, and the database's time as `now`; None: there is none."""
    try:
        token, now = rows.row(Token, key, "person", by=by)
    except ObjectDoesNotExist:
        return None
    vars(token).update(now=now)
    return token


def stands(token: Any) -> bool:
    """Whether the token was neither over nor revoked when it was read, and its person and publisher still there."""
    if token.publisher and token.publisher.disabled_at:
        return False
    return token.revoked_at is None and token.expires_at > token.now and token.person.is_active


def caller(token: Token) -> Caller:
    limited = None if token.everywhere else frozenset(token.environments.values_list("pk", flat=True))
    return Caller(token, token.person, limited)


def digest(secret: str) -> str:
    """SHA-256 is enough for 256 random bits: there is nothing to guess (OWASP, Password Storage Cheat Sheet)."""
    return hashlib.sha256(secret.encode()).hexdigest()
