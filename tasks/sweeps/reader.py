"""AWS as the checks of one sweep see it: each page is read once, kept, and served to whoever asks for it."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import islice
from threading import BoundedSemaphore
from typing import Any, TypeVar

from opsportal import prices, readings
from opsportal.checks import Price, Read
from opsportal.contexts import Context
from opsportal.errors import Denied, Gone, OpsError, StepFailed, TryLater
from opsportal.models import Step
from opsportal.readings import Place, Reading
from opsportal.turns import Turn
from opsportal.words import gettext as _

from . import calls
from .shelf import Shelf
from .side_by_side import IN_FLIGHT, side_by_side

REFUSED = (Denied, Gone, StepFailed)
T = TypeVar("T")
WINDOW = 100  # calls whose answers are got before the first of them is handed out


@dataclass(frozen=True)
class Refusal:
    """AWS refused this call, or what it named is gone."""

    call: str
    error: OpsError


class PageReader:
    """Implements opsportal.checks.Reader for one look at one sweep's step. Only its own thread touches rows.

    `fresh`: pages read in this look. What was refused is remembered for this look: who asks for it is refused too.
    `gives_up`: what AWS does not answer is as if it was refused.
    """

    def __init__(self, ctx: Context[Any], region: str, reads: Sequence[Read], gives_up: bool = False) -> None:
        self.ctx, self.gives_up = ctx, gives_up
        self.environment, self.region, self.now = ctx.environment, region, ctx.started_at
        self.everything = calls.whole(reads)
        self.places = readings.places(ctx.step_id)
        self.refusals: dict[str, OpsError] = {}
        self.prices: dict[tuple[str, str], Price | None] = {}
        self.shelf = Shelf()
        self.fresh = 0
        self.slots = BoundedSemaphore(IN_FLIGHT)  # a check may make calls of its own while others are read
        self.underway: Collection[str] = ()
        self.batches: Iterator[list[Reading | Refusal]] = iter(())  # of the calls under way

    def read(self, read: Read, /) -> dict[str, Any]:
        """Never served by a read of everything: what it names may stand on a later page there."""
        call = self.call(read)
        self.begin(call, read)
        return self.page(call, 0)

    def pages(self, read: Read, /) -> Iterator[dict[str, Any]]:
        read = calls.serving(read, self.everything)
        call, number = self.call(read), 0
        while number < self.place(call).pages or not self.place(call).is_whole:
            while number == self.place(call).pages and call not in self.refusals:
                self.go_on(call, read)
            yield self.page(call, number)
            number += 1

    def several(self, reads: Sequence[Read], /) -> Iterator[dict[str, Any] | None]:
        for start in range(0, len(reads), WINDOW):
            some = {self.call(read): read for read in reads[start : start + WINDOW]}
            for call in some.keys() & self.underway:
                self.begin(call, some[call])
            self.gather(islice(self.follow(*each), 1) for each in some.items() if not self.is_known(each[0]))
            for call in map(self.call, reads[start : start + WINDOW]):
                yield None if isinstance(self.refusals.get(call), Gone) else self.page(call, 0)

    def price(self, service: str, item: str) -> Price | None:
        if (service, item) not in self.prices:
            self.prices[service, item] = prices.price(service, item, self.region)
        return self.prices[service, item]

    def fetch(self, reads: Iterable[Read], meanwhile: Callable[[], None] = lambda: None) -> None:
        """Make these reads to their end, side by side. Raises TryLater, Lost or Cancelling; what was read stays.

        `meanwhile` is called whenever something was kept.
        """
        wanted = {self.call(read): read for read in (calls.serving(each, self.everything) for each in reads)}
        left = {call: read for call, read in wanted.items() if not self.place(call).is_whole}
        self.underway = left.keys()
        with closing(side_by_side([self.follow(*each) for each in left.items()])) as self.batches:
            for batch in self.batches:
                self.keep(batch)
                meanwhile()
        self.underway = ()

    def gather(self, sources: Iterable[Iterator[Reading | Refusal]]) -> None:
        with closing(side_by_side(list(sources))) as batches:
            for batch in batches:
                self.keep(batch)

    def begin(self, call: str, read: Read) -> None:
        """Have its first page."""
        while not self.is_known(call):
            self.go_on(call, read)

    def go_on(self, call: str, read: Read) -> None:
        """Read its next page; one that is on its way is waited for, with what comes before it."""
        self.keep(next(self.batches) if call in self.underway else [next(self.follow(call, read))])

    def follow(self, call: str, read: Read) -> Iterator[Reading | Refusal]:
        """The pages after those kept, one by one; in any thread. Raises TryLater, Lost or Cancelling."""
        place, arguments = self.place(call), calls.arguments(read)
        before = place.token
        pages = self.ctx.aws.pages_after(place.token, read.service, read.operation, region=self.region, **arguments)
        try:
            for number, (page, token) in enumerate(self.called(pages), place.pages):
                if token is not None and token == before:
                    raise StepFailed(_("{service} names the same page after itself.").format(service=read.service))
                before = token
                yield Reading(call, number, token, readings.packed(content(page)))
        except REFUSED as error:
            yield Refusal(call, error)
        except TryLater as error:
            if not self.gives_up or error.seconds is not None:  # a budget says when it has more
                raise
            yield Refusal(call, error)

    def called(self, pages: Iterator[T]) -> Iterator[T]:
        """The pages, each by a call that is one of ten in flight."""
        while True:
            with self.slots:
                found = next(pages, None)
            if found is None:
                return
            yield found

    def keep(self, batch: Sequence[Reading | Refusal]) -> None:
        """Write down what came; it is then known."""
        self.ctx.memory["calls"] += len(batch)
        self.refusals |= {each.call: each.error for each in batch if isinstance(each, Refusal)}
        if fresh := [each for each in batch if isinstance(each, Reading)]:
            self.ctx.write(partial(written, fresh))
            self.fresh += len(fresh)
            self.places |= {each.call: Place(each.number + 1, each.token) for each in fresh}

    def page(self, call: str, number: int) -> dict[str, Any]:
        """A page that is known. Raises Denied, Gone or StepFailed where the call was refused."""
        if call in self.refusals:
            raise self.refusals[call]
        found: dict[str, Any] = self.shelf.page(call, number, partial(readings.page, self.ctx.step_id, call, number))
        return found

    def call(self, read: Read) -> str:
        return calls.key(read, self.region, self.ctx.try_no)

    def place(self, call: str) -> Place:
        return self.places.get(call, Place())

    def is_ready(self, reads: Iterable[Read]) -> bool:
        """Whether these have been read to their end, or were refused. Who tells none beforehand comes after all."""
        wanted = [self.call(calls.serving(each, self.everything)) for each in reads] or self.underway
        return all(each in self.refusals or self.place(each).is_whole for each in wanted)

    def is_known(self, call: str) -> bool:
        return call in self.refusals or self.place(call).pages > 0


def content(page: Mapping[str, Any]) -> dict[str, Any]:
    """The page without what is said about the request."""
    return {name: value for name, value in page.items() if name != "ResponseMetadata"}


def written(fresh: Sequence[Reading], _turn: Turn, step: Step) -> None:
    readings.keep(step, fresh)
