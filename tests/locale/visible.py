"""What a page says to its reader: its texts and the attributes that browsers show or read out."""

import re
from html.parser import HTMLParser

OPEN, SHUT = "⟦", "⟧"  # around each text that was translated
TOLD = {"title", "aria-label", "placeholder", "alt"}
TOLD |= {f"data-{name}" for name in ("confirm", "text", "of", "some", "none", "away")}
SILENT = {"script", "style", "svg", "code", "pre", "textarea"}
ICON = "material-symbols-outlined"  # unfold's icons are words in a font of their own
WORD = re.compile(r"[A-Za-z’']{2,}")


class Visible(HTMLParser):
    """`texts`: as they come."""

    def __init__(self):
        super().__init__()
        self.texts, self.silent = [], []

    def handle_starttag(self, tag, attributes):
        known = dict(attributes)
        self.texts += [text for name, text in attributes if text and name in TOLD]
        if tag in SILENT or ICON in (known.get("class") or ""):
            self.silent.append(tag)

    def handle_endtag(self, tag):
        if self.silent and self.silent[-1] == tag:
            self.silent.pop()

    def handle_data(self, data):
        if not self.silent:
            self.texts.append(data)


def texts(page):
    reader = Visible()
    reader.feed(page)
    return reader.texts


def outside(parts):
    """The same without what stands between the marks; a translated text may go over several of them."""
    kept, depth = [], 0
    for part in parts:
        rest = ""
        for letter in part:
            depth += (letter == OPEN) - (letter == SHUT)
            rest += letter if depth == 0 and letter != SHUT else " "
        kept.append(rest)
    return kept, depth


def words(text):
    """Those that a language has: ids, addresses and numbers are none."""
    bare = [word.strip(".,:;!?…()“”\"'·|") for word in text.split()]
    return {word for word in bare if WORD.fullmatch(word)}
