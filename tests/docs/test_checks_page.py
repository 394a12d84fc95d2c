"""The page of the checks is what their files say."""

from tasks.checks import CHECKS
from tests.docs.checks_page import PAGE, page


def test_the_page_of_checks_is_that_of_their_files():
    assert PAGE.read_text() == page(CHECKS), "write it again: python -m tests.docs.checks_page"
