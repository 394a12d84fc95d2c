"""A CI's OpenID Connect token for one of ours that ends in 15 minutes: no secret is stored anywhere.

After RFC 8693 (OAuth 2.0 Token Exchange) in spirit, and PyPI's trusted publishers.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import Field as Told
from ninja import Router, Schema

from .. import audit, clock, rights
from ..models import Environment, Publisher, Token, UsedToken
from ..web import addresses
from ..writers import in_line
from . import limits, oidc, refusals, tokens
from .claims import Claims, fits, judged, said, shown, who
from .oidc import Untrusted
from .problems import PROBLEMS, Limited, Problem, answer
from .shapes import Strict

router = Router(tags=["tokens"])

LIFE = timedelta(minutes=15)
SCOPES = (Token.Scope.READ, Token.Scope.RUN)
LONGEST = 5000  # characters of a token; GitHub's and GitLab's have about 2,000
MOST = 64 * 1024  # bytes of a request: JSON may take twelve for a character
RATE, BURST = 1.0, 30.0  # requests a second from one address
KEPT = timedelta(hours=1)  # a used token of a CI is remembered this much longer than it could be used
OVER = timedelta(days=30)  # after its end, one of ours leaves the list of tokens; the audit goes on telling of it


class Asked(Strict):
    token: str = Told(max_length=LONGEST, description="The OpenID Connect token that the CI made for this job.")


class Exchanged(Schema):
    token: str = Told(description="Send it as Authorization: Bearer opsp_….")
    expires_at: datetime
    environments: list[str] = Told(description="The only ones it reaches.")
    runbooks: list[str] = Told(description="The only ones it may start.")


def door(request: HttpRequest) -> bool:
    """Stands where others ask for a token of ours, before the body is read. Raises Limited, Problem."""
    if seconds := limits.take(f"exchange {neighbourhood(addresses.client(request))}", rate=RATE, burst=BURST):
        raise Limited(seconds)
    if too_long(request):
        raise Problem(413, _("The request is longer than a token of a CI can be. Send {“token”: …} alone."))
    return True


def neighbourhood(address: str) -> str:
    """An IPv4 address, or the IPv6 network of one customer (RFC 6177)."""
    return str(ip_network((address, 64), strict=False)) if ":" in address else address


def too_long(request: HttpRequest) -> bool:
    length = request.META.get("CONTENT_LENGTH") or ""
    try:
        return (length.isdecimal() and int(length[:12]) > MOST) or len(request.body) > MOST
    except RequestDataTooBig:
        return True


@router.post("/token", auth=door, response={200: Exchanged, **PROBLEMS}, summary="Exchange a CI's OpenID Connect token")
def exchange(request: HttpRequest, body: Asked) -> HttpResponse:
    """A token that ends in 15 minutes, for GitHub Actions or GitLab CI/CD by a trusted publisher of this portal.

    Each token of the CI is exchanged once. Every refusal is the same 401; the audit says why.
    """
    try:
        token, secret = exchanged(body.token)
    except Untrusted as refused:
        refusals.record(refused, addresses.client(request))
        text = _("This token can't be exchanged. Why stands in the portal's audit, of unknown issuers in its log.")
        return answer(401, text, headers={"WWW-Authenticate": 'Bearer realm="opsportal"'})
    return JsonResponse(told(token, secret), headers={"Cache-Control": "no-store"})


def told(token: Token, secret: str) -> dict[str, Any]:
    names = list(token.environments.order_by("name").values_list("name", flat=True))
    return {"token": secret, "expires_at": token.expires_at, "environments": names, "runbooks": token.runbooks}


def exchanged(token: str) -> tuple[Token, str]:
    """Our token and its secret for the CI's. Raises Untrusted."""
    claims = oidc.verified(token)
    publisher = chosen(claims)
    environments = reached(publisher, claims)
    with in_line(), transaction.atomic():
        forget(clock.now())
        use(claims, publisher)
        name = f"{publisher.name}: {who(claims)}"[:80]
        life = {"expires_at": clock.now() + LIFE, "publisher": publisher, "runbooks": publisher.runbooks}
        made, secret = tokens.fresh(publisher.person, name, SCOPES, environments=environments, **life)
        named = {"begins with": made.prefix, "environments": [each.name for each in environments]}
        audit.record("publisher.exchange", publisher, who(claims), named | shown(claims))
    return made, secret


def chosen(claims: Claims) -> Publisher:
    """The rule that this job fits: of several the one that asks for most, then the newest. Raises Untrusted."""
    owners = [said(claims, name) for name in ("repository_owner_id", "namespace_id")]
    rows = Publisher.objects.filter(issuer=said(claims, "iss"), disabled_at=None).select_related("person")
    found = sorted((each for each in rows.filter(owner_id__in=owners) if fits(each, claims)), key=narrow)
    if not found:
        raise Untrusted(*missed(claims))
    return found[-1]


def narrow(publisher: Publisher) -> tuple[int, int]:
    return len([each for each in (publisher.ref, publisher.ci_environment) if each]), publisher.pk


def missed(claims: Claims) -> tuple[str, Claims, Publisher | None]:
    """Why no rule fits: what stands against the nearest one for this repository."""
    repository = said(claims, "repository") or said(claims, "project_path")
    near = Publisher.objects.filter(issuer=said(claims, "iss"), repository__iexact=repository)
    misses = [(each, [line.claim for line in judged(each, claims) if not line.fits]) for each in near]
    if not misses:
        return _("No trusted publisher names this repository."), claims, None
    publisher, wrong = min(misses, key=lambda pair: len(pair[1]) or len(shown(claims)))
    if not wrong:
        return _("The trusted publisher is disabled."), claims, publisher
    return _("The trusted publisher wants other claims: %(names)s.") % {"names": ", ".join(wrong)}, claims, publisher


def reached(publisher: Publisher, claims: Claims) -> list[Environment]:
    """The rule's environments on which its person may start runs now. Raises Untrusted."""
    if not publisher.person.is_active:
        raise Untrusted(_("The person whom the trusted publisher speaks for has left."), claims, publisher)
    rows = rights.environments(publisher.person, rights.OPERATE).filter(publishers=publisher)
    found = list(rows.order_by("name"))
    if not found:
        raise Untrusted(_("The person may not start runs on any of its environments."), claims, publisher)
    return found


def forget(now: datetime) -> None:
    """Delete what can't be used any more."""
    UsedToken.objects.filter(expires_at__lt=now - KEPT).delete()
    Token.objects.filter(publisher__isnull=False, expires_at__lt=now - OVER).delete()


def use(claims: Claims, publisher: Publisher) -> None:
    """Remember the token as used, in the database: of two at once one wins. Raises Untrusted."""
    jti = hashlib.sha256(claims["jti"].encode()).hexdigest()
    ends = datetime.fromtimestamp(int(claims["exp"]), UTC)
    try:
        with transaction.atomic():
            UsedToken.objects.create(issuer=said(claims, "iss"), jti=jti, expires_at=ends)
    except IntegrityError:
        raise Untrusted(_("It was exchanged before."), claims, publisher) from None
