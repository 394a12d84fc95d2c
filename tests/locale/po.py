"""Files of translations as gettext's tools and editors of catalogs know them.

https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html
"""

import ast
import json
import re
from dataclasses import dataclass, field

HEADER = {
    "Project-Id-Version": "opsportal",
    "Language": "ko",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}
LINE = re.compile(r'^(?:(msgctxt|msgid_plural|msgid|msgstr)(?:\[\d+\])? )?(".*")$')


@dataclass
class Entry:
    """A text and its translation; Korean has one form, for one and for many."""

    text: str
    context: str | None = None
    plural: str | None = None
    korean: str = ""
    fuzzy: bool = False
    notes: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)

    @property
    def key(self):
        return self.context, self.text


def read(source):
    """The entries of such a file, without its header and what it keeps as obsolete."""
    found = [of_block(block.splitlines()) for block in re.split(r"\n\s*\n", source) if "msgid" in block]
    return [entry for entry in found if entry and entry.text]


def of_block(lines):
    """An entry; None where all of it is commented out."""
    parts, last = {}, None
    for line in lines:
        if match := LINE.match(line):
            last = match[1] or last
            parts[last] = parts.get(last, "") + ast.literal_eval(match[2])
    if "msgid" not in parts:
        return None
    return Entry(
        parts["msgid"],
        parts.get("msgctxt"),
        parts.get("msgid_plural"),
        parts.get("msgstr", ""),
        fuzzy=any(line.startswith("#,") and "fuzzy" in line for line in lines),
        notes=[line[2:] for line in lines if line.startswith("# ")],
        places=[place for line in lines if line.startswith("#:") for place in line[2:].split()],
    )


def written(entries):
    """The text of the file; an entry is a block, each of its texts a line."""
    header = [quoted(f"{name}: {value}\n") for name, value in HEADER.items()]
    first = "\n".join(['msgid ""', 'msgstr ""', *header])
    return "\n\n".join([first, *map(block, entries)]) + "\n"


def block(entry):
    lines = [*(f"# {note}" for note in entry.notes), *(f"#: {place}" for place in entry.places)]
    lines += ["#, fuzzy"] if entry.fuzzy else []
    lines += [f"msgctxt {quoted(entry.context)}"] if entry.context else []
    lines.append(f"msgid {quoted(entry.text)}")
    lines += [f"msgid_plural {quoted(entry.plural)}"] if entry.plural else []
    lines.append(f"msgstr{'[0]' if entry.plural else ''} {quoted(entry.korean)}")
    return "\n".join(lines)


def quoted(text):
    return json.dumps(text, ensure_ascii=False)
