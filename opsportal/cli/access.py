"""Where opsportal is, and the token to send there. A token is never an argument: those are seen by everybody."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from .errors import Usage

LOCAL = ("localhost", "127.0.0.1", "::1")


def address(given: str, env: Mapping[str, str]) -> str:
    """The portal's address without a slash at its end. Raises Usage."""
    url = (given or env.get("OPSPORTAL_URL", "")).rstrip("/")
    if not url:
        raise Usage("Say where opsportal is: --url https://… or OPSPORTAL_URL.")
    parts = urlsplit(url)
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL)):
        raise Usage(f"{url}: begin with https://, since a token is sent there. Only this machine may have http://.")
    return url


def token(env: Mapping[str, str]) -> str:
    """From OPSPORTAL_TOKEN, else from the file. Raises Usage."""
    if found := env.get("OPSPORTAL_TOKEN", "").strip():
        return found
    path = file(env)
    try:
        with path.open() as opened:
            require_private(path, os.fstat(opened.fileno()))
            return opened.read().strip()
    except OSError as error:
        text = f"There is no token: set OPSPORTAL_TOKEN, or put one into {path} (mode 0600): {error.strerror}."
        raise Usage(text) from error


def file(env: Mapping[str, str]) -> Path:
    """XDG Base Directory Specification: configuration."""
    return Path(env.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "opsportal/token"


def require_private(path: Path, status: os.stat_result) -> None:
    """Raises Usage where others may read it."""
    mode = stat.S_IMODE(status.st_mode)
    if mode & 0o077 or status.st_uid != os.geteuid():
        raise Usage(f"{path} has mode {mode:04o}, and others may read your token. Run: chmod 600 {path}")
