"""`make demo`: up within seconds, gone at a signal, and going on where it was."""

import signal

import pytest

from .conftest import left_over

kept = []  # what the earlier starts in the same folder said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_it_is_soon_there_goes_on_with_the_same_data_and_leaves_no_process(demo, folder, number):
    page, seconds = demo.first_page()
    kept.append(demo.greeting())

    assert demo.end(number) == 0

    assert left_over(folder) == []
    assert "csrfmiddlewaretoken" in page
    assert seconds < 15
    assert all(said == kept[0] for said in kept)
