"""The REST API over HTTP, with the standard library."""

import json
import random
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping
from http import HTTPStatus
from http.client import HTTPException
from typing import Any, TypeVar

from .errors import Away, Refusal

T = TypeVar("T")
PASSING = (408, 425, 429, 500, 502, 503, 504)  # answers that a moment later may be another
SILENCE = 30.0  # seconds without a byte after which a connection counts as lost; a stream beats every 2 s
LONGEST_WAIT = 5.0  # seconds between two tries
UNKNOWN = (
    "opsportal does not take this token: it is wrong, over or revoked. Make another under API tokens in the portal, "
    "and put it into OPSPORTAL_TOKEN or ~/.config/opsportal/token."
)


class Stay(urllib.request.HTTPRedirectHandler):
    """A redirection is an answer like any other: followed, it would take the token elsewhere."""

    def redirect_request(self, *_: Any) -> None:
        return None


OPENER = urllib.request.build_opener(Stay)


class Client:
    """`url`: where the portal is."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.token = url, token

    def get(self, path: str) -> Any:
        """Raises Refusal, Away."""
        return self.ask("GET", path)

    def post(self, path: str, body: Mapping[str, Any], **headers: str) -> Any:
        """Raises Refusal, Away."""
        return self.ask("POST", path, body, **headers)

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None, **headers: str) -> Any:
        try:
            with self.open(method, path, body, **headers) as answer:
                return json.loads(answer.read())
        except (OSError, HTTPException) as error:
            raise Away(
                f"{self.url} can't be reached: {plainly(error)}. Look at --url, and whether opsportal runs."
            ) from error
        except ValueError as error:
            raise Refusal(0, f"{self.url} answered, but it is not opsportal. Look at --url.") from error

    def stream(self, number: int, after: int) -> Iterator[tuple[str, Any]]:
        """(kind, data) of each message on the run, until the connection ends. Raises Refusal, Away."""
        headers = {"Accept": "text/event-stream", "Last-Event-ID": str(after)}
        try:
            with self.open("GET", f"/runs/{number}/stream", None, **headers) as answer:
                yield from messages(answer)
        except (OSError, HTTPException, ValueError) as error:
            raise Away(f"The connection to {self.url} was lost: {plainly(error)}.") from error

    def open(self, method: str, path: str, body: Mapping[str, Any] | None, **headers: str) -> Any:
        """The answer, open. Raises Refusal, OSError, HTTPException."""
        data = json.dumps(body).encode() if body is not None else None
        told = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}", **headers}
        asking = urllib.request.Request(f"{self.url}/api/v1{path}", data, told, method=method)
        try:
            return OPENER.open(asking, timeout=SILENCE)
        except urllib.error.HTTPError as error:
            with error:
                text = UNKNOWN if error.code == HTTPStatus.UNAUTHORIZED else sentence(error.code, error.read(65536))
                raise Refusal(error.code, text) from None


def sentence(status: int, body: bytes) -> str:
    """A problem in words, with each wrong field."""
    try:
        problem = json.loads(body)
        errors = [each for each in problem.get("errors", ()) if each["detail"] not in problem["detail"]]
        wrong = [f"{each['field']}: {each['detail']}" for each in errors]
        return "\n".join([str(problem["detail"]), *wrong])
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"{status} was answered, and no reason told. Look at --url: is it the portal's address, and no page's?"


def plainly(error: Exception) -> str:
    """What went wrong, without the name that Python gives it."""
    return str(getattr(error, "reason", "") or error).rstrip(".")


def messages(answer: Iterable[bytes]) -> Iterator[tuple[str, Any]]:
    """Server-Sent Events as opsportal writes them: one `data` line each. HTML Living Standard: Server-sent events."""
    told: dict[str, str] = {}
    for raw in answer:
        name, _, value = raw.decode("utf-8", "replace").rstrip("\r\n").partition(":")
        if name:
            told[name] = value.removeprefix(" ")
        elif "data" in told:
            yield told.get("event", "message"), json.loads(told["data"])
            told = {}


def patiently(act: Callable[[], T], seconds: float, tell: Callable[[str], None]) -> T:
    """What `act` gives, tried for so long; `tell` is called with the reason of each wait. Raises Refusal, Away."""
    ends, wait = time.monotonic() + seconds, 0.5
    while True:
        try:
            return act()
        except Refusal as refusal:
            if refusal.status not in PASSING or time.monotonic() > ends:
                raise
            tell(str(refusal))
        except Away as away:
            if time.monotonic() > ends:
                raise
            tell(str(away))
        pause(wait)
        wait = min(2 * wait, LONGEST_WAIT)


def pause(wait: float) -> None:
    """Programs that lost the same portal do not come back all at once."""
    time.sleep(wait * (0.5 + random.random() / 2))
