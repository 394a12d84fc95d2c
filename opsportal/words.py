"""Marks for translation, also where Django itself is out of bounds, and the language of what is written down.

A page speaks the language of its reader. A line, a reason or a question is a record: it is written once, in the
installation's language (`LANGUAGE_CODE`), by whichever process; what an answer's digest binds never changes.
"""

from django.conf import settings
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy, gettext_noop, ngettext, override, pgettext

__all__ = ["format_lazy", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "on_record", "paragraphs", "pgettext"]


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a docstring, each in one line: what is translated of a runbook's guide."""
    return [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]


def on_record(text: "str | Promise") -> str:
    """The text as it is written down, whoever's browser caused it; one that is evaluated already stays."""
    with override(settings.LANGUAGE_CODE):
        return str(text)
