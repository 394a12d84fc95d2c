"""When it looks again: how soon an end is noticed, and what that costs."""

import pytest

from tasks.stacks.looks import LIVE, LONGEST, next_look, next_look_at_change_set


def looks(end, usual):
    """The moments of all looks until the first at or after the end."""
    at = []
    while not at or at[-1] < end:
        before = at[-1] if at else 0
        at.append(before + next_look(before, usual))
    return at


def lag(usual, ends):
    """Seconds on average until an end is noticed."""
    return sum(looks(end, usual)[-1] - end for end in ends) / len(ends)


def around(seconds):
    return [seconds * (0.9 + n / 100) for n in range(20)]


@pytest.mark.parametrize("seconds", [3, 5, 8, 15])
@pytest.mark.parametrize("known", [False, True])
def test_the_end_of_a_short_stack_is_noticed_within_a_quarter_second(seconds, known):
    assert lag(seconds if known else None, around(seconds)) <= 0.25


@pytest.mark.parametrize("seconds", [60, 150, 600])
def test_the_end_of_a_long_stack_is_noticed_within_two_percent_the_first_time_too(seconds):
    assert lag(None, around(seconds)) <= 0.02 * seconds
    assert lag(seconds, around(seconds)) <= 0.02 * seconds


@pytest.mark.parametrize(("seconds", "most"), [(5, 25), (60, 110), (600, 260), (3600, 900)])
def test_a_stack_costs_few_looks(seconds, most):
    assert len(looks(seconds, None)) <= most
    assert len(looks(seconds, seconds)) <= most


def test_knowing_the_usual_duration_saves_looks():
    assert len(looks(40, 40)) < 0.7 * len(looks(40, None))


@pytest.mark.parametrize("seconds", [1, 5, 10])
def test_an_end_long_before_the_usual_one_is_noticed_soon(seconds):
    assert lag(150, around(seconds)) <= max(0.3, 0.1 * seconds)


def test_far_from_the_end_events_are_still_followed():
    assert max(next_look(at, 600) for at in range(60)) <= LIVE


def test_no_two_looks_are_further_apart_than_the_limit():
    assert max(next_look(at, usual) for at in range(0, 20000, 7) for usual in (None, 30, 10000)) <= LONGEST


@pytest.mark.parametrize("ready", [1.0, 1.05, 2.0, 4.0])
def test_a_change_set_is_noticed_soon_after_it_is_ready(ready):
    at, count = 0.0, 0
    while at < ready:
        at, count = at + next_look_at_change_set(at), count + 1

    assert at - ready <= max(0.2, 0.12 * ready)
    assert count <= 15
