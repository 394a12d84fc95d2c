import pytest

from opsportal import graph
from opsportal.graph import Kind, Node


def nodes(*rows):
    return [Node(n, key, status, tuple(needs)) for n, (key, status, needs) in enumerate(rows)]


def test_a_step_starts_when_all_it_needs_succeeded():
    rows = nodes(("a", "succeeded", ""), ("b", "succeeded", ""), ("c", "blocked", "ab"))
    assert graph.unblock(rows) == {2: "due"}


def test_a_step_waits_while_something_it_needs_is_open():
    assert graph.unblock(nodes(("a", "succeeded", ""), ("b", "running", ""), ("c", "blocked", "ab"))) == {}


def test_a_failure_skips_all_that_depends_on_it_and_nothing_else():
    rows = nodes(("a", "failed", ""), ("b", "blocked", "a"), ("c", "blocked", "b"), ("d", "blocked", ""))
    assert graph.unblock(rows) == {1: "skipped", 2: "skipped", 3: "due"}


@pytest.mark.parametrize(
    ("run", "steps", "becomes"),
    [
        ("running", ["succeeded", "succeeded"], "succeeded"),
        ("running", ["succeeded", "failed", "skipped"], "failed"),
        ("running", ["succeeded", "abandoned"], "failed"),
        ("running", ["succeeded", "asking"], "asking"),
        ("running", ["due", "asking"], "running"),
        ("asking", ["queued", "asking"], "running"),
        ("asking", ["blocked", "asking"], "asking"),
        ("cancelling", ["due", "cancelled"], "cancelling"),
        ("cancelling", ["succeeded", "cancelled"], "cancelled"),
        ("cancelling", ["succeeded", "abandoned"], "cancelled"),
        ("cancelling", ["succeeded", "succeeded"], "succeeded"),
        ("planning", ["due"], "planning"),
        ("planning", ["failed"], "failed"),
    ],
)
def test_the_run_follows_from_its_steps(run, steps, becomes):
    assert graph.roll_up(run, [Kind(status) for status in steps]) == becomes


@pytest.mark.parametrize(
    ("steps", "becomes"), [(["undone", "undone"], "undone"), (["undone", "failed"], "undo_failed")]
)
def test_an_undo_is_done_when_each_of_its_steps_is(steps, becomes):
    assert graph.roll_up("undoing", [Kind("succeeded"), *(Kind(status, "undo") for status in steps)]) == becomes


def test_a_cycle_is_named_in_order():
    assert graph.cycle({"a": ["b"], "b": ["c"], "c": ["b"]}) == ["b", "c"]
    assert graph.cycle({"a": ["c"], "b": ["a"], "c": ["b"]}) == ["a", "c", "b"]
    assert graph.cycle({"a": ["b"], "b": []}) == []


def test_the_critical_path_is_the_longest_sum():
    assert graph.longest({"a": 2, "b": 5, "c": 1}, {"a": [], "b": [], "c": ["a", "b"]}) == 6


def test_what_needs_a_step_is_found_by_way_of_others_too():
    assert graph.dependents({"a": [], "b": ["a"], "c": ["b"], "d": []})["a"] == {"b", "c"}


def test_a_chain_of_thousands_is_no_problem_in_any_order():
    chain = {str(n): [str(n + 1)] for n in range(3000)} | {"3000": []}
    assert graph.cycle(chain) == []
    assert graph.longest(dict.fromkeys(chain, 1.0), chain) == 3001
    assert len(graph.cycle(chain | {"3000": ["0"]})) == 3001
