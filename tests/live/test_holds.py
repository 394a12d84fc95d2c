"""Pause and freeze with real workers: a deployment is held in the middle, and goes on by itself."""

from opsportal import holds
from opsportal.models import Calendar, Step
from tests import factories

from .aws import assert_created_once
from .conftest import until


def held(run):
    return lambda: Step.objects.filter(run=run, held_at__isnull=False).exists()


def test_a_deployment_that_was_paused_goes_on_when_the_pause_ends(host, account):
    host.worker()
    pause = holds.pause(None, factories.user(), "the bank audits")
    run = account.deploy()
    until(held(run))
    assert not account.operations()
    holds.resume(pause.pk, factories.user())
    assert_created_once(run, account)


def test_a_frozen_deployment_goes_on_when_the_glass_is_broken(host, account):
    account.environment.calendar = Calendar.objects.create(name="always", rules="daily 00:00 - 00:00 stock-taking")
    account.environment.save()
    host.worker()
    run = account.deploy()
    until(held(run))
    assert not account.operations()
    holds.break_glass(run.pk, run.requested_by, "the certificate expires tonight")
    assert_created_once(run, account)
