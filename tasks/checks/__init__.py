"""One file a check; what is named here can be swept for."""

from opsportal.checks import Check

from . import ebs_unattached

CHECKS: tuple[Check, ...] = (ebs_unattached.CHECK,)
