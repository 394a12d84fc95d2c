"""What a button or a modal acts on: the run, and the very question it was shown with."""

import json
from dataclasses import asdict, dataclass
from typing import Any, TypeGuard

from .seen import QuestionSeen, RunSeen

LARGEST = 2**63 - 1


@dataclass(frozen=True)
class Bound:
    """`number`, `digest`: of the question; `line`: the run's last one that was shown. Whoever acts compares them with
    the row, so that an old button answers no newer question, and tries no later failure again.
    """

    run: int
    approval: int | None = None
    number: int | None = None
    digest: str = ""
    line: int | None = None


def of_run(seen: RunSeen) -> Bound:
    return Bound(seen.id, line=seen.events or None)


def of_question(seen: RunSeen, asked: QuestionSeen) -> Bound:
    return Bound(seen.id, asked.approval, asked.number, asked.digest)


def written(bound: Bound, **more: str) -> str:
    """As Slack keeps it and sends it back."""
    known = {name: value for name, value in asdict(bound).items() if value not in (None, "")}
    return json.dumps(known | more, separators=(",", ":"), ensure_ascii=False)


def read(text: str) -> Bound | None:
    """What was written; None: it is none of ours."""
    given = loaded(text)
    run, digest = given.get("run"), given.get("digest", "")
    numbers = [given.get(name) for name in ("approval", "number", "line")]
    if not natural(run) or not isinstance(digest, str) or not all(each is None or natural(each) for each in numbers):
        return None
    approval, number, line = numbers
    return Bound(run, approval, number, digest, line)


def loaded(text: str) -> dict[str, Any]:
    """The JSON object in this text; empty for anything else."""
    try:
        given = json.loads(text)
    except (ValueError, RecursionError, TypeError):
        return {}
    return given if isinstance(given, dict) else {}


def natural(value: Any) -> TypeGuard[int]:
    return type(value) is int and 0 < value <= LARGEST
