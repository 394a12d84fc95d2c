"""What is only looked at: what runs, what was found, who is who. Nothing of it changes anything."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse

from .. import clock, rights
from ..errors import Refused
from ..models import Environment, Finding, Run
from ..pages import sieve
from ..words import gettext as _
from . import finding_words, help_words, knowing, reading, run_words, status_words, who_words
from .asking import Asker
from .blocks import Message
from .requests import Request

READ = 10  # runs that are read whole
CREDITS = ("credits-run-out", "burst-too-small", "throttle-recycle")


@dataclass(frozen=True)
class Reply:
    """`about`: the one environment that the message tells of, whose own channel may read it; None: the asker alone."""

    message: Message
    about: Environment | None = None


def place(user: User, asker: Asker, request: Request) -> Environment | None:
    """The environment that is named, or whose channel it is asked in; None: any. Raises Refused."""
    if not request.environment:
        return knowing.home(user, asker)
    found = knowing.environment(user, request.environment)
    if found is None:
        raise Refused(_("There is no environment “{name}”, or you may not see it.").format(name=request.environment))
    return found


def helped(asker: Asker, user: User, request: Request) -> Reply:
    return Reply(help_words.help_for(knowing.verbs(user), request.about))


def status(asker: Asker, user: User, request: Request) -> Reply:
    """Raises Refused."""
    if request.run:
        run = seen(user, request.run)
        return Reply(run_words.message(reading.run(run), clock.now()), run.environment)
    where = place(user, asker, request)
    rows = rights.visible(Run.objects.filter(status__in=Run.OPEN), user)
    rows = rows.filter(environment=where) if where else rows
    shown = rows.select_related(*reading.BESIDE).order_by("-pk")[:READ]
    url = settings.PUBLIC_URL + reverse("admin:opsportal_run_changelist")
    more = max(0, rows.count() - READ)
    return Reply(status_words.status(reading.runs(shown), more, where.name if where else "", url, clock.now()), where)


def seen(user: User, number: int | None) -> Run:
    """Raises Refused: whether it is there is not told."""
    found = knowing.run(user, number)
    if found is None:
        raise Refused(_("There is no run {n}, or you may not see it.").format(n=number))
    return found


def findings(asker: Asker, user: User, request: Request) -> Reply:
    """The worst that are open, of one check where one is named. Raises Refused."""
    title = _("{where}: the worst findings")
    return listed(user, place(user, asker, request), (request.about,) if request.about else (), title)


def credits_(asker: Asker, user: User, request: Request) -> Reply:
    """What runs out of CPU credits. Raises Refused."""
    return listed(user, place(user, asker, request), CREDITS, _("{where}: CPU credits"))


def listed(user: User, where: Environment | None, names: tuple[str, ...], title: str) -> Reply:
    rows = sieve.visible(user).filter(state=Finding.State.OPEN)
    rows = rows.filter(environment=where) if where else rows
    rows = rows.filter(check_name__in=names) if names else rows
    found = sieve.in_order(rows, "worst").select_related("environment")[: finding_words.SHOWN]
    head = title.format(where=where.name if where else _("all environments"))
    url = settings.PUBLIC_URL + reverse("findings")
    return Reply(status_words.findings([finding_words.of_row(each) for each in found], rows.count(), head, url), where)


def who(asker: Asker, user: User, request: Request) -> Reply:
    """Always for the asker alone, since it names who is on duty. Raises Refused."""
    where = place(user, asker, request)
    mine = [
        (each.name, roles(user, each)) for each in ([where] if where else rights.environments(user)[: who_words.MOST])
    ]
    there = who_words.There(where.name, answerers(where), where.slack_on_duty) if where else None
    return Reply(who_words.message(str(user), user.email, mine, there, settings.PUBLIC_URL + reverse("slack")))


def roles(user: User, environment: Environment) -> str:
    """The widest role that this person has there, however it was given."""
    may = {right for right in rights.ROLES["administrator"] if rights.may(user, right, environment)}
    fitting = [name for name, needed in rights.ROLES.items() if set(needed) <= may]
    return fitting[-1] if fitting else ""


def answerers(environment: Environment) -> list[str]:
    return [str(each) for each in rights.answerers(environment)[: who_words.MOST + 1]]
