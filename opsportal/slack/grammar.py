"""What stands behind each command, and what is said where that names nothing that is known."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from ..words import gettext as _
from . import phrases
from .requests import USAGE, VERBS, Answer, Known, Misread, Request

BOOKS = {"plan": "stacks.plan", "deploy": "stacks.deploy", "sweep": "sweep"}
COST = "cost"  # the checks of a sweep for which none are named
MUTED = 3600  # seconds, where none are said
UNMUTED = ("off", "0", "끄기")


def unknown(word: str, among: Collection[str], kind: str) -> Misread:
    """That there is no such thing, and the nearest that there is."""
    text = _("There is no {kind} “{name}”.").format(kind=kind, name=word[:80])
    near = get_close_matches(word.casefold()[:80], sorted(among), n=3, cutoff=0.5)
    if not near:
        return Misread(text, USAGE["help"])
    nearest = " ".join([text, _("Do you mean {names}?").format(names=", ".join(near))])
    return Misread(nearest, f"/ops {near[0]}" if near[0] in VERBS else "")


def parts(words: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """The words that name something, and the parameters; those of one name are lines of it, `name.key` a pair."""
    pairs = [(word, phrases.pair(word)) for word in words]
    params: dict[str, str] = {}
    for _word, found in pairs:
        if found:
            name, dot, key = found[0].partition(".")
            value = f"{key}={found[1]}" if dot else found[1]
            params[name] = f"{params[name]}\n{value}" if name in params else value
    return [word for word, found in pairs if not found], params


def run(verb: str, words: Sequence[str], known: Known) -> Answer:
    """`run <runbook> <environment> name=value …`, the two in any order; what is missing is asked for in a form."""
    given, params = parts(words)
    books = [word for word in given if word in known.runbooks]
    places = [word for word in given if word in known.environments]
    strange = [word for word in given if word not in (*books[:1], *places[:1])]
    if not given:
        return Misread(_("Say which runbook: {names}.").format(names=listed(known.runbooks)), USAGE[verb])
    if strange and books and places:
        text = _("I don't know what “{word}” is for. Parameters are written name=value.")
        return Misread(text.format(word=strange[0][:80]), USAGE[verb])
    if strange or not books:
        among, kind = (known.environments, _("environment")) if books else (known.runbooks, _("runbook"))
        return unknown((strange or given)[0], among, kind)
    return checked(Request("run", books[0], places[0] if places else only(known), params), known)


def checked(request: Request, known: Known) -> Answer:
    """The request, unless a parameter has a name that the runbook does not know."""
    fields = known.runbooks[request.runbook]
    wrong = next((name for name in request.params if name not in fields), None)
    return request if wrong is None else unknown(wrong, fields, _("parameter"))


def stacks(verb: str, words: Sequence[str], known: Known) -> Answer:
    """`deploy <blueprint> <environment> name=value …`, the two in any order."""
    given, params = parts(words)
    place = located(given, known)
    others = without(given, place)
    if others[1:] and not place:
        return unknown(others[-1], known.environments, _("environment"))
    if others[1:] or (others and known.blueprints and others[0] not in known.blueprints):
        return unknown(others[-1], (*known.blueprints, *known.environments), _("blueprint"))
    blueprint = {"blueprint": others[0]} if others else {}
    return offered(Request("run", BOOKS[verb], place or only(known), blueprint | params), known)


def located(given: Sequence[str], known: Known) -> str:
    """The environment among these words; where a blueprint has the same name, the last of them. Empty: none."""
    places = [word for word in given if word in known.environments]
    alone = len(given) == 1 and given[0] in known.blueprints
    return places[-1] if places and not alone else ""


def without(given: Sequence[str], word: str) -> list[str]:
    """The words but for the last that is this one."""
    at = len(given) - 1 - given[::-1].index(word) if word in given else len(given)
    return [*given[:at], *given[at + 1 :]]


def offered(request: Request, known: Known) -> Answer:
    """The request, where the one who asks may run that at all."""
    if request.runbook not in known.runbooks:
        return Misread(_("You can’t run “{name}” here.").format(name=request.runbook), USAGE["help"])
    return checked(request, known)


def sweep(verb: str, words: Sequence[str], known: Known) -> Answer:
    """`sweep [environment] [checks or groups]`; without any, what costs money is looked for."""
    given, params = parts(words)
    places = [word for word in given if word in known.environments][:1]
    chosen = [word for word in given if word not in places] or [COST]
    groups = set(known.checks.values())
    for word in chosen:
        if word not in known.checks and word not in (*groups, COST):
            return unknown(word, {*known.checks, *groups, *known.environments}, _("environment, check or group"))
    checks = [name for name, group in known.checks.items() if name in chosen or group in chosen]
    told = {"checks": "\n".join(checks)} | params
    return offered(Request("sweep", BOOKS[verb], places[0] if places else only(known), told), known)


def place(verb: str, words: Sequence[str], known: Known) -> Answer:
    """`status`, `findings`, `credits`, `who` and `mute`: an environment, and what each has beside it."""
    request = Request(verb, seconds=MUTED if verb == "mute" else 0)
    for word in words:
        said = beside(verb, word, known)
        if not said:
            among = (*known.environments, *(known.checks if verb == "findings" else ()))
            return unknown(word, among, _("environment"))
        if any(getattr(request, name) not in ("", None, 0, MUTED) for name in said):
            return Misread(_("That names two of the same kind. Name one."), USAGE[verb])
        request = replace(request, **said)
    return request


def beside(verb: str, word: str, known: Known) -> dict[str, Any]:
    """What the word adds to a request of this kind; empty: nothing that is known."""
    if word in known.environments:
        return {"environment": word}
    if verb == "status" and (number := phrases.number(word)):
        return {"run": number}
    if verb == "mute" and word.casefold() in UNMUTED:
        return {"seconds": 0}
    if verb == "mute" and (seconds := phrases.seconds(word)):
        return {"seconds": seconds}
    return {"about": word} if verb == "findings" and word in known.checks else {}


def of_run(verb: str, words: Sequence[str], known: Known) -> Answer:
    """`cancel <run>` and `retry <run>`; in a run's thread that run is meant."""
    given = [word for word in words if word.casefold() != "run"]
    runs = [number for word in given if (number := phrases.number(word))]
    places = [word for word in given if word in known.environments]
    if len(runs) > 1 or len(places) > 1 or len(runs) + len(places) < len(given) or not (runs or known.here):
        return Misread(_("Say which run, by its number."), USAGE[verb])
    return Request(verb, run=runs[0] if runs else known.here, environment="".join(places))


def helped(verb: str, words: Sequence[str], known: Known) -> Answer:
    """`help`, or `help <command>`."""
    about = words[0].casefold() if words else ""
    return Request(verb, about=phrases.KOREAN.get(about, about if about in VERBS else ""))


def only(known: Known) -> str:
    """The one environment that there is; empty where there is a choice."""
    return known.environments[0] if len(known.environments) == 1 else ""


def listed(found: Collection[str], most: int = 20) -> str:
    shown = ", ".join(sorted(found)[:most])
    return _("{names} and {n} more").format(names=shown, n=len(found) - most) if len(found) > most else shown


VERBS_OF: dict[str, Callable[[str, Sequence[str], Known], Answer]] = {
    **dict.fromkeys(("status", "findings", "credits", "who", "mute"), place),
    **dict.fromkeys(("plan", "deploy"), stacks),
    **dict.fromkeys(("cancel", "retry"), of_run),
    "help": helped,
    "run": run,
    "sweep": sweep,
}
