"""Calls side by side: what they give comes in the caller's thread, and the first failure ends them all."""

import threading
from contextlib import closing
from contextvars import ContextVar

import pytest

from opsportal.errors import TryLater
from tasks.sweeps.side_by_side import IN_FLIGHT, side_by_side

told = ContextVar("told", default="")


def gathered(sources):
    with closing(side_by_side(sources)) as batches:
        return [each for batch in batches for each in batch]


def test_all_that_the_sources_give_comes_each_in_its_order():
    found = gathered([iter(range(0, 50)), iter(range(100, 150)), iter(())])
    assert [n for n in found if n < 100] == list(range(50))
    assert [n for n in found if n >= 100] == list(range(100, 150))


def test_ten_run_at_once_and_an_eleventh_waits():
    everyone = threading.Barrier(IN_FLIGHT, timeout=5)

    def meeting():
        yield everyone.wait() >= 0

    assert gathered([meeting() for _ in range(IN_FLIGHT)]) == [True] * IN_FLIGHT


def test_a_failure_ends_the_others_after_the_call_they_are_at_and_their_results_are_kept():
    failed = threading.Event()

    def endless():
        yield "before"
        failed.wait(5)
        yield "after"
        while True:
            yield "again"

    def failing():
        failed.set()
        raise TryLater("AWS throttles.")
        yield

    given = []
    with pytest.raises(TryLater):
        given.extend(each for batch in side_by_side([endless(), failing()]) for each in batch)
    assert given[:2] == ["before", "after"]


def test_who_leaves_early_leaves_no_thread_behind():
    def endless():
        while True:
            yield 1

    with closing(side_by_side([endless() for _ in range(3)])) as batches:
        next(batches)

    for thread in threading.enumerate():
        if thread.name.startswith("read_"):
            thread.join(5)
            assert not thread.is_alive()


def test_a_thread_is_told_what_the_caller_was_told():
    told.set("run 7")

    def asking():
        yield told.get()

    assert gathered([asking()]) == ["run 7"]
