"""What a clean-up would do with a finding, for who decides about it: pure declarations, known to the portal."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from . import checks
from .models import Finding

Against = Callable[[Finding], str]


@dataclass(frozen=True)
class Preview:
    """A kind of clean-up in a few sentences, each marked for translation.

    `does`: what is done after the days of grace; `calls`: by which changing calls, as IAM actions in their order;
    `marking`: the call that tags. `keeps`: what stays of it; `undo`: what an undo gives back.
    """

    does: str
    calls: tuple[str, ...]
    marking: str
    keeps: str
    undo: str


_kinds: dict[str, tuple[Preview, Against]] = {}


def register(kinds: Mapping[str, Preview], against: Against) -> None:
    """Make these known by name, and what says why a finding would be left alone; called once at start-up."""
    _kinds.update({name: (preview, against) for name, preview in kinds.items()})


def of(check: str) -> Preview | None:
    """What cleans up the findings of this check; None: only a person does."""
    found = kind(check)
    return found[0] if found else None


def against(finding: Finding) -> str:
    """Why a clean-up of now would leave it alone, by what is written down; empty: nothing stands against it."""
    found = kind(finding.check_name)
    return found[1](finding) if found else ""


def kind(check: str) -> tuple[Preview, Against] | None:
    known = checks.check(check)
    return _kinds.get(known.cleanup) if known else None
