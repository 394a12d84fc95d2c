"""Being called by nothing for a while: an environment's messages go on, but name nobody."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction

from .. import audit, clock, rights
from ..errors import Refused
from ..models import Environment, Mute
from ..words import gettext as _
from ..writers import in_line
from .asking import Asker
from .blocks import Message
from .escaping import code
from .looking import Reply, place
from .requests import Request
from .run_words import moment
from .status_words import note

LONGEST = 7 * 86_400  # seconds


def asked(asker: Asker, user: User, request: Request) -> Reply:
    """Raises Refused."""
    where = place(user, asker, request)
    if where is None:
        raise Refused(_("Say which environment: /ops mute dev 2h."))
    if not request.seconds:
        return Reply(ended(where, user), where)
    return Reply(begun(where, user, request.seconds), where)


def begun(where: Environment, user: User, seconds: int) -> Message:
    """Raises Refused: not by this person, or for too long."""
    rights.require_start(user, where)
    if seconds > LONGEST:
        raise Refused(_("Seven days are the longest that nobody is called."))
    end = clock.now() + timedelta(seconds=seconds)
    with in_line(), transaction.atomic():
        Mute.objects.update_or_create(environment=where, defaults={"until": end, "by": user})
        audit.record("slack.mute", where, user, {"until": end.isoformat()})
    return note(_("{place} calls nobody until {time}.").format(place=code(where.name), time=moment(end)))


def ended(where: Environment, user: User) -> Message:
    """Repeating it changes nothing. Raises Refused."""
    rights.require_start(user, where)
    with in_line(), transaction.atomic():
        if Mute.objects.filter(environment=where).delete()[0]:
            audit.record("slack.unmute", where, user)
    return note(_("{place} calls people again.").format(place=code(where.name)))
