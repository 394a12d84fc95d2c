"""A sandbox's process as the tests, the demo and the benchmark hold it: its own endpoints, and its end."""

import json
import signal
import subprocess
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any


class ControlError(Exception):
    """The control endpoint's refusal, as its sentence."""


@dataclass
class Controlled:
    """A running sandbox at `url`."""

    process: subprocess.Popen[str]
    url: str

    def control(self, method: str, path: str, given: dict[str, Any] | None = None, seconds: float = 10) -> Any:
        """Raises ControlError with the sentence of a 4xx."""
        body = None if given is None else json.dumps(given).encode()
        request = urllib.request.Request(f"{self.url}/_sandbox/{path}", body, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=seconds) as answer:  # noqa: S310
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise ControlError(json.load(error)["error"]) from error

    def clear_faults(self, rule_id: str = "") -> None:
        self.control("DELETE", f"faults/{rule_id}")

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Ends it in order and gives the exit status, 0 when all was well."""
        self.process.send_signal(by)
        return self._ended()

    def kill(self) -> None:
        """Ends it as a crash would."""
        self.process.kill()
        self._ended()

    def _ended(self) -> int:
        status = self.process.wait(timeout=30)
        if self.process.stdout:
            self.process.stdout.close()
        return status
