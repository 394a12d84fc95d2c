"""The Korean catalog: what it holds, what the source holds, and the two brought together."""

from pathlib import Path

from config.env import ROOT

from . import mo, po

PO = ROOT / "opsportal" / "locale" / "ko" / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")


def kept(path: Path = PO):
    return po.read(path.read_text()) if path.exists() else []


def updated(entries, known):
    """The source's entries with the translations and notes that are known of them."""
    before = {entry.key: entry for entry in known}
    for entry in entries:
        if old := before.get(entry.key):
            entry.korean, entry.fuzzy, entry.notes = old.korean, old.fuzzy, old.notes
    return entries


def write(entries):
    PO.parent.mkdir(parents=True, exist_ok=True)
    PO.write_text(po.written(entries))
    MO.write_bytes(mo.compiled(entries))


def open_ones(entries):
    """What nobody has translated yet, or has to look at again."""
    return [entry for entry in entries if not entry.korean or entry.fuzzy]
