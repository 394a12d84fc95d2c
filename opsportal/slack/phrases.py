"""What a person typed in Slack, taken apart: words, quotes, and the words of a plain sentence that matter."""

import re
from collections.abc import Collection, Sequence

LINK = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")  # Slack docs: Retrieving messages, how links and names arrive
ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
UNSEEN = dict.fromkeys(map(ord, "\u200b\u2060\ufeff"))
QUOTED = r"\"[^\"]*\"|“[^“”]*[”“]"
WORD = re.compile(rf"(?:{QUOTED}|=(?:'[^']*'|‘[^’]*’)|[^\s\"“”])+")
QUOTES = re.compile(rf"({QUOTED})|=('[^']*'|‘[^’]*’)")
PAIR = re.compile(r"([A-Za-z_][\w.-]*)=(.*)", re.DOTALL)
SPAN = re.compile(r"(\d{1,4})(m|min|h|d)")
NUMBER = re.compile(r"#?([1-9]\d{0,17})")
HANGUL = re.compile(r"(?<=[\x21-\x7e])[가-힣]+$")  # a particle behind a name, such as “dev에서”

KOREAN = {
    "도움말": "help",
    "상태": "status",
    "실행": "run",
    "계획": "plan",
    "배포": "deploy",
    "점검": "sweep",
    "취소": "cancel",
    "재시도": "retry",
}
ENGLISH = {"stop": "cancel", "abort": "cancel", "check": "sweep", "again": "retry"}
NEGATIONS = {"not", "dont", "never", "no", "cant", "안", "마", "without"}
FORBIDS = re.compile(r"말고|말아|하지|마세요|금지|않")


def typed(text: str) -> str:
    """The text as it was typed, without what Slack has made of it: its links, its escapes, and what can't be seen."""
    text = LINK.sub(lambda found: found[1] if found[1][:1] in "@#!" or not found[2] else found[2], text)
    for entity, character in ENTITIES:
        text = text.replace(entity, character)
    return text.translate(UNSEEN)


def without_names(text: str) -> str:
    """The text of a message without those it names, the one it is written to among them."""
    return re.sub(r"<@[^<>]*>", " ", text)


def words(text: str) -> list[str] | None:
    """The words, those in quotes together and without their quotes; None: a quote has no end."""
    known = typed(text)
    if WORD.sub("", known).strip():
        return None
    return [QUOTES.sub(unquoted, each) for each in WORD.findall(known)]


def unquoted(found: re.Match[str]) -> str:
    return found[1][1:-1] if found[1] else "=" + found[2][1:-1]


def pair(word: str) -> tuple[str, str] | None:
    """The name and the value of name=value; None: it is none."""
    found = PAIR.fullmatch(word)
    return (found[1], found[2]) if found else None


def number(word: str) -> int | None:
    found = NUMBER.fullmatch(word)
    return int(found[1]) if found else None


def seconds(word: str) -> int | None:
    """Of 30m, 2h or 1d."""
    found = SPAN.fullmatch(word.casefold())
    return int(found[1]) * {"m": 60, "min": 60, "h": 3600, "d": 86400}[found[2]] if found else None


def verbs(word: str, known: Collection[str]) -> list[str]:
    """What this word of a sentence asks for; Korean has several in one, such as 배포취소."""
    plain = word.casefold().strip(".,!?:;")
    if plain in known or plain in ENGLISH:
        return [ENGLISH.get(plain, plain)]
    return [verb for stem, verb in KOREAN.items() if stem in plain and "=" not in plain]


def negates(word: str) -> bool:
    plain = re.sub(r"[^\w가-힣]", "", word.casefold())
    return plain in NEGATIONS or bool(FORBIDS.search(plain))


def named(word: str, names: Collection[str]) -> str:
    """The word as the name it means: itself, or without punctuation and a Korean particle; empty: it means none."""
    bare = word.strip(".,!?:;")
    forms = (word, bare, HANGUL.sub("", bare))
    if found := next((each for each in forms if each in names), ""):
        return found
    kept = next((each for each in forms if number(each) or seconds(each)), "")
    return word if pair(word) else kept


def telling(sentence: Sequence[str], names: Collection[str], commands: Collection[str]) -> list[str]:
    """The words of a sentence that name something, without those that are commands."""
    others = [word for word in sentence if word.casefold().strip(".,!?:;") not in (*commands, *ENGLISH)]
    return [name for word in others if (name := named(word, names))]
