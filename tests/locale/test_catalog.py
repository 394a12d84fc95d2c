"""The catalog has all texts of the source and no others, each in Korean, with all that is filled in."""

import ast
import gettext
import re
from collections import Counter

import pytest

from config.env import ROOT
from opsportal.pages import names
from tests.locale import catalog, mo, po, sources

FILLED = re.compile(r"%\(\w+\)[a-z]|%[a-z%]|\{\{|\}\}|\{\w*(?:![rsa])?(?::[^{}]*)?\}|<[^<>]+>|`[^`]+`|\*\*")
FOUND = {"resource", "detail", "advice", "cost", "severity"}  # of `resources.found`; the rest is evidence


@pytest.fixture(scope="module")
def kept():
    return catalog.kept()


@pytest.fixture(scope="module")
def source():
    return sources.entries()


def test_every_text_of_the_source_is_in_the_catalog_and_nothing_else(kept, source):
    assert {(entry.key, entry.plural) for entry in kept} == {(entry.key, entry.plural) for entry in source}, (
        "make words"
    )


def test_every_text_has_its_korean(kept):
    assert [entry.text for entry in catalog.open_ones(kept)] == []


def test_what_django_reads_is_what_the_catalog_says(kept):
    assert catalog.MO.read_bytes() == mo.compiled(kept), "make words"


def test_what_is_filled_in_is_the_same_in_korean(kept):
    differs = [entry for entry in kept if filled(entry.korean) != filled(entry.plural or entry.text)]
    assert [(entry.text, entry.korean) for entry in differs] == []


def filled(text):
    """The placeholders, tags and marks in a text, in any order; a guide may name other examples in `code`."""
    return Counter(re.sub(r"`(?:mon-fri|daily)[^`]*`", "`hours`", part) for part in FILLED.findall(text))


def test_korean_begins_and_ends_with_the_same_space(kept):
    differs = [entry.text for entry in kept if edges(entry.korean) != edges(entry.plural or entry.text)]
    assert differs == []


def edges(text):
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def test_no_korean_leaves_a_particle_to_chance(kept):
    """After a value stands a word, which has a particle of its own."""
    assert [
        entry.korean for entry in kept if re.search(r"\(이\)가|은\(는\)|을\(를\)|와\(과\)|\(으\)로", entry.korean)
    ] == []


def test_each_name_of_evidence_has_a_word():
    keywords = {name for path in (ROOT / "tasks" / "checks").glob("*.py") for name in evidence(path.read_text())}
    assert {name.replace("_", " ") for name in keywords} - set(names.EVIDENCE) == set()


def evidence(source):
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    found = [call for call in calls if ast.unparse(call.func) in ("found", "resources.found")]
    own = "def found(" in source  # a check's own function of this name takes other things
    return {
        word.arg
        for call in found
        for word in call.keywords
        if word.arg and word.arg not in FOUND and (ast.unparse(call.func) == "resources.found" or not own)
    }


@pytest.mark.parametrize(
    ("read", "text", "entry"),
    [
        (sources.of_python, '_("Home")', (None, "Home", None)),
        (sources.of_python, 'ngettext("{n} day", "{n} days", n)', (None, "{n} day", "{n} days")),
        (sources.of_python, 'pgettext("a door", "open")', ("a door", "open", None)),
        (sources.of_python, 'x = gettext_lazy("a" "b")', (None, "ab", None)),
        (sources.of_python, '"""One\nline."""\nRunbook("a", guide=__doc__)', (None, "One line.", None)),
        (sources.of_template, "{% translate 'It’s 5 o\"clock' %}", (None, 'It’s 5 o"clock', None)),
        (sources.of_template, "{% translate 'open' context 'a door' %}", ("a door", "open", None)),
        (sources.of_template, '{{ a|default:_("Home") }}', (None, "Home", None)),
        (
            sources.of_template,
            "{% blocktranslate count n=1 %}{{ n }} % day{% plural %}{{ n }} days{% endblocktranslate %}",
            (None, "%(n)s %% day", "%(n)s days"),
        ),
    ],
)
def test_a_mark_is_found(read, text, entry):
    assert read(text) == [entry]


@pytest.mark.parametrize("text", ["_(book.title)", "{% translate book.title %}", "{# translate 'x' #}", "x = 'plain'"])
def test_what_is_no_text_is_none(text):
    assert (sources.of_template if "{" in text else sources.of_python)(text) == []


def test_an_entry_is_read_as_it_was_written():
    entries = [po.Entry('a "b"\n\\', "where", None, "가\n", False, ["a note"], ["a.py", "b.html"])]
    entries.append(po.Entry("{n} day", None, "{n} days", "{n}일", True))
    assert po.read(po.written(entries)) == entries


def test_lines_that_an_editor_has_wrapped_are_one_text():
    wrapped = (
        '#~ msgid "old"\n#~ msgstr "x"\n\n#, fuzzy, python-format\nmsgid ""\n"one "\n"two"\nmsgstr ""\n"하나 "\n"둘"\n'
    )
    assert po.read(wrapped) == [po.Entry("one two", korean="하나 둘", fuzzy=True)]


def test_what_is_compiled_is_read_by_pythons_gettext(tmp_path):
    entries = [po.Entry("Home", korean="홈"), po.Entry("{n} day", plural="{n} days", korean="{n}일")]
    entries += [po.Entry("open", "a door", korean="열림"), po.Entry("Run"), po.Entry("End", korean="끝", fuzzy=True)]
    (tmp_path / "django.mo").write_bytes(mo.compiled(entries))
    with (tmp_path / "django.mo").open("rb") as file:
        read = gettext.GNUTranslations(file)
    told = read.gettext("Home"), read.ngettext("{n} day", "{n} days", 2), read.pgettext("a door", "open")
    assert (*told, read.gettext("Run"), read.gettext("End")) == ("홈", "{n}일", "열림", "Run", "End")


def test_a_text_that_stays_keeps_its_korean_and_its_notes():
    known = [po.Entry("Home", korean="홈", notes=["a note"], places=["old.py"]), po.Entry("Gone", korean="없음")]
    entries = catalog.updated([po.Entry("Home", places=["new.py"]), po.Entry("New")], known)
    assert entries == [po.Entry("Home", korean="홈", notes=["a note"], places=["new.py"]), po.Entry("New")]
