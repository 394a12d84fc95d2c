"""Every sentence that a person reads is marked for translation."""

import ast
from pathlib import Path

import pytest

from tasks.stacks import story
from tests.stacks.test_story import event

ROOT = Path(__file__).resolve().parents[2] / "tasks"
FILES = sorted(path for folder in ("aws", "stacks", "runbooks") for path in (ROOT / folder).glob("*.py"))
# What is called with a sentence, and where among its arguments that stands.
SAID = {"say": 0, "once": 0, "Ask": 0, "Wait": 1, "add": 2, "NotReadable": 0, "NotAReference": 0, "ValueError": 0}
SAID |= dict.fromkeys(("OpsError", "StepFailed", "Denied", "Gone", "TryLater", "Invalid", "Refused"), 0)
DECLARED = ("title", "summary", "description")


def unmarked(node):
    """Whether this is, or may be, a text with words of its own where a marked one belongs."""
    if isinstance(node, ast.JoinedStr | ast.IfExp | ast.BoolOp | ast.BinOp):
        return any(unmarked(part) for part in ast.iter_child_nodes(node))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return unmarked(node.func.value)
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and any(map(str.isalpha, node.value))


def sentences(call):
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    yield from call.args[SAID[name] :][:1] if name in SAID else ()
    if name in ("Field", "Runbook"):
        yield from (keyword.value for keyword in call.keywords if keyword.arg in DECLARED)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_sentence_is_said_without_a_mark(path):
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]

    assert [ast.unparse(text) for call in calls for text in sentences(call) if unmarked(text)] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_is_marked_is_a_text_that_the_tools_can_find(path):
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    marks = [call.args for call in calls if getattr(call.func, "id", "") in ("_", "gettext_noop", "ngettext")]

    assert not [ast.unparse(text) for texts in marks for text in texts if isinstance(text, ast.JoinedStr | ast.BinOp)]


def test_a_line_is_said_in_the_language_of_the_installation(monkeypatch):
    monkeypatch.setattr(story, "_", {"Stack": "Stapel", "{who}: created": "{who}: angelegt"}.get)

    assert story.said(event("Stack", "CREATE_COMPLETE")) == ("Stapel: angelegt", "info")
