"""The kinds of clean-up by the name that checks know them by."""

from opsportal.errors import StepFailed
from opsportal.words import gettext as _

from . import addresses, gp3, log_groups, snapshots, volumes
from .kinds import Kind
from .reading import known

KINDS = {kind.name: kind for kind in (addresses.KIND, gp3.KIND, log_groups.KIND, snapshots.KIND, volumes.KIND)}


def kind(check: str) -> Kind:
    """How the findings of this check are cleaned up. Raises StepFailed: not at all."""
    found = KINDS.get(known(check).cleanup)
    if found is None:
        raise StepFailed(_("What {check} finds can't be cleaned up any more. Start a new run.").format(check=check))
    return found
