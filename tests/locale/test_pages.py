"""Every page in Korean: no text of ours without a mark, and none that is asked for without its Korean."""

import json
import re

import pytest
from django.contrib.auth.models import Group, User
from django.core import serializers
from django.test import Client
from django.utils.translation import _trans, get_language, trans_real

from config.env import ROOT
from opsportal import catalog as runbooks
from opsportal import models
from tests.every_page import visits
from tests.locale import visible
from tests.portal.conftest import html

KOREAN = {"accept-language": "ko"}
NAMES = {
    "opsportal",
    "English",
    "en",
    "ko",
    "UTC",
    "GitHub",
    "Actions",
    "GitLab",
    "True",
    "esc",
}  # data, and the same anywhere
SAME = {"Slack", "GiB", "MB", "MiB", "size gib"}  # the last one is evidence that tests make up
OF_TESTS = (ROOT / "tests" / "runbooks.py").read_text().lower()


@pytest.fixture
def lacking(monkeypatch):
    """Marks each translated text; the set fills with those that have no Korean."""
    found = set()

    def marked(text, translated):
        text, translated = str(text), str(translated)
        if get_language() == "ko" and translated == text and text.lower() not in OF_TESTS and visible.words(text):
            found.add(text)
        return f"{visible.OPEN}{translated}{visible.SHUT}"

    real = {name: getattr(trans_real, name) for name in ("gettext", "pgettext", "ngettext", "npgettext")}
    ways = {
        "gettext": lambda text: marked(text, real["gettext"](text)),
        "pgettext": lambda context, text: marked(text, real["pgettext"](context, text)),
        "ngettext": lambda one, many, n: marked(one if n == 1 else many, real["ngettext"](one, many, n)),
        "npgettext": lambda c, one, many, n: marked(one if n == 1 else many, real["npgettext"](c, one, many, n)),
    }
    for name, way in ways.items():
        monkeypatch.setattr(_trans, name, way, raising=False)
    return found


def data():
    """The words that stand in rows, and those by which runbooks are told apart."""
    kinds = [getattr(models, name) for name in models.__all__ if hasattr(getattr(models, name), "objects")]
    rows = [row for kind in (*kinds, User, Group) for row in kind.objects.all()]
    titles = [title for _, title in runbooks.choices("blueprints")]
    return visible.words(re.sub(r"[\[\]{}:,\"\\]", " ", serializers.serialize("json", rows))) | set(
        " ".join([*(book.name for book in runbooks.runbooks()), *titles]).split()
    )


def left(response):
    """What a reader sees that no translation was asked for."""
    texts, depth = visible.outside(visible.texts(html(response)))
    assert depth == 0, "a translated text has no end"
    return {word for text in texts for word in visible.words(text)} - NAMES


def test_no_text_of_ours_is_without_a_mark_and_none_without_korean(admin, run, lacking):
    opened = visits(admin, Client(), run)
    pages = [(path, reader.get(path, follow=True, headers=KOREAN)) for reader, path in opened]
    known = data()
    unmarked = {path: words for path, page in pages if (words := left(page) - known)}
    assert (unmarked, lacking - SAME) == ({}, set())


def test_the_words_of_the_scripts_come_translated_with_the_page(admin, run, lacking):
    page = html(admin.get(f"/admin/opsportal/run/{run.pk}/", headers=KOREAN))
    texts = json.loads(re.search(r'<script id="texts"[^>]*>(.*?)</script>', page)[1])
    assert [text for text in texts.values() if not text.startswith(visible.OPEN)] == []


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ("<p>Home</p>", {"Home"}),
        ("<p>⟦홈⟧</p>", set()),
        ("<p>⟦a <a href=x>b⟧ c</a> word</p>", {"word"}),
        ('<input placeholder="Say why">', {"Say", "why"}),
        ("<code>Home</code><svg><title>Home</title></svg>", set()),
        ("<span class='material-symbols-outlined'>menu</span>", set()),
        ("<td>i-0c41aa, 3 × t3.large, stacks.deploy</td>", set()),
    ],
)
def test_a_word_without_a_mark_is_seen(page, found):
    texts, _ = visible.outside(visible.texts(page))
    assert {word for text in texts for word in visible.words(text)} == found
