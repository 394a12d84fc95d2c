"""Deployments by real workers to a simulated AWS: killed, denied, throttled, cut off. AWS is changed once."""

import os
import random

import pytest

from opsportal import approvals, runs, undoing
from opsportal.live.hints import broker
from opsportal.models import Approval, Lock
from tests import factories
from tests.engine.conftest import numbers, statuses, texts

from .aws import CREATED, Browser, assert_created_once
from .conftest import ended, until

SOAK = bool(os.environ.get("SOAK"))
SEEDS = range(40) if SOAK else range(3)
CHANGES = ("CreateChangeSet", "ExecuteChangeSet", "UpdateTerminationProtection")
READS = ("DescribeStacks", "DescribeChangeSet", "DescribeStackEvents")


def test_a_deployment_changes_each_stack_once_and_the_browser_sees_all_of_it(host, account):
    host.worker()
    run = account.deploy()
    browser = Browser(host, run)
    assert_created_once(run, account)
    assert browser.saw(run)


def test_deploying_again_changes_nothing(host, account):
    host.worker()
    ended(account.deploy())
    run = ended(account.deploy())
    assert run.status == "succeeded"
    assert set(run.steps.exclude(key="plan").values_list("unchanged", flat=True)) == {True}
    assert len(account.operations()) == 2


@pytest.mark.parametrize("action", (*CHANGES, *READS) if SOAK else ("ExecuteChangeSet", "DescribeChangeSet"))
def test_a_worker_killed_inside_a_call_changes_nothing_twice(host, account, action):
    host.worker()
    struck = account.strike("latency", service="cloudformation", action=action, seconds=2, count=1)
    run = account.deploy()
    struck()
    host.kill("worker")
    host.worker("second")
    assert_created_once(run, account)
    if action == "ExecuteChangeSet":
        assert run.lines.filter(step_key="base", text="dev-pair-base: 1 to add.").count() == 1


@pytest.mark.parametrize("kind", ["throttle", "error", "expired", "lost"])
def test_every_kind_of_trouble_with_every_change_is_overcome(host, account, kind):
    host.worker()
    rule = {"status": 500} if kind == "error" else {}
    for action in CHANGES:
        account.sandbox.fault(kind, service="cloudformation", action=action, count=2, **rule)
    assert_created_once(account.deploy(), account)


def test_a_read_that_hangs_is_given_up_and_tried_again(host, account):
    host.worker()
    account.sandbox.fault("hang", service="cloudformation", action="DescribeChangeSet", seconds=25, count=1)
    assert_created_once(account.deploy(), account)


def test_a_denied_call_names_the_permission_and_the_retry_goes_on(host, account):
    host.worker()
    rule = account.sandbox.fault("deny", service="cloudformation", action="ExecuteChangeSet", count=-1)
    run = ended(account.deploy())
    assert "cloudformation:ExecuteChangeSet" in run.reason
    account.sandbox.clear_faults(rule)
    runs.retry(run.pk, account.person)
    assert_created_once(run, account)


def test_a_failed_resource_is_the_cause_and_the_retry_deploys(host, account):
    host.worker()
    account.sandbox.fault("fail_resource", stack="dev-pair-top", logical_id="Parameter", reason="no more room", count=1)
    run = ended(account.deploy())
    assert (run.status, statuses(run)["base"]) == ("failed", "succeeded")
    assert "no more room" in run.reason
    runs.retry(run.pk, account.person)
    assert ended(run).status == "succeeded", run.reason


def test_two_workers_deploy_once(host, account):
    host.worker("one")
    host.worker("two")
    assert_created_once(account.deploy(), account)


def test_two_runs_of_the_same_stacks_go_one_after_the_other(host, account):
    host.worker()
    first, second = account.deploy(), account.deploy()
    assert_created_once(first, account)
    assert ended(second).status == "succeeded"
    assert len(account.operations()) == 2


def test_the_next_in_line_goes_on_after_a_run_whose_worker_died(host, account):
    host.worker()
    first = account.deploy()
    until(lambda: Lock.objects.filter(holder__run=first).exists())
    second = account.deploy()
    host.kill("worker")
    host.worker("second")
    assert_created_once(first, account)
    assert ended(second).status == "succeeded"


@pytest.fixture
def protected(account):
    account.environment.protected = True
    account.environment.save()
    return account


def question(run):
    return until(lambda: Approval.objects.filter(step__run=run, status="open").first())


def test_on_a_protected_environment_nothing_happens_before_somebody_else_approves(host, protected):
    host.worker()
    run = protected.deploy()
    approvals.answer(question(run).pk, factories.user(), True, "looks right")
    until(lambda: statuses(run).get("base") == "succeeded")
    approvals.answer(question(run).pk, factories.user(), True, "this too")
    assert_created_once(run, protected)


def test_a_rejected_creation_leaves_neither_change_set_nor_stack(host, protected):
    host.worker()
    run = protected.deploy()
    approvals.answer(question(run).pk, factories.user(), False, "not today")
    assert ended(run).status == "failed"
    assert protected.statuses() == {}


def test_cancelling_while_asking_leaves_neither_change_set_nor_stack(host, protected):
    host.worker()
    run = protected.deploy()
    question(run)
    runs.cancel(run.pk, protected.person)
    assert ended(run).status == "cancelled"
    assert protected.statuses() == {}


def test_cancelling_an_update_in_flight_rolls_it_back(host, account):
    host.worker()
    ended(account.deploy())
    account.sandbox.speed(0.5)
    run = account.deploy(variables={"word": "two"})
    until(lambda: "UPDATE_IN_PROGRESS" in account.statuses().values())
    runs.cancel(run.pk, account.person)
    assert ended(run).status == "cancelled"
    assert account.statuses()["dev-pair-base"] == "UPDATE_ROLLBACK_COMPLETE"


def test_undo_restores_the_template_and_parameters_from_before(host, account):
    host.worker()
    ended(account.deploy())
    run = ended(account.deploy(variables={"word": "two"}))
    undoing.undo(run.pk, account.person)
    approvals.answer(question(run).pk, account.person, True, "back again")
    assert ended(run).status == "undone"
    assert {stack["Parameters"][0]["ParameterValue"] for stack in account.stacks()} == {"one"}


def test_cancelling_an_undo_takes_its_change_set_back(host, account):
    host.worker()
    ended(account.deploy())
    run = ended(account.deploy(variables={"word": "two"}))
    undoing.undo(run.pk, account.person)
    account.environment.protected = True
    account.environment.save()
    approvals.answer(question(run).pk, factories.user(), True, "back again")
    until(lambda: Approval.objects.filter(step__run=run, step__phase="undo", status="open").exists())
    runs.cancel(run.pk, account.person)
    assert ended(run).status == "undo_failed"
    assert [line["ExecutionStatus"] for line in account.change_sets()].count("AVAILABLE") == 0


def test_sigterm_in_the_middle_changes_nothing_twice(host, account):
    host.worker()
    run = account.deploy()
    until(lambda: run.lines.filter(step_key="base").exists())
    host.terminate()
    host.worker("second")
    assert_created_once(run, account)


def replaced(host, name, pid):
    """Whether the worker has as many children as before, and this one is not among them."""
    pids = [child.pid for child in host.children(name)]
    return len(pids) == 2 and pid not in pids


def kill_a_child(host, name):
    """Celery gives a worker up whose child dies while it starts; whoever watches it starts it again, as `up` does."""
    worker, pid = host.supervisor.running[name], until(lambda: host.children(name))[0].pid
    host.kill_child(pid)
    until(lambda: worker.poll() is not None or replaced(host, name, pid))
    if worker.poll() is not None:
        host.worker(name)


HURTS = {
    "kill a child": kill_a_child,
    "kill the worker": lambda host, name: (host.kill(name), host.worker(name)),
    "end the worker": lambda host, name: (host.terminate(name), host.worker(name)),
    "flush Redis": lambda host, name: broker().flushdb(),
    "kill Valkey": lambda host, name: host.lose_valkey(),
}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_deployment_survives_a_seeded_campaign(host, account, seed):
    chance = random.Random(seed)
    host.worker()
    run = account.deploy()
    browser = Browser(host, run)
    for number in sorted(chance.sample(range(2, 16), 3)):
        until(lambda n=number: run.lines.count() >= n)
        HURTS[chance.choice(list(HURTS))](host, "worker")
    assert_created_once(run, account, 240)
    assert browser.saw(run)


def test_the_account_ends_as_it_should(host, account):
    host.worker()
    run = ended(account.deploy())
    assert account.statuses() == {stack: status for stack, _, status in CREATED}
    assert numbers(run)[-1] == run.events
    assert "Succeeded" in texts(run)
