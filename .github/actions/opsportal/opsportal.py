"""Starts a run in opsportal from a job of CI, shows it live in the job's log, and ends with the run's result.

It stands alone: Python 3.9 and its standard library, on GitHub's runners, in GitLab's jobs or anywhere else. What is
wanted comes from environment variables (action.yml sets them). Codes it ends with: 0 the run succeeded, 1 it did not,
2 what is wanted is wrong, 3 opsportal refused, 4 opsportal can't be reached, or nobody reads what is printed.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import signal
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any, Callable

ENDED = ("succeeded", "failed", "cancelled", "undone", "undo_failed")
SUCCEEDED, FAILED, WRONG, REFUSED, AWAY = range(5)
PATIENCE = 300.0  # seconds without any answer after which opsportal counts as away; it may be deploying itself
PASSING = (408, 425, 429, 500, 502, 503, 504)  # answers that a moment later may be another
NO_STREAM = (404, 405, 406, 501)  # then events are read, again and again
SILENCE = 30.0  # seconds without a byte after which a connection counts as dropped; a stream beats every 2 s
LONGEST_WAIT = 5.0  # seconds between two tries
REMINDER = 30.0  # seconds after which it is said again that opsportal is away
PARTING = 6.0  # seconds for cancelling: a runner kills what is left after ten
HERE = ("GITHUB_REPOSITORY", "GITHUB_RUN_ID", "GITHUB_RUN_ATTEMPT", "GITHUB_JOB", "GITHUB_ACTION")
GITLAB = ("CI_PROJECT_ID", "CI_PIPELINE_ID", "CI_JOB_ID")
UNKNOWN = (
    "opsportal does not take this token: it is wrong, over or revoked. Make another under API tokens in the portal."
)
LOCAL = ("localhost", "127.0.0.1", "::1")


class Wrong(Exception):
    """What is wanted can't be asked for; the text says why."""


class Away(Exception):
    """opsportal can't be reached; the text says why."""


class Refusal(Exception):
    """opsportal answered with a problem (RFC 9457)."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Stop(BaseException):
    """The job was cancelled, or its time is over; the text says which."""


@dataclass(frozen=True)
class Wanted:
    """What to start where. `key`: the same for each try of the same step of the same job; `seconds`: to wait."""

    url: str
    body: Mapping[str, Any]
    key: str
    seconds: float


def wanted(env: Mapping[str, str]) -> Wanted:
    """Raises Wrong."""
    body = {
        "runbook": given(env, "OPSPORTAL_RUNBOOK"),
        "environment": given(env, "OPSPORTAL_ENVIRONMENT"),
        "params": params(env.get("OPSPORTAL_PARAMS", ""), env.get("OPSPORTAL_ONLY", "")),
    }
    return Wanted(address(given(env, "OPSPORTAL_URL")), body, key(env, body), 60 * minutes(env))


def given(env: Mapping[str, str], name: str) -> str:
    if not (value := env.get(name, "").strip()):
        raise Wrong(f"The input {name[len('OPSPORTAL_') :].lower()} (variable {name}) is empty. Say it in the job.")
    return value


def address(url: str) -> str:
    """The portal's address without a slash at its end. A token travels over TLS, or stays on this machine."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOCAL):
        raise Wrong(f"url: {url!r} has to begin with https://, since a token is sent there.")
    return url.rstrip("/")


def minutes(env: Mapping[str, str]) -> float:
    text = env.get("OPSPORTAL_TIMEOUT") or "60"
    if not re.fullmatch(r"\d{1,5}(\.\d+)?", text) or not float(text):
        raise Wrong(f"timeout: {text!r} is no number of minutes above 0.")
    return float(text)


def params(text: str, only: str) -> dict[str, Any]:
    """A JSON object, or a line `name=value` each; `only`: names of stacks with commas or spaces between them."""
    found = parsed(text) if text.strip().startswith("{") else lines(text)
    chosen = re.split(r"[\s,]+", only.strip()) if only.strip() else []
    return {**found, "only": chosen} if chosen else found


def parsed(text: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(text)
    except ValueError as error:
        raise Wrong(f"params: this is no JSON: {error}.") from error
    return found


def lines(text: str) -> dict[str, Any]:
    """`variables.size=2` is within `variables`. A value is text (1.10 stays 1.10) unless it begins with [ or {."""
    found: dict[str, Any] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, equals, value = line.partition("=")
        if not equals or not name.strip():
            raise Wrong(f"params: the line {line!r} is not name=value.")
        put(found, name.strip().split("."), value.strip())
    return found


def put(into: dict[str, Any], names: list[str], value: str) -> None:
    for name in names[:-1]:
        into = into.setdefault(name, {})
        if not isinstance(into, dict):
            raise Wrong(f"params: {name} is given as a value and as {'.'.join(names)}.")
    into[names[-1]] = value_of(value)


def value_of(text: str) -> Any:
    if text[:1] not in ("[", "{"):
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        raise Wrong(f"params: the value {text!r} is no JSON: {error}.") from error


def key(env: Mapping[str, str], body: Mapping[str, Any]) -> str:
    """The Idempotency-Key: a request that is sent again, even by another process of this step, starts nothing twice."""
    where = [env.get(name, "") for name in (HERE if env.get("GITHUB_RUN_ID") else GITLAB)]
    if not any(where):
        where = [os.urandom(16).hex()]
    return "ci-" + hashlib.sha256(json.dumps([where, body], sort_keys=True).encode()).hexdigest()[:48]


@dataclass
class Access:
    """The token: a given one, or one that the job's own identity is exchanged for, and that ends after minutes.

    `identity`: gives the OIDC token of the job; None: the token was given.
    """

    url: str
    mask: Callable[[str], None]
    identity: Callable[[], str] | None
    token: str = ""

    def renew(self) -> None:
        """Raises Refusal, OSError, HTTPException."""
        assert self.identity  # noqa: S101  who asks has looked
        proof = self.identity()
        self.mask(proof)
        self.token = str(asked(request("POST", f"{self.url}/api/v1/token", {"token": proof}), PARTING)["token"])
        self.mask(self.token)


def access(env: Mapping[str, str], url: str, mask: Callable[[str], None]) -> Access:
    """By the token that was given, else by the identity that the runner vouches for. Raises Wrong."""
    token = env.get("OPSPORTAL_TOKEN", "").strip()
    if token:
        mask(token)
        return Access(url, mask, None, token)
    if proof := env.get("OPSPORTAL_ID_TOKEN", "").strip():
        return Access(url, mask, lambda: proof)
    source, secret = (env.get(f"ACTIONS_ID_TOKEN_REQUEST_{name}", "") for name in ("URL", "TOKEN"))
    if not source or not secret:
        raise Wrong("There is no token. Give one, or let the job have `permissions: id-token: write`.")
    return Access(url, mask, lambda: vouched(source, secret, url))


def vouched(source: str, secret: str, audience: str) -> str:
    """The job's OIDC token for this audience. GitHub Docs: OpenID Connect reference, Methods for requesting."""
    asking = urllib.request.Request(f"{source}&audience={urllib.parse.quote(audience, safe='')}")  # noqa: S310
    asking.add_header("Authorization", f"Bearer {secret}")
    return str(asked(asking, PARTING)["value"])


class Stay(urllib.request.HTTPRedirectHandler):
    """A redirection is an answer like any other: followed, it would take the token elsewhere."""

    def redirect_request(self, *_: Any) -> None:
        return None


OPENER = urllib.request.build_opener(Stay)


def request(method: str, url: str, body: Mapping[str, Any] | None = None, **headers: str) -> urllib.request.Request:
    data = json.dumps(body).encode() if body is not None else None
    told = {"Content-Type": "application/json", "User-Agent": "opsportal-ci", **headers}
    return urllib.request.Request(url, data, told, method=method)  # noqa: S310  its scheme has been looked at


def opened(what: urllib.request.Request, seconds: float) -> Any:
    """The answer, open. Raises Refusal, OSError, HTTPException."""
    try:
        return OPENER.open(what, timeout=seconds)
    except urllib.error.HTTPError as error:
        with error:
            raise Refusal(error.code, sentence(error.code, error.read(65536))) from None


def asked(what: urllib.request.Request, seconds: float = SILENCE) -> dict[str, Any]:
    with opened(what, seconds) as answer:
        body = answer.read()
    try:
        found: dict[str, Any] = json.loads(body)
    except ValueError:
        raise Refusal(0, "The answer is not opsportal's. Look at the input url.") from None
    return found


def sentence(status: int, body: bytes) -> str:
    """A problem in words, with each wrong field."""
    try:
        problem = json.loads(body)
        errors = [each for each in problem.get("errors", ()) if each["detail"] not in problem["detail"]]
        return " ".join([str(problem["detail"]), *(f"{each['field']}: {each['detail']}." for each in errors)])
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"{status} was answered, and no reason told. Look at the input url: is it the portal's address alone?"


@dataclass
class Portal:
    """opsportal's API. Whatever it is asked may be asked again.

    `sent`: a run was asked for; `number`: the run, once that is known.
    """

    access: Access
    sent: bool = False
    number: int | None = None

    def __post_init__(self) -> None:
        self.base = f"{self.access.url}/api/v1"

    def with_token(self, act: Callable[[str], Any]) -> Any:
        """What `act` gives, called with the header's value; once more with a new token where ours is over."""
        if self.access.identity and not self.access.token:
            self.access.renew()
        try:
            return act(f"Bearer {self.access.token}")
        except Refusal as refusal:
            if refusal.status != 401:
                raise
            if not self.access.identity:
                raise Refusal(401, UNKNOWN) from None
        self.access.renew()
        return act(f"Bearer {self.access.token}")

    def ask(self, method: str, path: str, body: Any = None, seconds: float = SILENCE, **headers: str) -> dict[str, Any]:
        def act(bearer: str) -> dict[str, Any]:
            return asked(request(method, self.base + path, body, Authorization=bearer, **headers), seconds)

        found: dict[str, Any] = self.with_token(act)
        return found

    def start(self, want: Wanted, seconds: float = SILENCE) -> dict[str, Any]:
        self.sent = True
        found = self.ask("POST", "/runs", want.body, seconds, **{"Idempotency-Key": want.key})
        self.number = found["id"]
        return found

    def run(self, number: int) -> dict[str, Any]:
        return self.ask("GET", f"/runs/{number}")

    def events(self, number: int, after: int) -> dict[str, Any]:
        return self.ask("GET", f"/runs/{number}/events?after={after}&limit=500")

    def stream(self, number: int, after: int) -> Iterator[tuple[str, Any]]:
        """(kind, data) of each message, until the connection ends. Raises Refusal, OSError, HTTPException."""
        headers = {"Accept": "text/event-stream", "Last-Event-ID": str(after)}

        def act(bearer: str) -> Any:
            what = request("GET", f"{self.base}/runs/{number}/stream", None, Authorization=bearer, **headers)
            return opened(what, SILENCE)

        with self.with_token(act) as answer:
            yield from messages(answer)


def messages(answer: Any) -> Iterator[tuple[str, Any]]:
    """Server-Sent Events as opsportal writes them: one `data` line each. HTML Living Standard: Server-sent events."""
    told: dict[str, str] = {}
    for raw in answer:
        line = raw.decode("utf-8", "replace").rstrip("\r\n")
        name, _, value = line.partition(":")
        if name:
            told[name] = value[1:] if value.startswith(" ") else value
        elif "data" in told:
            yield told.get("event", "message"), json.loads(told["data"])
            told = {}


def patiently(act: Callable[[], Any], say: Callable[[str], None]) -> Any:
    """What `act` gives, tried for `PATIENCE` seconds. Raises Refusal, Away."""
    began, wait, said = time.monotonic(), 1.0, float("-inf")
    while True:
        try:
            return act()
        except BrokenPipeError:
            raise  # nobody reads the log any more
        except Refusal as refusal:
            if refusal.status not in PASSING:
                raise
            why = str(refusal)
        except (OSError, HTTPException) as error:
            why = str(getattr(error, "reason", "") or error)
        if time.monotonic() - began > PATIENCE:
            raise Away(f"opsportal can't be reached: {why}.")
        if time.monotonic() - said > REMINDER:
            said = time.monotonic()
            say(f"opsportal can't be reached ({why}); trying again.")
        pause(wait)
        wait = min(2 * wait, LONGEST_WAIT)


def pause(wait: float) -> None:
    """Jobs that lost the same portal do not come back all at once."""
    time.sleep(wait * (0.5 + random.random() / 2))


@dataclass
class Log:
    """The job's log. `github`: its workflow commands are understood; elsewhere there are none.

    GitHub Docs: Workflow commands.
    """

    github: bool
    group: str | None = None
    asked: set[int] = field(default_factory=set)

    def command(self, name: str, text: str = "") -> None:
        if self.github:
            print(f"::{name}::{data(text)}", flush=True)

    def mask(self, secret: str) -> None:
        self.command("add-mask", secret)

    def say(self, text: str) -> None:
        """A sentence of our own, outside of any group."""
        self.enter(None)
        for part in plain(text):
            print(f"opsportal: {part}", flush=True)

    def enter(self, step: str | None) -> None:
        """From here on lines are those of this step. Steps run side by side, so one may have several groups."""
        if step == self.group:
            return
        if self.group is not None:
            self.command("endgroup")
        if step is not None:
            self.command("group", " ".join(plain(step)))
        self.group = step

    def line(self, event: Mapping[str, Any]) -> None:
        """An event of the run: never at the beginning of a line, where a runner looks for commands."""
        self.enter(str(event["step"]) or "run")
        level = "" if event["level"] == "info" else f"{event['level']}: ".upper()
        where = "" if self.github or not event["step"] else f"{event['step']}: "
        first, *rest = plain(str(event["text"])) or [""]
        print(f"{str(event['at'])[11:19]} {plain(where)[0] if where else ''}{level}{first}", flush=True)
        for part in rest:
            print(f"         | {part}", flush=True)

    def announce(self, kind: str, text: str) -> None:
        """A sentence that GitHub shows on the job's page too: a notice or an error."""
        if not self.github:
            return self.say(text)
        self.enter(None)
        return self.command(kind, text)

    def question(self, number: int | None, url: str) -> None:
        """A question that waits for a person, told once."""
        if number is not None and number not in self.asked:
            self.asked.add(number)
            self.announce("notice", f"The run waits for approval {number}: {url}")


def data(text: str) -> str:
    """As the data of a workflow command (actions/toolkit, core/src/command.ts)."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def plain(text: str) -> list[str]:
    """The text's lines with nothing in them that a runner or a terminal would obey.

    A runner looks for `::name` where a line begins, and for `##[name` anywhere (actions/runner, ActionCommand.cs).
    """
    shown = [re.sub(r"^(\s*):(?=:)", r"\1: ", part.replace("##[", "## [")) for part in text.splitlines()]
    return ["".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in part) for part in shown]


def markdown(text: Any) -> str:
    """As text in a table of Markdown: whatever is no letter, digit or space is a numeric character reference."""
    return re.sub(r"[^\w\s]|_", lambda found: f"&#{ord(found[0])};", " ".join(str(text).split()))


def summary(run: Mapping[str, Any], url: str) -> str:
    """The run in Markdown."""
    title = f"{run['runbook']} on {run['environment']}: {run['status']}"
    rows = [
        f"| {markdown(step['key'])} | {markdown(step['status'])} | {markdown(step.get('cause') or step['reason'])} |"
        for step in run["steps"]
    ]
    head = [f"### {markdown(title)}", "", f"[Run {run['id']}](<{urllib.parse.quote(url, safe=':/')}>)", ""]
    why = [markdown(run["reason"]), ""] if run["reason"] else []
    return "\n".join([*head, *why, "| step | status | why |", "| --- | --- | --- |", *rows, ""])


def append(path: str | None, text: str) -> None:
    if path:
        with open(path, "a", encoding="utf-8") as file:
            file.write(text + "\n")


def output(name: str, value: Any) -> None:
    append(os.environ.get("GITHUB_OUTPUT"), f"{name}={' '.join(str(value).split())}")


@dataclass
class Follower:
    """Tells each line of the run once and in order, over as many connections as it takes."""

    portal: Portal
    log: Log
    number: int
    url: str
    ends: float
    seen: int = 0

    def to_the_end(self) -> dict[str, Any]:
        """The run as it ended. Raises Stop, Away, Refusal."""
        wait = 1.0
        while True:
            run = patiently(self.caught_up, self.log.say)
            if run["status"] in ENDED:
                return dict(run)
            before = self.seen
            if not self.streamed():
                wait = 1.0 if self.seen > before else min(2 * wait, LONGEST_WAIT)
                pause(wait)

    def caught_up(self) -> dict[str, Any]:
        """The run, and all its lines told until then. It is read before them: of one that ended none is missing."""
        self.in_time()
        run, more = self.portal.run(self.number), True
        while more:
            page = self.portal.events(self.number, self.seen)
            more = page["more"]
            for event in page["items"]:
                self.tell(event)
        self.log.question(next(iter(run["approvals"]), None), self.url)
        return run

    def streamed(self) -> bool:
        """Tell what comes. False: the connection was lost before the end, or there is no stream to be had."""
        try:
            for kind, message in self.portal.stream(self.number, self.seen):
                self.in_time()
                if kind == "line":
                    self.tell(message)
                elif kind == "state":
                    self.log.question(message.get("approval"), self.url)
                elif kind == "end":
                    return True
        except Refusal as refusal:
            if refusal.status not in (*PASSING, *NO_STREAM):
                raise
        except BrokenPipeError:
            raise
        except (OSError, HTTPException, ValueError):
            pass
        return False

    def tell(self, event: Mapping[str, Any]) -> None:
        if event["number"] > self.seen:
            self.seen = event["number"]
            self.log.line(event)

    def in_time(self) -> None:
        if time.monotonic() > self.ends:
            raise Stop("The time this job waits is over")


def stop(number: int, _frame: Any) -> None:
    ignore_signals()
    raise Stop("The job was cancelled")


def ignore_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def main() -> int:
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    log = Log(os.environ.get("GITHUB_ACTIONS") == "true")
    try:
        want = wanted(os.environ)
        portal = Portal(access(os.environ, want.url, log.mask))
        return job(want, portal, log)
    except Wrong as error:
        return failed(log, WRONG, str(error))
    except (Refusal, Away) as error:
        rest = f" Run {portal.number} goes on." if portal.number else ""
        return failed(log, code(error), f"{error}{rest}")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains at its end
        return AWAY


def code(error: Exception) -> int:
    """What the program ends with."""
    if isinstance(error, Refusal):
        return WRONG if error.status in (400, 422) else REFUSED
    return AWAY


def job(want: Wanted, portal: Portal, log: Log) -> int:
    """Raises Refusal, Away."""
    ends = time.monotonic() + want.seconds
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, stop)
        run = patiently(lambda: portal.start(want), log.say)
        url = urllib.parse.urljoin(want.url + "/", run["url"])
        log.say(f"Run {run['id']}, {run['runbook']} on {run['environment']}: {url}")
        output("run-id", run["id"])
        output("url", url)
        return ended(Follower(portal, log, run["id"], url, ends).to_the_end(), url, log)
    except Stop as why:
        ignore_signals()
        return failed(log, FAILED, given_up(want, portal, str(why)))


def ended(run: Mapping[str, Any], url: str, log: Log) -> int:
    output("status", run["status"])
    append(os.environ.get("GITHUB_STEP_SUMMARY"), summary(run, url))
    if run["status"] == "succeeded":
        log.say(f"Run {run['id']} succeeded.")
        return SUCCEEDED
    causes = dict.fromkeys(step["cause"] for step in run["steps"] if step.get("cause"))
    return failed(log, FAILED, "\n".join([f"Run {run['id']} is {run['status']}. {run['reason']}", *causes, url]))


def given_up(want: Wanted, portal: Portal, why: str) -> str:
    """Cancel the run and say so."""
    if not portal.sent:
        return f"{why}. No run was started."
    ends = time.monotonic() + PARTING
    while True:
        try:
            run = cancelled(want, portal)
            output("status", run["status"])
            return f"{why}. Run {run['id']} is {run['status']}: {urllib.parse.urljoin(want.url + '/', run['url'])}"
        except (Refusal, OSError, HTTPException) as error:
            if time.monotonic() > ends:
                return f"{why}, and the run could not be cancelled: {error} Cancel it in opsportal."
        time.sleep(0.3)


def cancelled(want: Wanted, portal: Portal) -> dict[str, Any]:
    """The run as it is then. Where its number is not known the same request tells it, whether or not it had arrived.

    A key holds for one token, so a run that is known is not asked for. Raises Refusal, OSError, HTTPException.
    """
    number = portal.number or portal.start(want, PARTING / 2)["id"]
    try:
        return portal.ask("POST", f"/runs/{number}/cancel", {}, PARTING / 2)
    except Refusal as refusal:
        if refusal.status != 409:
            raise
    return portal.run(number)  # it has ended by itself


def failed(log: Log, code: int, text: str) -> int:
    log.announce("error", text)
    return code


if __name__ == "__main__":
    sys.exit(main())
