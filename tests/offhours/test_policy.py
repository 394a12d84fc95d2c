"""A policy runs off-hours on its schedule."""

from opsportal import firings
from tests import factories
from tests.offhours.conftest import over


def test_a_policy_stops_what_is_outside_of_its_hours(estate):
    ident = estate.instance(over())
    given = {"runbook": "offhours", "params": {"degree": "act"}, "cron": "*/15 * * * *"}
    policy = factories.policy([estate.environment], **given)

    firing = firings.run_now(policy.pk, factories.user(is_superuser=True))
    run = estate.finish(firing.runs.get())

    assert (run.status, estate.state(ident)) == ("succeeded", "stopped")


def test_a_firing_with_nothing_to_do_ends_at_once(estate):
    policy = factories.policy([estate.environment], runbook="offhours", params={"degree": "act"})

    firing = firings.run_now(policy.pk, factories.user(is_superuser=True))
    run = estate.drive(firing.runs.get())

    assert (run.status, run.steps.count()) == ("succeeded", 2)
