"""What `/ops help` answers, and what somebody is told whose words were not understood."""

from collections.abc import Collection

from ..words import gettext as _
from ..words import gettext_lazy
from .blocks import Message, header, section
from .escaping import code, escape
from .requests import USAGE, VERBS, Misread

WORDS = {
    "help": gettext_lazy("What you can do here"),
    "status": gettext_lazy("What runs now and what it asks, in an environment or everywhere"),
    "run": gettext_lazy("Start a runbook; a form asks for what is missing"),
    "plan": gettext_lazy("See what a deployment would change"),
    "deploy": gettext_lazy("Deploy the stacks of a blueprint"),
    "sweep": gettext_lazy("Look for unused volumes and addresses and what they cost, or for what you name"),
    "findings": gettext_lazy("The worst of what was found"),
    "credits": gettext_lazy("What runs out of CPU credits"),
    "cancel": gettext_lazy("Cancel a run"),
    "retry": gettext_lazy("Go on from what failed"),
    "who": gettext_lazy("Who you are in the portal, and who may answer"),
    "mute": gettext_lazy("Be called by nothing for a while"),
}


def help_for(verbs: Collection[str], about: str = "") -> Message:
    """The commands that this person may use, or the one that was asked about."""
    shown = [verb for verb in VERBS if verb in verbs and (verb == about or about not in verbs)]
    lines = [f"{code(USAGE[verb])} {WORDS[verb]}" for verb in shown]
    more = _("Values with blanks stand in quotes: {example}").format(example=code('variables.Image="web 2"'))
    spoken = _("In a message to me you can also say it in a sentence, or with 점검, 배포, 상태, 취소.")
    title = _("What you can do here")
    return Message(title, [header(title), section("\n".join([*lines, "", more, spoken]))])


def misread(found: Misread) -> Message:
    """Why something was not understood, and what to type instead."""
    text = escape(found.text, 2_000)
    instead = _("Type {example}").format(example=code(found.instead)) if found.instead else ""
    return Message(text, [section("\n".join(filter(None, [text, instead])))])
