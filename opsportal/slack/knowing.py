"""What somebody may see and do, as far as it decides what their words mean."""

from django.contrib.auth.models import User

from .. import catalog, checks, rights
from ..models import Environment, Run, SlackMessage
from .asking import Asker
from .grammar import BOOKS
from .requests import VERBS, Known

ALWAYS = ("help", "who")
SEEING = ("status", "findings", "credits")
STEERING = ("run", "cancel", "retry", "mute")


def known(user: User, asker: Asker) -> Known:
    return Known(
        runbooks=books(user),
        environments=list(rights.environments(user).order_by("name").values_list("name", flat=True)),
        checks={each.name: each.group for each in checks.checks()},
        blueprints=[name for name, _title in catalog.choices("blueprints")],
        here=here(user, asker),
    )


def books(user: User) -> dict[str, list[str]]:
    """The runbooks with the names of their parameters, for who may start anything anywhere."""
    found = catalog.runbooks() if rights.may_start(user) else []
    return {book.name: list(book.params.model_fields) for book in found}


def here(user: User, asker: Asker) -> int | None:
    """The run in whose thread it is said, where this person may see it."""
    rows = SlackMessage.objects.filter(channel=asker.channel, ts=asker.thread, about=SlackMessage.RUN)
    found = rights.visible(rows, user, "run__environment") if asker.thread else rows.none()
    pk: int | None = found.values_list("run", flat=True).first()
    return pk


def verbs(user: User) -> list[str]:
    """The commands that this person can do something with, in the order of help."""
    may = set(ALWAYS)
    may |= set(SEEING) if rights.may_view(user) else set()
    may |= set(STEERING) if rights.may_start(user) else set()
    may |= {verb for verb, book in BOOKS.items() if book in books(user)}
    return [verb for verb in VERBS if verb in may]


def environment(user: User, name: str) -> Environment | None:
    """The one of this name, where this person may see it."""
    return rights.environments(user).filter(name=name).first() if name else None


def home(user: User, asker: Asker) -> Environment | None:
    """The environment whose own channel this is; None: it is nobody's, or several have it."""
    found = list(rights.environments(user).filter(slack_channel=asker.channel)[:2]) if asker.channel else []
    return found[0] if len(found) == 1 else None


def run(user: User, number: int | None) -> Run | None:
    rows = Run.objects.select_related("environment", "requested_by", "firing__policy")
    found: Run | None = rights.visible(rows, user).filter(pk=number).first() if number else None
    return found
