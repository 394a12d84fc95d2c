"""What the text of a variable may be: each kind reads it, or says what it expects."""

import gettext
import os
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator
from pydantic_settings import NoDecode

from . import mailing

LOCALE = Path(__file__).resolve().parent.parent / "opsportal" / "locale"
# What is wrong at start-up is said before Django can translate anything, in English where there is no such catalog.
WORDS = gettext.translation("django", LOCALE, [os.environ.get("LANGUAGE_CODE", "en")], fallback=True)
_ = WORDS.gettext


def split(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def absolute(value: Path) -> Path:
    return value.expanduser().absolute()


def lower(value: list[str]) -> list[str]:
    return [each.lower() for each in value]


def database(value: str) -> str:
    if value and value.split(":", 1)[0] not in ("sqlite", "postgres", "postgresql", "mysql"):
        raise ValueError(_("use sqlite:///path, postgres://user:password@host/name or mysql://user:password@host/name"))
    return value


def broker(value: str) -> str:
    if value and value.split(":", 1)[0] not in ("redis", "rediss", "unix"):
        raise ValueError(_("use redis://host:6379/0, rediss://user:password@host:6379/0 or unix:///path/to/socket"))
    return value


def networks(value: list[str]) -> list[str]:
    for network in value:
        try:
            ip_network(network)
        except ValueError:
            text = _("“{network}” is no network; write such as 10.0.0.0/8 or 10.0.3.7")
            raise ValueError(text.format(network=network)) from None
    return value


def over_https(value: list[str]) -> list[str]:
    for issuer in value:
        if not issuer.startswith("https://") or issuer.endswith("/"):
            text = _("“{issuer}” is no issuer; write it as its tokens do, such as https://gitlab.com")
            raise ValueError(text.format(issuer=issuer))
    return value


def signs(value: str) -> str:
    if value and not 24 <= mailing.key_length(value) <= 64:
        raise ValueError(_("write whsec_ and the base64 of 24 to 64 random bytes"))
    return value


def mail_server(value: str) -> str:
    try:
        mailing.settings(value)
    except ValueError:
        text = _("use smtp+tls://user:password@host:587, smtps://…, smtp://host:25 or file:///folder")
        raise ValueError(text) from None
    return value


def level(value: str) -> str:
    if value.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise ValueError(_("use DEBUG, INFO, WARNING or ERROR"))
    return value.upper()


def never_or(least: int, why: str) -> Callable[[int], int]:
    """Days: 0, or at least so many."""

    def check(value: int) -> int:
        if 0 < value < least:
            raise ValueError(why)
        return value

    return check


Names = Annotated[list[str], NoDecode, BeforeValidator(split)]
LowerNames = Annotated[Names, AfterValidator(lower)]
Networks = Annotated[Names, AfterValidator(networks)]
Issuers = Annotated[Names, AfterValidator(over_https)]
Folder = Annotated[Path, AfterValidator(absolute)]
Database = Annotated[str, AfterValidator(database)]
Broker = Annotated[str, AfterValidator(broker)]
MailServer = Annotated[str, AfterValidator(mail_server)]
WebhookSecret = Annotated[str, AfterValidator(signs)]
Level = Annotated[str, AfterValidator(level)]
AuditDays = Annotated[
    int, AfterValidator(never_or(30, _("use 0 or at least 30; the database refuses to delete younger entries")))
]
FindingDays = Annotated[
    int, AfterValidator(never_or(90, _("use 0 or at least 90; Home tells what was recovered in twelve weeks")))
]
