"""Every text that the source marks for translation, and where it stands."""

import ast
import re

from django.utils.translation.template import templatize

from config.env import ROOT
from opsportal.words import paragraphs

from .po import Entry

# What each mark's first arguments are: a context, a text, its plural.
CALLS = {"gettext": "t", "gettext_lazy": "t", "gettext_noop": "t", "_": "t", "ngettext": "tp", "ngettext_lazy": "tp"}
CALLS |= {"pgettext": "ct", "pgettext_lazy": "ct", "npgettext": "ctp", "npgettext_lazy": "ctp"}
QUOTED = r"""(?:u?"(?:\\.|[^"\\])*"|u?'(?:\\.|[^'\\])*')"""
MARK = re.compile(rf"(?:(?:np|n|p)?gettext|\b_)\({QUOTED}(?:\s*,\s*(?:{QUOTED}|count))*\)")


def marked(tree):
    """(context, text, plural) of each mark around a plain text, in the order of the lines."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        kinds = CALLS.get(getattr(call.func, "id", getattr(call.func, "attr", "")), "")
        texts = [getattr(argument, "value", None) for argument in call.args[: len(kinds)]]
        if kinds and len(texts) == len(kinds) and all(isinstance(text, str) for text in texts):
            found = dict(zip(kinds, texts, strict=True))
            yield found.get("c"), found["t"], found.get("p")


def of_python(source):
    tree = ast.parse(source)
    return [*marked(tree), *((None, text, None) for text in guide(tree))]


def guide(tree):
    """The paragraphs of the docstring of a module that is a runbook's guide."""
    calls = [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Runbook"
    ]
    shown = [word for call in calls for word in call.keywords if word.arg == "guide"]
    return paragraphs(ast.get_docstring(tree) or "") if shown else []


def of_template(source):
    """Django turns a template's marks into calls between letters that mean nothing."""
    calls = MARK.findall(templatize(source))
    return [found for call in calls for found in marked(ast.parse(call, mode="eval"))]


def files():
    """Each file with words, and what reads it."""
    for folder in ("config", "opsportal", "tasks"):
        code = [path for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts]
        yield from ((path, of_python) for path in sorted(code))
    yield from ((path, of_template) for path in sorted((ROOT / "opsportal" / "templates").rglob("*.html")))


def entries():
    """All texts of the source without a translation, as they come; one that also has a plural is one entry."""
    found = {}
    for path, read in files():
        for context, text, plural in read(path.read_text()):
            entry = found.setdefault((context, text), Entry(text, context))
            entry.plural = entry.plural or plural
            entry.places = list(dict.fromkeys([*entry.places, str(path.relative_to(ROOT))]))
    return list(found.values())
