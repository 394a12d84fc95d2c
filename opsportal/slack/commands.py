"""What a person asks for: the text of `/ops` or of a message to the bot becomes a request, or a sentence why not."""

from collections.abc import Sequence
from dataclasses import replace

from ..words import gettext as _
from . import phrases
from .grammar import VERBS_OF, unknown
from .requests import USAGE, VERBS, Answer, Known, Misread, Request


def command(text: str, known: Known) -> Answer:
    """The text behind `/ops`."""
    words = phrases.words(text)
    if words is None:
        return Misread(_("A quotation mark has no end. Put a value with blanks between two of them."), USAGE["run"])
    return obeyed(words, known) if words else Request("help")


def obeyed(words: Sequence[str], known: Known) -> Answer:
    verb = first_verb(words)
    return VERBS_OF[verb](verb, words[1:], known) if verb else unknown(words[0], VERBS, _("command"))


def first_verb(words: Sequence[str]) -> str:
    """The command that the words begin with; empty: with none."""
    verb = phrases.KOREAN.get(words[0], words[0].casefold())
    return verb if verb in VERBS else ""


def mention(text: str, known: Known) -> Answer:
    """A message to the bot: a command without `/ops`, or a sentence in English or Korean."""
    bare = phrases.without_names(text)
    words = phrases.words(bare)
    if not words:
        return command(bare, known)
    asked, verb = meant(words), first_verb(words)
    if verb == "run" or asked == [verb]:
        answer = obeyed(words, known)
        if isinstance(answer, Request):
            return answer
    return sentence(words, asked, known)


def sentence(words: Sequence[str], asked: Sequence[str], known: Known) -> Answer:
    """A sentence that asks for one thing, with what it names of what is known."""
    if any(map(phrases.negates, words)):
        return Misread(_("That says what not to do. Say only what to do."), USAGE["help"])
    if not asked:
        return Misread(_("I did not find a command in that."), USAGE["help"])
    if len(asked) > 1:
        both = ", ".join(asked)
        return Misread(_("That asks for several things at once: {commands}.").format(commands=both), USAGE[asked[0]])
    said = phrases.telling(words, names(known), VERBS)
    return unsure(VERBS_OF[asked[0]](asked[0], said, known), said)


def unsure(answer: Answer, said: Sequence[str]) -> Answer:
    """What was read out of a sentence: an environment that it does not name is not guessed."""
    if isinstance(answer, Misread):
        return answer
    return replace(answer, sure=False, environment=answer.environment if answer.environment in said else "")


def meant(words: Sequence[str]) -> list[str]:
    """The verbs of a sentence; in “cancel run 12” the run is none."""
    found = list(dict.fromkeys(verb for word in words for verb in phrases.verbs(word, VERBS)))
    return [verb for verb in found if verb != "run"] or found


def names(known: Known) -> set[str]:
    return {*known.runbooks, *known.environments, *known.checks, *known.checks.values(), *known.blueprints}
