"""Starting and steering a simulated workspace from tests and the demo."""

import json
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any


class ControlError(Exception):
    """The control endpoint's refusal, as its sentence."""


@dataclass
class Slack:
    """A running workspace: `api` is the base_url for slack-sdk's WebClient."""

    process: subprocess.Popen[str]
    url: str

    @property
    def api(self) -> str:
        return f"{self.url}/api/"

    def control(self, method: str, path: str, given: dict[str, Any] | None = None, seconds: float = 10) -> Any:
        """Raises ControlError with the sentence of a 4xx."""
        body = None if given is None else json.dumps(given).encode()
        request = urllib.request.Request(f"{self.url}/_sandbox/{path}", body, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=seconds) as answer:  # noqa: S310
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise ControlError(json.load(error)["error"]) from error

    def act(self, what: str, **given: Any) -> dict[str, Any]:
        """As a person: click, command, message, home, submit, close, archive, member."""
        found: dict[str, Any] = self.control("POST", what, given)
        return found

    def fault(self, kind: str, **rule: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.control("POST", "faults", {"kind": kind, **rule})
        return found

    def clear_faults(self, rule_id: str = "") -> None:
        self.control("DELETE", f"faults/{rule_id}")

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

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Ends it in order and gives the exit status."""
        self.process.send_signal(by)
        status = self.process.wait(timeout=30)
        if self.process.stdout:
            self.process.stdout.close()
        return status


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
