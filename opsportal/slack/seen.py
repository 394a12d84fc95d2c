"""What a message shows of a run: read from rows by whoever asks for the words, and worth no more than that moment."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ..models import Run, Step

Button = Literal["open", "approve", "reject", "cancel", "retry"]
R, S = Run.Status, Step.Status
FAILED = (R.FAILED, R.UNDO_FAILED)
RETRIED = (R.FAILED, R.CANCELLED, R.UNDO_FAILED)


@dataclass(frozen=True)
class StepSeen:
    key: str
    status: str
    note: str = ""


@dataclass(frozen=True)
class StakeSeen:
    """One change that a question is about. `risk`: add, modify, replace or remove; `hot`: data would be lost."""

    risk: str
    what: str
    details: tuple[str, ...] = ()
    hot: bool = False


@dataclass(frozen=True)
class QuestionSeen:
    """`stakes`: the riskiest first. `facts`: what else was shown, such as version, cost or diff, with its name.

    `number`, `digest`: what an answer is bound to beside the approval itself.
    """

    approval: int
    number: int
    digest: str
    question: str
    expires_at: datetime
    stakes: tuple[StakeSeen, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    votes: int = 0
    needed: int = 1


@dataclass(frozen=True)
class RunSeen:
    """`by`: the name of who started it. `usual`: seconds. `line`: what matters now. `cause`: the first thing that went
    wrong, `reason` what the run says of its end. `question`: the first one that is open, `others`: how many more are.
    `outputs`: names and values; what a name tells to be a secret is hidden already. `events`: the number of the last
    line that was read.
    """

    id: int
    title: str
    runbook: str
    environment: str
    status: str
    by: str
    started_at: datetime
    url: str
    protected: bool = False
    ended_at: datetime | None = None
    usual: float | None = None
    steps: tuple[StepSeen, ...] = ()
    line: str = ""
    reason: str = ""
    cause: str = ""
    question: QuestionSeen | None = None
    others: int = 0
    outputs: tuple[tuple[str, str], ...] = ()
    buttons: tuple[Button, ...] = ("open",)
    events: int = 0


def buttons(status: str, asks: bool) -> tuple[Button, ...]:
    """The buttons that apply to a run in this status; who presses one is asked for the right to then."""
    found: list[Button] = ["open"]
    found += ["approve", "reject"] if asks else []
    if status in Run.OPEN and status != R.CANCELLING:
        found.append("cancel")
    return (*found, "retry") if status in RETRIED else tuple(found)


def calls(seen: RunSeen) -> bool:
    """Whether a person is called: it failed, or waits for an answer."""
    return seen.status in FAILED or seen.question is not None
