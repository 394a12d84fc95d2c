"""Numbers as a small line."""

import pytest

from opsportal.pages import sparkline


def test_the_highest_number_is_on_top_and_the_line_is_as_wide_as_its_box():
    assert sparkline.path([10, 0, 5]) == "M0.0 1.0L48.0 23.0L96.0 12.0"


def test_a_constant_number_is_a_line_in_the_middle():
    assert sparkline.path([7, 7]) == "M0.0 12.0L96.0 12.0"


def test_one_number_is_no_line():
    assert sparkline.path([7]) == ""


@pytest.mark.parametrize("value", [None, "text", [1], ["1", "2"], [1, None], [True, False], [1, float("nan")], {}])
def test_what_is_no_row_of_numbers_is_not_drawn(value):
    assert sparkline.numbers(value) == []
