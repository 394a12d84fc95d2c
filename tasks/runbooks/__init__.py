"""One file a runbook; what is named here can be run."""

from opsportal.catalog import Runbook

from . import cleanup, environment_test, offhours, prices_refresh, stacks_deploy, stacks_plan, sweep

RUNBOOKS: tuple[Runbook, ...] = (
    cleanup.RUNBOOK,
    environment_test.RUNBOOK,
    offhours.RUNBOOK,
    prices_refresh.RUNBOOK,
    stacks_deploy.RUNBOOK,
    stacks_plan.RUNBOOK,
    sweep.RUNBOOK,
)
