"""Takes out of texts and data what looks like a secret; it stands before every event, log line and message."""

import re
from collections.abc import Mapping
from math import isfinite
from typing import Any

HIDDEN = "••••••"
NAMES = re.compile(r"(?i)(password|passwd|passphrase|secret|token|api_?key|access_?key|private_?key|credential)")
REFERENCE = re.compile(r"^(\{\{resolve:|arn:aws|\$\{)")
# What each needs to hold, which is looked for first: texts are many, secrets few.
TEXTS = (
    ("IA", re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b")),
    ("xox", re.compile(r"\bxox[abprs]-[\w-]{10,}")),
    ("xapp-", re.compile(r"\bxapp-[\w-]{10,}")),
    ("gh", re.compile(r"\bgh[pousr]_\w{30,}")),
    ("github_pat_", re.compile(r"\bgithub_pat_\w{30,}")),
    ("glpat-", re.compile(r"\bglpat-[\w-]{20,}")),
    ("opsp_", re.compile(r"\bopsp_[0-9a-f]{8}_[\w-]{20,}")),  # our own
    ("eyJ", re.compile(r"\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*")),
    (
        "PRIVATE KEY-----",
        re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL),
    ),
    ("://", re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)")),
)
ASSIGNED = re.compile(
    r"(?i)((?:password|passwd|secret|token|api_?key|access_?key|private_?key)[\w-]*[\"']?\s*[:=]\s*[\"']?)([^\s\"',;&}]{4,})"
)


def text(value: str) -> str:
    """The text with everything hidden that looks like a key, a token, a password or a private key."""
    value = kept(value)
    for sign, pattern in TEXTS:
        if sign in value:
            value = pattern.sub(HIDDEN, value)
    if "=" not in value and ":" not in value:
        return value
    return ASSIGNED.sub(lambda m: m[0] if REFERENCE.match(m[2]) else m[1] + HIDDEN, value)


def kept(value: str) -> str:
    """The text as every database keeps it: NUL and halves of characters become “�”."""
    return value if value.isprintable() else value.replace("\0", "�").encode("utf-8", "replace").decode()


def data(value: Any, name: str = "") -> Any:
    """The JSON value with secret-looking texts hidden, and whatever stands under a secret-looking name.

    What JSON has no word for becomes text.
    """
    if isinstance(value, Mapping):
        return {text(str(key)): data(item, str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [data(item, name) for item in value]
    if isinstance(value, str):
        return HIDDEN if value and NAMES.search(name) and not REFERENCE.match(value) else text(value)
    if value is None or isinstance(value, int) or (isinstance(value, float) and isfinite(value)):
        return value
    return data(str(value), name)
