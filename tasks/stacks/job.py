"""One stack on its way: what is wanted of it, and what was noted at earlier looks."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from opsportal.contexts import Aws, Context
from opsportal.errors import StepFailed
from opsportal.words import gettext as _

from . import references

BEFORE = "before"


@dataclass(frozen=True)
class Wanted:
    """How the stack is to be. A parameter that is None keeps its value; `volatile`: equal text proves nothing."""

    name: str
    region: str
    template: str
    parameters: Mapping[str, str | None]
    tags: Mapping[str, str]
    capabilities: tuple[str, ...]
    protect: bool
    volatile: bool


class Notes(BaseModel):
    """What is kept between looks. Times are seconds since the epoch; events are known by their ids.

    `fresh`: the stack did not exist before. `mark`: the last event before the change. `asked`: the digest of the
    question. `clearing`: the stack being deleted to
    make way. `leaving`: why the step ends once its change set is taken away; `missing` the IAM action if one is.
    """

    try_no: int = 1
    made: int = 0
    change_set: str = ""
    stack_id: str = ""
    fresh: bool = False
    proposed_at: float = 0
    seen: bool = False
    prepared: float = 0
    mark: str = ""
    asked: str = ""
    executed_at: float | None = None
    told: str = ""
    told_at: float = 0
    status: str = ""
    ended_at: float | None = None
    done: int = 0
    of: int = 0
    counts: dict[str, int] = {}
    waiting: str = ""
    clearing: str = ""
    cancelled: bool = False
    leaving: str = ""
    cause: str = ""
    missing: str = ""


@dataclass
class Job:
    ctx: Context[Any]
    wanted: Wanted
    notes: Notes
    section: str

    @property
    def aws(self) -> Aws:
        return self.ctx.aws

    @property
    def now(self) -> float:
        return self.ctx.now.timestamp()

    @property
    def prefix(self) -> str:
        """What the names of this run's change sets begin with."""
        return f"opsportal-{self.section}-{self.ctx.run_id}-"

    def once(self, text: str) -> None:
        """Say why it waits, but not at every look."""
        if self.notes.waiting != text:
            self.ctx.say(text, "warning")
            self.notes.waiting = text

    def forget_change_set(self) -> None:
        """Begin again with the stack as it is now."""
        kept = self.notes.model_dump(include={"try_no", "made", "fresh"})
        self.notes = Notes(**kept)


def outputs(ctx: Context[Any]) -> dict[str, Mapping[str, str]]:
    """The outputs of the stacks this one needs, by their keys."""
    return {key: output.get("outputs", {}) for key, output in ctx.outputs.items()}


def wanted(ctx: Context[Any]) -> Wanted:
    """The stack as planned, now that the outputs it refers to are known. Raises StepFailed."""
    given, known = ctx.input, outputs(ctx)
    if missing := references.unknown(given["parameters"], known) | references.unknown(given["tags"], known):
        text = _("{key} needs {outputs}, but these outputs did not come about.")
        raise StepFailed(text.format(key=ctx.key, outputs=", ".join(sorted(missing))))
    parameters = {name: references.text(pieces, known) for name, pieces in given["parameters"].items()}
    tags = {name: references.text(pieces, known) for name, pieces in given["tags"].items()}
    return Wanted(
        name=given["stack"],
        region=given["region"],
        template=given["template"],
        parameters=parameters,
        tags=tags,
        capabilities=tuple(given["capabilities"]),
        protect=given["protect"],
        volatile=given["volatile"],
    )


def place(ctx: Context[Any]) -> Wanted:
    """Just where the stack is, for taking back what was done to it."""
    return Wanted(ctx.input["stack"], ctx.input["region"], "", {}, {}, (), False, True)


@contextmanager
def at_work(ctx: Context[Any], wanted: Wanted, section: str) -> Iterator[Job]:
    """The job with its notes, which are kept whatever happens."""
    notes = Notes.model_validate(ctx.memory.get(section, {"try_no": ctx.try_no}))
    if notes.try_no != ctx.try_no:
        again = {"leaving": "", "cause": "", "missing": "", "waiting": "", "cancelled": False}
        notes = notes.model_copy(update={"try_no": ctx.try_no, "executed_at": None, "ended_at": None} | again)
    job = Job(ctx, wanted, notes, section)
    try:
        yield job
    finally:
        ctx.memory[section] = job.notes.model_dump(exclude_defaults=True)
