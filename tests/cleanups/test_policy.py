"""What a policy of a degree starts once its sweep has ended well."""

import pytest

from opsportal import firings, followups
from opsportal.models import Finding, Policy, Run
from tests import factories
from tests.cleanups.conftest import AFTER
from tests.cleanups.test_cleanup import held
from tests.engine.conftest import statuses, texts

CAPS = {"max_percent": 100, "grace_days": 3}


@pytest.fixture
def fire(estate):
    """A policy that fires: the run of its sweep, at its end."""

    def fire(degree, *checks, **fields):
        given = {"runbook": "sweep", "params": {"checks": list(checks or ["ebs-unattached"])}}
        policy = factories.policy([estate.environment], degree=degree, **CAPS, **given | fields)
        firing = firings.run_now(policy.pk, factories.user(is_superuser=True))
        return estate.finish(firing.runs.get())

    return fire


def cleanups():
    return Run.objects.filter(runbook="cleanup")


def test_a_policy_that_only_reports_starts_no_clean_up(estate, fire):
    estate.volume()

    run = fire("report")

    assert (set(statuses(run)), cleanups().count()) == ({"plan", "eu-central-1"}, 0)


def test_a_policy_that_marks_starts_one_run_that_belongs_to_the_firing(estate, fire, ec2):
    volume = estate.volume()

    run = fire("mark")
    estate.finish(cleanups().get())

    assert (cleanups().get().firing, cleanups().get().params["grace_days"]) == (run.firing, 3)
    assert AFTER in held(ec2, volume)
    assert f"Run {cleanups().get().pk} cleans up." in texts(run)


def test_a_policy_that_cleans_deletes_what_was_marked_and_the_dollars_are_recovered(estate, fire):
    estate.volume()
    estate.marked()

    fire("clean")
    estate.finish(cleanups().latest("pk"))

    assert (estate.volumes(), Finding.objects.get().state) == ([], "closed")


def test_after_a_sweep_that_did_not_end_well_nothing_follows(estate, fire, sandbox, account):
    sandbox.fault("deny", action="DescribeVolumes", account=account)

    run = fire("clean")

    assert (run.status, statuses(run)["clean-up"], cleanups().count()) == ("failed", "skipped", 0)


def test_starting_twice_starts_one_run(estate, fire):
    run = fire("mark")

    assert followups.start(run.pk) == cleanups().get()


def test_a_policy_changed_to_report_meanwhile_wants_no_clean_up(estate, fire):
    run = fire("mark")
    Policy.objects.update(degree="report")

    assert followups.start(run.pk) is None


def test_a_sweep_of_checks_that_nothing_cleans_up_is_not_followed(estate, fire):
    run = fire("clean", "nat-idle")

    assert "clean-up" not in statuses(run)
