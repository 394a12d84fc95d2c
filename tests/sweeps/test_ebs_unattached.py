"""ebs-unattached: what of a volume decides, and that a role needs no more than the check says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from opsportal import catalog, checks, clock, role_template
from opsportal.checks import Price
from opsportal.models import Finding, Step
from tasks.checks import CHECKS
from tasks.checks.ebs_unattached import CHECK, Facts, Limits, judge
from tests import factories
from tests.sweeps.conftest import look, planned

OTHER = "555555555555"
PRICE = Price("ebs", "gp2.storage", "GB-month", "eu-central-1", 0.119, "2025-10-28")
LOOSE = Facts("vol-1", "available", False, "gp2", 100, datetime(2026, 11, 1, tzinfo=UTC), 25, PRICE, {"Name": "data"})


def test_a_volume_attached_to_nothing_costs_its_size():
    found = judge(LOOSE, Limits())
    assert (found.resource, round(found.usd, 2), found.name) == ("vol-1", 11.9, "data")
    assert found.detail == "Attached to nothing; made 25 days ago. 100 GiB gp2."


@pytest.mark.parametrize("changed", [{"attached": True}, {"state": "in-use"}, {"state": "deleting"}, {"days": 6}])
def test_a_volume_in_use_or_made_lately_is_left_alone(changed):
    assert judge(replace(LOOSE, **changed), Limits()) is None


def test_without_a_price_there_is_no_figure():
    assert judge(replace(LOOSE, price=None), Limits()).usd is None


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
