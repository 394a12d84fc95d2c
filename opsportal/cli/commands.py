"""What each command does: called with its arguments, it gives the exit code. Raises Failure."""

import json
import sys
import uuid
from argparse import Namespace
from typing import Any
from urllib.parse import urlencode, urljoin

from . import completing, terminal, texts, wants
from .client import Client, patiently
from .errors import FAILED, SUCCEEDED, Refusal, Usage
from .following import Following

STARTING = 15.0  # seconds for which a request to start is sent again; its key lets it start one run


def run(client: Client, args: Namespace) -> int:
    return started(client, args, "/runs")


def plan(client: Client, args: Namespace) -> int:
    return started(client, args, "/plans")


def started(client: Client, args: Namespace, path: str) -> int:
    given = wants.params(args.given, args.params, args.only)
    body = {"runbook": args.runbook, "environment": args.environment, "params": given}
    headers = {"Idempotency-Key": f"cli-{uuid.uuid4().hex}"}
    begun = patiently(lambda: client.post(path, body, **headers), STARTING, texts.remark)
    if args.no_wait:
        return told(args, begun, f"Run {begun['id']}: {page(client, begun)}")
    return followed(client, args, begun)


def follow(client: Client, args: Namespace) -> int:
    return followed(client, args, client.get(f"/runs/{args.number}"))


def followed(client: Client, args: Namespace, begun: dict[str, Any]) -> int:
    """0 when the run succeeded, else 1. Ctrl-C leaves the run alone."""
    following = Following(client, begun, texts.remark)
    try:
        ended = quiet(following) if args.json else shown(client, following)
    except KeyboardInterrupt:
        number = begun["id"]
        texts.remark(f"Run {number} goes on: opsportal follow {number}, or opsportal cancel {number}.")
        raise
    told(args, ended, verdict(ended))
    return SUCCEEDED if ended["status"] == "succeeded" else FAILED


def quiet(following: Following) -> dict[str, Any]:
    for _ in following.lines():
        pass
    return following.run


def shown(client: Client, following: Following) -> dict[str, Any]:
    texts.remark(f"Run {following.number}: {page(client, following.run)}")
    return terminal.follow(following)


def verdict(run: dict[str, Any]) -> str:
    causes = dict.fromkeys(s["cause"] for s in run["steps"] if s["cause"] and s["cause"] not in run["reason"])
    status = run["status"].replace("_", " ")
    return "\n".join([f"Run {run['id']}: {status}. {run['reason']}".rstrip(), *causes])


def page(client: Client, run: dict[str, Any]) -> str:
    """Where a person sees it."""
    return urljoin(f"{client.url}/", str(run["url"]))


def cancel(client: Client, args: Namespace) -> int:
    found = client.post(f"/runs/{args.number}/cancel", {})
    return told(args, found, f"Run {found['id']}: {found['status']}.")


def runs(client: Client, args: Namespace) -> int:
    found = listed(client, args, "runs", "status", "environment", "runbook")
    rows = [
        [r["id"], r["status"], r["runbook"], r["environment"], r["created_at"][:16], r["started_by"]]
        for r in found["items"]
    ]
    return told(args, found, table(("RUN", "STATUS", "RUNBOOK", "ENVIRONMENT", "STARTED (UTC)", "BY"), rows))


def findings(client: Client, args: Namespace) -> int:
    found = listed(client, args, "findings", "state", "severity", "environment", "check")
    rows = [
        [
            f["id"],
            f["severity"],
            f["state"],
            f["check"],
            f["name"] or f["resource"],
            f["environment"],
            dollars(f["usd"]),
        ]
        for f in found["items"]
    ]
    return told(
        args, found, table(("FINDING", "SEVERITY", "STATE", "CHECK", "RESOURCE", "ENVIRONMENT", "$/MONTH"), rows)
    )


def dollars(usd: float | None) -> str:
    return "–" if usd is None else f"{usd:.2f}"


def listed(client: Client, args: Namespace, what: str, *filters: str) -> Any:
    """The first page of these, by the filters that were typed."""
    wanted = {name: getattr(args, name) for name in (*filters, "limit")}
    return client.get(f"/{what}?" + urlencode({name: value for name, value in wanted.items() if value}))


def environments(client: Client, args: Namespace) -> int:
    found = client.get("/environments")
    rows = [
        [e["name"], e["account"], ", ".join(e["regions"]), texts.written(e["protected"]), texts.written(e["may_start"])]
        for e in found
    ]
    return told(args, found, table(("NAME", "ACCOUNT", "REGIONS", "PROTECTED", "MAY START"), rows))


def runbooks(client: Client, args: Namespace) -> int:
    found = client.get("/runbooks")
    rows = [[book["name"], book["title"], book["summary"]] for book in found]
    return told(args, found, table(("NAME", "TITLE", "SUMMARY"), rows))


def approve(client: Client, args: Namespace) -> int:
    """Show what is at stake, ask, and answer; without a number the open questions."""
    if args.number is None:
        return questions(client, args)
    if args.reject and not args.reason:
        raise Usage("--reject needs --reason: whoever started the run will read it.")
    asked = client.get(f"/approvals/{args.number}")
    if asked["status"] != "open":
        raise Refusal(409, f"Approval {asked['id']} is {asked['status']} already.")
    (texts.remark if args.json else texts.say)(stakes(asked))
    if not (args.yes or args.reject or agreed()):
        texts.remark("Nothing was answered.")
        return FAILED
    body = {"answer": "reject" if args.reject else "approve", "digest": asked["digest"], "reason": args.reason}
    found = client.post(f"/approvals/{args.number}", body | {"typed_name": args.typed_name})
    return told(args, found, f"Approval {found['id']} on run {found['run']}: {found['status']}.")


def questions(client: Client, args: Namespace) -> int:
    found = client.get("/approvals")
    rows = [[a["id"], a["run"], a["environment"], a["question"], a["expires_at"][:16]] for a in found["items"]]
    return told(args, found, table(("APPROVAL", "RUN", "ENVIRONMENT", "QUESTION", "UNTIL (UTC)"), rows))


def stakes(asked: dict[str, Any]) -> str:
    """What the answer is about, all of it."""
    head = f"Run {asked['run']}, step {asked['step']}, on {asked['environment']}. {asked['question']}"
    needed = [f"  It takes {asked['needed']} people to approve."] if asked["needed"] > 1 else []
    return "\n".join([head, *texts.tree(asked["shown"], "  "), *needed])


def agreed() -> bool:
    """Whether the person at the terminal says y. Raises Usage where there is none to ask."""
    if not sys.stdin.isatty():
        raise Usage("Nobody is here to ask. Say --yes to approve.")
    return input("Approve? [y/N] ").strip().lower() in ("y", "yes")


def completion(_client: None, args: Namespace) -> int:
    print(completing.script(args.shell, args.parser))
    return SUCCEEDED


def told(args: Namespace, found: Any, text: str) -> int:
    """Print what was found: for a program as JSON, for a person as text."""
    if args.json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        texts.say(text)
    return SUCCEEDED


def table(names: tuple[str, ...], rows: list[list[Any]]) -> str:
    return texts.columns([list(names), *rows]) if rows else "There are none."
