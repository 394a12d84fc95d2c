"""Who of a Slack workspace is who of the portal: confirmed there by who is signed in, where both have one address."""

from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing
from django.db import IntegrityError, transaction
from django.urls import reverse
from slack_sdk.errors import SlackApiError

from .. import audit, clock
from ..errors import Refused
from ..models import SlackPerson
from ..words import gettext as _
from ..writers import in_line
from .client import client

SALT = "opsportal.slack.confirm"
LIFE = 15 * 60  # seconds that a link may be used
UNREACHED = (OSError, HTTPException)


@dataclass(frozen=True)
class Claim:
    """Somebody of a workspace, by the ids that Slack itself gave us."""

    team: str
    slack_id: str


@dataclass(frozen=True)
class Profile:
    """What Slack says of them. `email`: empty where it tells none."""

    name: str
    email: str


def of(claim: Claim) -> User | None:
    """Whose account of the portal this is; None: nobody's, or of somebody who may not sign in any more."""
    rows = SlackPerson.objects.select_related("user").filter(team=claim.team, slack_id=claim.slack_id)
    found = rows.first()
    return found.user if found and found.user.is_active else None


def link(claim: Claim) -> str:
    """The page where the portal's person says that this is they. The link itself gives no right to anything."""
    token = signing.dumps([claim.team, claim.slack_id], salt=SALT)
    return f"{settings.PUBLIC_URL}{reverse('slack_confirm')}?token={token}"


def claimed(token: str) -> Claim:
    """Raises Refused: the link is too old, or none of ours."""
    try:
        team, slack_id = signing.loads(token, salt=SALT, max_age=LIFE)
    except signing.SignatureExpired as error:
        raise Refused(_("This link is older than 15 minutes. Write to the bot again for another one.")) from error
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise Refused(_("This is no link of ours. Write to the bot in Slack for one.")) from error
    return Claim(team, slack_id)


def profile(claim: Claim) -> Profile:
    """What Slack says now. Raises Refused. Slack docs: users.info, User object."""
    try:
        user = client().users_info(user=claim.slack_id)["user"]
    except SlackApiError as error:
        text = _("Slack does not tell who this is: {error}.")
        raise Refused(text.format(error=error.response.get("error"))) from error
    except UNREACHED as error:
        raise Refused(_("Slack can’t be reached at the moment. Try again in a minute.")) from error
    if why := strange(user, claim):
        raise Refused(why)
    known = user.get("profile", {})
    return Profile(known.get("real_name") or user.get("name", ""), known.get("email", ""))


def strange(user: dict[str, Any], claim: Claim) -> str:
    """Why this account of Slack is nobody's here; empty: nothing stands against it."""
    if user.get("deleted") or user.get("is_bot"):
        return _("This account of Slack is a bot’s, or has ended.")
    if user.get("team_id") != claim.team:
        return _("This account of Slack is of another workspace.")
    return _("Confirm your address in Slack first.") if user.get("is_email_confirmed") is False else ""


def against(user: User, known: Profile) -> str:
    """Why this user of the portal is not that person of Slack; empty: they are."""
    if not known.email:
        return _("Slack does not tell this person’s address. The app needs the scope users:read.email.")
    if not user.email:
        return _("The portal does not know your address. An administrator can add it to your account.")
    if user.email.casefold() != known.email.casefold():
        return _("Your address in Slack is another one than in the portal. An administrator can change it there.")
    return ""


def confirm(token: str, user: User) -> SlackPerson:
    """Make this user of the portal the person of Slack that the link is about. Raises Refused."""
    claim = claimed(token)
    if why := against(user, profile(claim)):
        raise Refused(why)
    return connect(claim, user)


def connect(claim: Claim, user: User) -> SlackPerson:
    """One account of Slack is one person's; who connects another of theirs leaves the one before. Raises Refused."""
    known = {"team": claim.team, "slack_id": claim.slack_id, "confirmed_at": clock.now()}
    try:
        with in_line(), transaction.atomic():
            made, _new = SlackPerson.objects.update_or_create(user=user, defaults=known)
            audit.record("slack.confirm", made, user, {"team": claim.team, "slack": claim.slack_id})
    except IntegrityError as error:
        text = _("This account of Slack is another person’s here. They can disconnect it on their page “Slack”.")
        raise Refused(text) from error
    return made


def disconnect(user: User) -> None:
    """Repeating it changes nothing."""
    with in_line(), transaction.atomic():
        for known in SlackPerson.objects.filter(user=user):
            audit.record("slack.disconnect", known, user, {"team": known.team, "slack": known.slack_id})
            known.delete()
