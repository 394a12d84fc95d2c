"""One file a runbook; what is named here can be run."""

from opsportal.catalog import Runbook

RUNBOOKS: tuple[Runbook, ...] = ()
