"""Secrets in plain text: where they stand and which kind they are. The secret itself never leaves this module.

The patterns are detect-secrets' own; nothing is sent anywhere to see whether a secret works. References, such as
{{resolve:secretsmanager:…}}, a shell's $NAME or a call of the AWS CLI, are no secrets.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from detect_secrets.filters import heuristic
from detect_secrets.plugins.aws import AWSKeyDetector
from detect_secrets.plugins.azure_storage_key import AzureStorageKeyDetector
from detect_secrets.plugins.basic_auth import BasicAuthDetector
from detect_secrets.plugins.discord import DiscordBotTokenDetector
from detect_secrets.plugins.github_token import GitHubTokenDetector
from detect_secrets.plugins.gitlab_token import GitLabTokenDetector
from detect_secrets.plugins.jwt import JwtTokenDetector
from detect_secrets.plugins.keyword import REGEX_BY_FILETYPE, KeywordDetector
from detect_secrets.plugins.npm import NpmDetector
from detect_secrets.plugins.openai import OpenAIDetector
from detect_secrets.plugins.private_key import PrivateKeyDetector
from detect_secrets.plugins.pypi_token import PypiTokenDetector
from detect_secrets.plugins.sendgrid import SendGridDetector
from detect_secrets.plugins.slack import SlackDetector
from detect_secrets.plugins.stripe import StripeDetector
from detect_secrets.plugins.telegram_token import TelegramBotTokenDetector
from detect_secrets.plugins.twilio import TwilioKeyDetector
from detect_secrets.util.filetype import FileType

DETECTORS = (
    AWSKeyDetector,
    AzureStorageKeyDetector,
    BasicAuthDetector,
    DiscordBotTokenDetector,
    GitHubTokenDetector,
    GitLabTokenDetector,
    JwtTokenDetector,
    NpmDetector,
    OpenAIDetector,
    PrivateKeyDetector,
    PypiTokenDetector,
    SendGridDetector,
    SlackDetector,
    StripeDetector,
    TelegramBotTokenDetector,
    TwilioKeyDetector,
)
NAMED = re.compile(r"arn:aws[\w-]*:[^\s\"',]+|\{\{resolve:[^}]*\}\}")  # what names a secret is none
NO_VALUE = (
    r"(secret|password|passwd|pwd|key)[\w-]*(arn|id|name|length|type|template|policy|version|rotation\w*)[\"']?\s*[:=]"
)
NO_VALUE += r"|GenerateSecretString|ManageMasterUserPassword|NoEcho|Description|ConstraintDescription|AllowedPattern"
REFERENCE = re.compile(
    r"\{\{resolve:|\$\{|\$\(|`|^\$|^<.*>$|\bRef\b|Fn::|!(Ref|Sub|GetAtt|ImportValue)|arn:aws|^[*x.]+$", re.I
)
LONGEST = 2000  # characters of a line: no pattern of a secret is longer, and none may take long to look for
WORD = re.compile(r"^(true|false|null|none|yes|no|\d{1,4}|changeme-?not|string|required)$", re.I)


@dataclass(frozen=True)
class Sighting:
    """Where a secret stands, such as "user data, line 12", and its kind in detect-secrets' words."""

    place: str
    kind: str


@cache
def _detectors() -> tuple[Any, ...]:
    return tuple(detector() for detector in DETECTORS)


@cache
def _keyword() -> Any:
    return KeywordDetector(keyword_exclude=NO_VALUE)


def kinds(line: str) -> Iterator[str]:
    """The kinds of secrets in a line of a script, a template or a file of settings."""
    line = NAMED.sub("$", line[:LONGEST])
    for detector in _detectors():
        if any(is_secret(found) for found in detector.analyze_string(line)):
            yield detector.secret_type
    assigned = REGEX_BY_FILETYPE[FileType.CONFIG]
    if any(is_secret(found) for found in _keyword().analyze_string(line, assigned)):
        yield KeywordDetector.secret_type


def is_secret(found: str) -> bool:
    """Whether what a pattern matched is a value, and no reference, placeholder or plain word."""
    value = found.strip().strip("'\"")
    if len(value) < 4 or REFERENCE.search(value) or WORD.match(value):
        return False
    return not heuristic.is_templated_secret(value) and not heuristic.is_prefixed_with_dollar_sign(value)


def in_text(text: str, what: str) -> Iterator[Sighting]:
    """Those of a text by line; `what` is what the text is, in words."""
    for number, line in enumerate(text.splitlines(), 1):
        for kind in kinds(line):
            yield Sighting(f"{what}:{number}", kind)


def in_setting(name: str, value: str, what: str) -> Iterator[Sighting]:
    """Those of a named value, such as an environment variable."""
    for kind in dict.fromkeys(kinds(f'{name}="{value}"')):
        yield Sighting(f"{what}:{name}", kind)
