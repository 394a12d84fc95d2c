"""A sweep for ebs-unattached by the engine: a role needs no more than the check says."""

from datetime import timedelta

from opsportal import catalog, checks, clock, role_template
from opsportal.models import Finding, Step
from tasks.checks import CHECKS
from tasks.checks.ebs_unattached import CHECK
from tests import factories
from tests.sweeps.conftest import look, planned

OTHER = "555555555555"


def test_a_sweep_by_a_role_that_may_do_no_more_than_it_declares_finds_the_volume(sandbox, here):
    here.account = OTHER
    statement = {"Effect": "Allow", "Action": list(CHECK.permissions), "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    here.role_arn = sandbox.role(OTHER, "sweeper", policy=policy, enforce=True)
    here.save()
    ec2 = sandbox.client("ec2", "eu-central-1", OTHER)
    volume = ec2.create_volume(AvailabilityZone="eu-central-1a", Size=8)["VolumeId"]
    run = planned(here, CHECK.name)
    Step.objects.filter(run=run).update(started_at=clock.now() + timedelta(days=8))

    look(run)

    assert (run.status, Finding.objects.get().resource) == ("succeeded", volume)


def test_the_role_template_and_the_sweep_have_the_permissions_of_every_check():
    wanted = {action for check in CHECKS for action in check.permissions}
    assert wanted <= set(checks.permissions()) <= set(catalog.permissions())
    assert wanted <= set(role_template.statements(factories.environment())[0]["Action"])
