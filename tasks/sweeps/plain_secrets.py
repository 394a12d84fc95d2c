"""Secrets in plain text: where they stand and which kind they are. The secret itself never leaves this module.

The patterns are detect-secrets' own; nothing is sent anywhere to see whether a secret works. References, such as
{{resolve:secretsmanager:…}}, a shell's $NAME or a call of the AWS CLI, are no secrets.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

DETECTORS = (
    "aws.AWSKeyDetector",
    "azure_storage_key.AzureStorageKeyDetector",
    "basic_auth.BasicAuthDetector",
    "discord.DiscordBotTokenDetector",
    "github_token.GitHubTokenDetector",
    "gitlab_token.GitLabTokenDetector",
    "jwt.JwtTokenDetector",
    "npm.NpmDetector",
    "openai.OpenAIDetector",
    "private_key.PrivateKeyDetector",
    "pypi_token.PypiTokenDetector",
    "sendgrid.SendGridDetector",
    "slack.SlackDetector",
    "stripe.StripeDetector",
    "telegram_token.TelegramBotTokenDetector",
    "twilio.TwilioKeyDetector",
)
# What names a secret, or an action on one, is none.
NAMED = re.compile(r"arn:aws[\w-]*:[^\s\"',]+|\{\{resolve:[^{}]*\}\}|\bsecretsmanager:[A-Z*][A-Za-z*]*")
NO_VALUE = (
    r"(secret|password|passwd|pwd|key)[\w-]*(arn|id|name|length|type|template|policy|version|rotation\w*)[\"']?\s*[:=]"
)
NO_VALUE += r"|GenerateSecretString|ManageMasterUserPassword|NoEcho|Description|ConstraintDescription|AllowedPattern"
REFERENCE = re.compile(
    r"\{\{resolve:|\$\{|\$\(|`|^\$|^<.*>$|^\{.*\}$|\bRef\b|Fn::|!(Ref|Sub|GetAtt|ImportValue)|arn:aws|^[*x.]+$", re.I
)
LONGEST, OVERLAP = 2000, 300  # characters of a line that are looked through at once
WORD = re.compile(r"^(true|false|null|none|yes|no|\d{1,4}|changeme-?not|string|required)$", re.I)


@dataclass(frozen=True)
class Sighting:
    """Where a secret stands, such as "user data:12", and its kind in detect-secrets' words."""

    place: str
    kind: str


@cache
def _detectors() -> tuple[Any, ...]:
    """Loaded when first used: the portal's processes know the checks, and never look for a secret."""
    names = [name.split(".") for name in DETECTORS]
    return tuple(getattr(import_module(f"detect_secrets.plugins.{module}"), name)() for module, name in names)


@cache
def _keyword() -> tuple[Any, Any, re.Pattern[str]]:
    """The detector of names that sound like secrets, its patterns for files of settings, and the names alone."""
    module = import_module("detect_secrets.plugins.keyword")
    kinds = import_module("detect_secrets.util.filetype").FileType
    names = re.compile("|".join(module.DENYLIST), re.IGNORECASE)
    return module.KeywordDetector(keyword_exclude=NO_VALUE), module.REGEX_BY_FILETYPE[kinds.CONFIG], names


def kinds(line: str) -> Iterator[str]:
    """The kinds of secrets in a line of a script, a template or a file of settings, each once."""
    return iter(dict.fromkeys(kind for piece in pieces(line) for kind in _kinds(NAMED.sub("$", piece))))


def pieces(line: str) -> Iterator[str]:
    """A long line in parts that overlap, so that no pattern takes long and no secret is cut."""
    for start in range(0, max(len(line) - OVERLAP, 1), LONGEST - OVERLAP):
        yield line[start : start + LONGEST]


def _kinds(line: str) -> Iterator[str]:
    for detector in _detectors():
        if any(is_secret(found) for found in detector.analyze_string(line)):
            yield detector.secret_type
    keyword, patterns, names = _keyword()
    if names.search(line) and any(is_secret(found) for found in keyword.analyze_string(line, patterns)):
        yield keyword.secret_type


def is_secret(found: str) -> bool:
    """Whether what a pattern matched is a value, and no reference, placeholder or plain word."""
    value = found.strip().strip("'\"")
    return len(value) >= 4 and not REFERENCE.search(value) and not WORD.match(value)


def in_text(text: str, what: str) -> Iterator[Sighting]:
    """Those of a text by line; `what` is what the text is, in words."""
    for number, line in enumerate(text.splitlines(), 1):
        for kind in kinds(line):
            yield Sighting(f"{what}:{number}", kind)


def in_setting(name: str, value: str, what: str) -> Iterator[Sighting]:
    """Those of a named value, such as an environment variable."""
    for kind in kinds(f'{name}="{value}"'):
        yield Sighting(f"{what}:{name}", kind)
