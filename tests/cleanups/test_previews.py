"""What the portal tells of a clean-up is what the clean-up does."""

import pytest

from opsportal import checks, previews
from tasks.cleanups import known
from tests.cleanups.conftest import ALL

CHECKS = {"ebs-unattached": "volume", "eip-unassociated": "address", "log-group-without-retention": "group"}
CHECKS |= {"snapshot-orphaned": "snapshot", "ebs-gp2-to-gp3": "gp2"}
READS = ("Describe", "List", "Get", "AssumeRole")


def changes(estate):
    """The changing calls since the log was cleared, each once, as IAM actions."""
    calls = [call for call in estate.sandbox.log()["calls"] if call["account"] == estate.environment.account]
    named = [f"{call['service']}:{call['action']}" for call in calls if not call["action"].startswith(READS)]
    return tuple(dict.fromkeys(named))


@pytest.mark.parametrize("check", CHECKS)
def test_the_calls_that_are_told_are_those_that_are_sent(estate, check):
    getattr(estate, CHECKS[check])()
    estate.sweep(check)
    estate.sandbox.clear_log()
    estate.cleanup(check, degree="mark")
    marks = changes(estate)
    estate.let_grace_pass()
    estate.sandbox.clear_log()

    estate.cleanup(check, **ALL)

    preview = previews.of(check)
    assert (marks, changes(estate)) == ((preview.marking,), preview.calls)


def test_each_kind_that_a_check_names_is_told():
    named = {check.cleanup for check in checks.checks() if check.cleanup}
    assert {checks.check(check).cleanup for check in CHECKS} == named == set(known.KINDS)
    assert all(previews.of(check.name) for check in checks.checks() if check.cleanup)
