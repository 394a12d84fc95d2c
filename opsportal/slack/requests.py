"""What can be asked for in Slack, what the one who asks may see, and what becomes of what they typed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

VERBS = ("help", "status", "run", "plan", "deploy", "sweep", "findings", "credits", "cancel", "retry", "who", "mute")
USAGE = {
    "help": "/ops help",
    "status": "/ops status dev",
    "run": "/ops run stacks.deploy dev blueprint=web",
    "plan": "/ops plan web dev",
    "deploy": "/ops deploy web dev",
    "sweep": "/ops sweep dev",
    "findings": "/ops findings dev",
    "credits": "/ops credits dev",
    "cancel": "/ops cancel 12",
    "retry": "/ops retry 12",
    "who": "/ops who dev",
    "mute": "/ops mute dev 2h",
}


@dataclass(frozen=True)
class Known:
    """What the one who asks may see: runbooks with the names of their parameters, environments, checks with their
    groups, blueprints. `here`: the run whose thread it is typed in.
    """

    runbooks: Mapping[str, Collection[str]]
    environments: Sequence[str]
    checks: Mapping[str, str] = field(default_factory=dict)
    blueprints: Sequence[str] = ()
    here: int | None = None


@dataclass(frozen=True)
class Request:
    """What is asked for; empty is what was not said. `params` are texts as a form's controls hold them. `seconds`: how
    long to mute. `about`: the check of findings, or the verb that help is asked for. `sure`: it was typed as a command;
    what was read out of a sentence is put before the person again before anything changes.
    """

    verb: str
    runbook: str = ""
    environment: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    run: int | None = None
    seconds: int = 0
    about: str = ""
    sure: bool = True


@dataclass(frozen=True)
class Misread:
    """`text`: why it was not understood; `instead`: what to type, or nothing of use."""

    text: str
    instead: str = ""


Answer = Request | Misread
