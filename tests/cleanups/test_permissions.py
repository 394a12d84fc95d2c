"""A clean-up and its undo need no more than the runbook declares."""

import random

import pytest

from opsportal.models import Finding
from tasks.runbooks import cleanup
from tests.cleanups.conftest import ALL
from tests.cleanups.test_cleanup import undo

CHECKS = ("ebs-gp2-to-gp3", "ebs-unattached", "eip-unassociated", "log-group-without-retention", "snapshot-orphaned")


@pytest.fixture
def limited(estate, sandbox, here):
    """An environment whose role may do what the runbook declares, and nothing else."""
    statement = {"Effect": "Allow", "Action": list(cleanup.RUNBOOK.permissions), "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    here.account = str(random.randint(10**11, 10**12 - 1))
    here.role_arn = sandbox.role(here.account, "cleaner", policy=policy, enforce=True)
    here.save()
    estate.use(here.account)
    return estate


def test_a_clean_up_and_its_undo_need_no_more_than_declared(limited):
    limited.volume(), limited.address(), limited.snapshot(), limited.group(), limited.gp2()
    mark = limited.marked(*CHECKS)

    run = limited.cleanup(*CHECKS, **ALL)

    assert (mark.status, run.status) == ("succeeded", "succeeded")
    assert set(Finding.objects.values_list("state", flat=True)) == {"closed"}
    undo(limited, run)


def test_taking_marks_away_needs_no_more_than_declared(limited):
    limited.volume(), limited.group()

    undo(limited, limited.marked(*CHECKS))

    assert not Finding.objects.filter(marked_at__isnull=False)
