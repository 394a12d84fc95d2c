"""One instance or database on its way: observed, judged anew, tagged, stopped or started, and seen to its end.

Before a stop it is tagged with the time, so that whoever comes in the morning knows that it is ours to start; after a
start the tag goes. Either half alone does no harm: what runs with the tag was started since, or is stopped next time.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from opsportal.contexts import Done, Outcome, Wait
from opsportal.errors import Gone, StepFailed
from opsportal.models import Step
from opsportal.turns import Turn
from opsportal.words import gettext as _

from . import known
from .deciding import OTHER, STOPPED, WANTED, Facts, Subject, Verb, decide
from .known import Ctx
from .services import Service

LAG = timedelta(seconds=60)  # in which a call that AWS has taken may not be seen yet
REFUSALS = 5  # in a row, of a state that does not allow it yet
NOT_YET = frozenset({"IncorrectInstanceState", "InvalidDBInstanceState"})
NEVER = frozenset({"InvalidDBClusterStateFault", "OperationNotPermitted", "UnsupportedOperation"})
Notes = dict[str, Any]


def switch(ctx: Ctx) -> Outcome:
    """One look; where something stands against it it is left alone, and the step ends well."""
    return look(ctx, ctx.input["verb"], ctx.memory.setdefault("do", {}))


def undo(ctx: Ctx) -> Outcome:
    """Start what was stopped, stop what was started, unless somebody has changed it since."""
    if "sent" not in ctx.memory.get("do", {}):
        return Done(unchanged=True)
    return look(ctx, OTHER[verb_of(ctx)], ctx.memory.setdefault("undo", {}))


def verb_of(ctx: Ctx) -> Verb:
    verb: Verb = ctx.input["verb"]
    return verb


def look(ctx: Ctx, verb: Verb, notes: Notes) -> Outcome:
    """Observe, decide, act once. Raises StepFailed, Denied, TryLater."""
    subject = Subject(**ctx.input["subject"])
    service = known.SERVICES[subject.kind]
    try:
        facts = service.one(ctx.aws, subject)
    except Gone:
        return left(ctx, subject, _("it is gone"))
    if outcome := followed(ctx, service, facts, verb, notes):
        return outcome
    if why := against(ctx, facts, verb):
        take_back(ctx, service, facts, notes)
        return left(ctx, subject, why)
    return act(ctx, service, facts, verb, notes)


def against(ctx: Ctx, facts: Facts, verb: Verb) -> str:
    """What stands against it now; a person who wants it undone knows of its hours."""
    if ctx.undoing:
        return unlike(ctx, facts, verb)
    verdict = decide(facts, known.rules(ctx), ctx.now)
    return "" if verdict.verb == verb else verdict.why or _("it is as its hours want it")


def unlike(ctx: Ctx, facts: Facts, verb: Verb) -> str:
    """What it is, where that is not what this step has made of it."""
    if facts.state == WANTED[verb]:
        return _("it is {state} already").format(state=facts.state)
    if verb == "start" and ctx.memory["do"].get("at") != facts.tags.get(STOPPED):
        return _("somebody else has stopped it since")
    return "" if facts.state == WANTED[OTHER[verb]] else _("it is {state}").format(state=facts.state)


def followed(ctx: Ctx, service: Service, facts: Facts, verb: Verb, notes: Notes) -> Outcome | None:
    """What has come of the call; None: none was sent, or nobody knows that AWS has taken it. Raises StepFailed."""
    if "sent" not in notes:
        return None
    if facts.state == WANTED[verb]:
        return finish(ctx, service, facts, verb)
    if facts.state != WANTED[OTHER[verb]]:
        return Wait(service.seconds, _("it is {state}").format(state=facts.state))
    sent = datetime.fromisoformat(notes["sent"])
    if notes.get("taken") != ctx.try_no or came_back(facts, verb, sent):
        return None  # sent again it does the same
    if ctx.now - sent < LAG:
        return Wait(service.seconds, _("AWS has taken the call, and it is {state} yet").format(state=facts.state))
    raise failed(facts, verb)


def came_back(facts: Facts, verb: Verb, sent: datetime) -> bool:
    """Whether it stopped, and somebody has started it since."""
    return verb == "stop" and facts.started is not None and facts.started > sent


def failed(facts: Facts, verb: Verb) -> StepFailed:
    """AWS has taken the call, and nothing has come of it."""
    if verb == "stop":
        text = _("{name} did not stop: AWS took the call, and it runs. Stop it by hand, or retry.")
        return StepFailed(text.format(name=facts.subject.label))
    text = _(
        "{name} did not start: AWS took the call, and it is {state} again ({told}). Where its volumes are encrypted "
        "with a key of yours, let the role use that key (kms:CreateGrant); then retry."
    )
    return StepFailed(text.format(name=facts.subject.label, state=facts.state, told=facts.reason or facts.state))


def act(ctx: Ctx, service: Service, facts: Facts, verb: Verb, notes: Notes) -> Outcome:
    """Tag it, or send the call; that it is being sent is written down first."""
    subject = facts.subject
    if verb == "stop" and not tagged(facts, notes):
        notes |= {"at": ctx.now.isoformat(timespec="seconds"), "tagged": False}
        ctx.write(remembered)
        service.tag(ctx.aws, subject, notes["at"])
        notes["tagged"] = True
        return Wait(0, _("it is tagged"))
    notes |= {"sent": ctx.now.isoformat(), "taken": None}
    ctx.write(remembered)
    try:
        (service.start if verb == "start" else service.stop)(ctx.aws, subject)
    except StepFailed as error:
        return refused(ctx, service, facts, notes, error)
    notes["taken"] = ctx.try_no
    return Wait(service.seconds, _("AWS starts it") if verb == "start" else _("AWS stops it"))


def tagged(facts: Facts, notes: Notes) -> bool:
    """Whether its tag says what is true of this stop: nobody has started it since it was tagged."""
    at = datetime.fromisoformat(notes["at"]) if notes.get("tagged") else None
    return at is not None and (facts.started is None or facts.started <= at)


def remembered(turn: Turn, step: Step) -> None:
    """Nothing more than the step's memory is written down."""


def refused(ctx: Ctx, service: Service, facts: Facts, notes: Notes, error: StepFailed) -> Outcome:
    """What AWS's refusal means: not yet, never, or what a person has to mend. Raises StepFailed."""
    del notes["sent"]
    if error.code in NEVER:
        take_back(ctx, service, facts, notes)
        return left(ctx, facts.subject, error.cause.rstrip("."))
    notes["refused"] = notes.get("refused", 0) + 1
    if error.code not in NOT_YET or notes["refused"] > REFUSALS:
        raise error
    return Wait(service.seconds, _("its state does not allow it yet"))


def take_back(ctx: Ctx, service: Service, facts: Facts, notes: Notes) -> None:
    """The tag of what was not stopped after all."""
    if notes.get("at"):
        service.untag(ctx.aws, facts.subject)
        notes["tagged"] = False


def finish(ctx: Ctx, service: Service, facts: Facts, verb: Verb) -> Done:
    """It has arrived; what runs is not stopped by us any more."""
    if verb == "start":
        service.untag(ctx.aws, facts.subject)
    text = _("{name} is started.") if verb == "start" else _("{name} is stopped.")
    ctx.say(text.format(name=facts.subject.label), kind=WANTED[verb], resource=facts.subject.id)
    return Done({WANTED[verb]: facts.subject.id})


def left(ctx: Ctx, subject: Subject, why: str) -> Done:
    ctx.say(_("{resource} is left alone: {why}.").format(resource=subject.label, why=why), "warning")
    return Done({"left": subject.id, "why": why}, unchanged=True)


def cancel(ctx: Ctx) -> Outcome:
    """What was sent is seen to its end; what was only tagged is taken back."""
    verb, notes = (OTHER[verb_of(ctx)], "undo") if ctx.undoing else (verb_of(ctx), "do")
    subject, mine = Subject(**ctx.input["subject"]), ctx.memory.get(notes, {})
    service = known.SERVICES[subject.kind]
    try:
        facts = service.one(ctx.aws, subject)
    except Gone:
        return Done({"left": subject.id})
    if outcome := followed(ctx, service, facts, verb, mine):
        return outcome
    if verb == "stop" and facts.state == "running":
        take_back(ctx, service, facts, mine)
    return Done({"left": subject.id})


def stays(input_: Mapping[str, Any], memory: Mapping[str, Any]) -> str:
    """What an undo of this step can't restore; empty where it has stopped nothing."""
    subject = Subject(**input_["subject"])
    if input_["verb"] == "start" or subject.kind != "ec2" or "sent" not in memory.get("do", {}):
        return ""
    text = _(
        "{name} comes back with another public address, unless that is an Elastic IP; what its memory held is lost."
    )
    return text.format(name=subject.label)
