"""What Django reads: the same catalog, sorted and with the places of its texts in front.

https://www.gnu.org/software/gettext/manual/html_node/MO-Files.html
"""

import struct

from . import po

MAGIC, HEADER_BYTES = 0x950412DE, 28
CONTEXT, PLURAL = "\x04", "\x00"  # what stands between a context and its text, and between a text and its plural


def compiled(entries):
    """The bytes of django.mo; what has no translation yet is left out."""
    header = "".join(f"{name}: {value}\n" for name, value in po.HEADER.items())
    texts = {key(entry): entry.korean for entry in entries if entry.korean and not entry.fuzzy} | {"": header}
    pairs = sorted((text.encode(), korean.encode()) for text, korean in texts.items())
    table = 8 * len(pairs)
    start = HEADER_BYTES + 2 * table
    keys = b"".join(text + b"\0" for text, _ in pairs)
    values = b"".join(korean + b"\0" for _, korean in pairs)
    places = placed([text for text, _ in pairs], start) + placed([korean for _, korean in pairs], start + len(keys))
    head = struct.pack("<7I", MAGIC, 0, len(pairs), HEADER_BYTES, HEADER_BYTES + table, 0, start)
    return head + places + keys + values


def placed(texts, start):
    """The length of each text and where it begins, in bytes of the file."""
    rows, at = [], start
    for text in texts:
        rows.append(struct.pack("<2I", len(text), at))
        at += len(text) + 1
    return b"".join(rows)


def key(entry):
    text = f"{entry.text}{PLURAL}{entry.plural}" if entry.plural else entry.text
    return f"{entry.context}{CONTEXT}{text}" if entry.context else text
