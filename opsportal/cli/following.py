"""A run followed to its end: each of its lines once and in order, over as many connections as it takes."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Any

from .client import LONGEST_WAIT, PASSING, Client, patiently, pause
from .errors import Away, Refusal

ENDED = ("succeeded", "failed", "cancelled", "undone", "undo_failed")
NO_STREAM = (404, 405, 406, 501)  # then events are read, again and again
PATIENCE = 120.0  # seconds without any answer after which opsportal counts as away
Event = dict[str, Any]


@dataclass
class Following:
    """`run`: as it stands, with its steps. `tell`: hears why nothing comes."""

    client: Client
    run: dict[str, Any]
    tell: Callable[[str], None]
    seen: int = 0

    @property
    def number(self) -> int:
        return int(self.run["id"])

    def lines(self) -> Iterator[Event]:
        """Each line as it comes, until the run has ended; `run` changes meanwhile. Raises Refusal, Away."""
        wait = 0.5
        while True:
            before = self.seen
            yield from self.new(patiently(self.caught_up, PATIENCE, self.tell))
            if self.run["status"] in ENDED:
                return
            if (yield from self.streamed()):
                continue
            wait = 0.5 if self.seen > before else min(2 * wait, LONGEST_WAIT)
            pause(wait)

    def caught_up(self) -> list[Event]:
        """The lines up to now. The run is read before them: of one that has ended none is missing."""
        self.run = self.client.get(f"/runs/{self.number}")
        found: list[Event] = []
        after, more = self.seen, True
        while more:
            page = self.client.get(f"/runs/{self.number}/events?after={after}&limit=500")
            found += page["items"]
            after, more = found[-1]["number"] if found else after, page["more"]
        return found

    def streamed(self) -> Generator[Event, None, bool]:
        """The lines that come now. False: the connection was lost before the end, or there is no stream to be had."""
        try:
            for kind, data in self.client.stream(self.number, self.seen):
                if kind == "line":
                    yield from self.new([data])
                elif kind == "state":
                    self.change(data)
                elif kind == "end":
                    return True
        except Away as away:
            self.tell(str(away))
        except Refusal as refusal:
            if refusal.status not in (*PASSING, *NO_STREAM):
                raise
        return False

    def new(self, events: list[Event]) -> Iterator[Event]:
        for event in events:
            if event["number"] > self.seen:
                self.seen = event["number"]
                yield event

    def change(self, state: dict[str, Any]) -> None:
        """Take over what a message tells: the run's columns, and the steps that have changed."""
        steps = {step["key"]: step for step in self.run["steps"]} | {step["key"]: step for step in state["steps"]}
        approval = state.get("approval")
        asked = {"approvals": [] if approval is None else [approval]}
        self.run = self.run | state["run"] | asked | {"steps": list(steps.values())}
