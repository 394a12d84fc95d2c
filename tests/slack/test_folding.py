"""What is long is put into few messages, and what does not fit is counted."""

from opsportal.slack import folding
from opsportal.slack.blocks import section

from .seeing import URL, read, wrong


def more(number):
    return f"{number} more"


def test_many_small_blocks_are_put_into_messages_of_fifty_at_most():
    found = folding.packed([section(f"part {n}") for n in range(120)], "text", 5, more)
    assert [wrong(message) for message in found] == [[], [], []]
    assert sum(len(message.blocks) for message in found) == 120


def test_the_lines_that_no_message_has_room_for_are_counted():
    found = folding.packed([section("one\ntwo")] * 120, "text", 1, more)
    assert wrong(found[0]) == []
    assert read(found[0]).endswith("142 more")


def test_no_line_is_lost_between_sections():
    lines = [f"{n} " + "x" * 900 for n in range(20)]
    assert "\n".join(each["text"]["text"] for each in folding.sections(lines)).split("\n") == lines


def test_the_portal_is_where_the_rest_is():
    assert folding.portal(URL)(3) == f"<{URL}|And 3 more in the portal>"
