"""Where this installation keeps its blueprints, and which there are."""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from opsportal.errors import Invalid

from . import blueprint


@dataclass(frozen=True)
class Entry:
    """A blueprint in a list of choices; `problem` says why one can't be used."""

    name: str
    title: str
    description: str
    variables: tuple[blueprint.Variable, ...]
    problem: str = ""


def directory() -> Path:
    """The folder of blueprints, by the setting BLUEPRINTS_DIR."""
    return Path(settings.BLUEPRINTS_DIR)


def usual(seconds: float | None) -> float | None:
    """A blueprint's usual seconds, which are AWS's, on the endpoint the workers talk to."""
    return seconds / float(settings.AWS_ENDPOINT_SPEED) if seconds else None


def lint_cache() -> Path:
    """Where the linter's findings are kept."""
    return Path(settings.VAR_DIR) / "lint"


def blueprints() -> list[Entry]:
    """Every blueprint of the folder, by name."""
    folders = sorted(path.parent.name for path in directory().glob(f"*/{blueprint.FILE}"))
    return [_entry(name) for name in folders]


def _entry(name: str) -> Entry:
    try:
        found = blueprint.outline(directory(), name)
    except Invalid as invalid:
        return Entry(name, name, "", (), invalid.message)
    return Entry(name, found.title, found.description, tuple(found.variables.values()))
