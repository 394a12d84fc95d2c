"""Starting and steering a simulated workspace from tests and the demo."""

import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from sandbox.controlling import Controlled


@dataclass
class Slack(Controlled):
    """A running workspace: `api` is the base_url for slack-sdk's WebClient."""

    @property
    def api(self) -> str:
        return f"{self.url}/api/"

    def act(self, what: str, **given: Any) -> dict[str, Any]:
        """As a person: click, command, message, home, submit, close, archive, member."""
        found: dict[str, Any] = self.control("POST", what, given)
        return found

    def fault(self, kind: str, **rule: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.control("POST", "faults", {"kind": kind, **rule})
        return found

    def calls(self, method: str = "") -> list[dict[str, Any]]:
        """Every call since the last reset, or those of one method."""
        return [line for line in self.control("GET", "log")["calls"] if method in ("", line["method"])]

    def deliveries(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.control("GET", "deliveries")["deliveries"]
        return found

    def set(self, **settings: Any) -> dict[str, Any]:
        """Changes settings and gives all of them."""
        found: dict[str, Any] = self.control("POST", "settings", settings)
        return found

    def workspace(self) -> dict[str, Any]:
        """Channels with their messages, users, views and homes, as the page shows them."""
        found: dict[str, Any] = self.control("GET", "workspace")
        return found

    def reset(self) -> None:
        """A new workspace, without faults, logs and used-up limits; connections and settings stay."""
        self.control("DELETE", "workspace")


def start(port: int = 0, speed: float = 1.0, **secrets: str) -> Slack:
    """Starts the process and waits until it listens; `secrets`: bot_token, app_token, signing_secret."""
    options = {"port": str(port), "speed": str(speed), **secrets}
    pairs = [(f"--{name.replace('_', '-')}", value) for name, value in options.items()]
    command = [sys.executable, "-m", "sandbox.slack", *(part for pair in pairs for part in pair)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        raise RuntimeError(f"The workspace ended with status {process.wait()} before it was ready.")
    return Slack(process, line.split()[-1])
