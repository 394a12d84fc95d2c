"""What CloudFormation's events are told as follows the installation's language."""

from tasks.stacks import story
from tests.stacks.test_story import event


def test_a_line_is_said_in_the_language_of_the_installation(monkeypatch):
    monkeypatch.setattr(story, "_", {"Stack": "Stapel", "{who}: created": "{who}: angelegt"}.get)

    assert story.said(event("Stack", "CREATE_COMPLETE")) == ("Stapel: angelegt", "info")
