"""Sweeps under attack: answers that are not whole, poisoned pages, tokens in a circle, a service that is down."""

import time
from datetime import UTC, datetime
from itertools import islice

import pytest

from opsportal import checks, readings
from opsportal.checks import Check, Found, Read
from opsportal.errors import OpsError, StepFailed
from opsportal.models import Page
from opsportal.upkeep import backup
from tasks.sweeps import metrics, plain_secrets
from tasks.sweeps import sweep as one_region
from tests import factories
from tests.sweeps import declared
from tests.sweeps.conftest import asked, look, planned, step_of
from tests.sweeps.test_sweep import GROUPS, LIST, groups, logs, states

__all__ = ["GROUPS", "groups", "logs"]
pytestmark = pytest.mark.django_db(transaction=True)


class Answers:
    """A reader that gives one answer."""

    now = datetime(2026, 11, 25, 12, 30, tzinfo=UTC)

    def __init__(self, answer):
        self.answer = answer

    def several(self, reads):
        return iter([self.answer])


@pytest.mark.parametrize("code", ["InternalError", "PartialData", "Forbidden"])
def test_figures_that_cloudwatch_could_not_give_are_not_taken_for_none(code):
    answer = {"MetricDataResults": [{"Id": "m0", "Values": [], "Timestamps": [], "StatusCode": code}]}
    wanted = [("i-1", (metrics.Metric("AWS/EC2", "CPUUtilization", {"InstanceId": "i-1"}),))]
    with pytest.raises(OpsError):
        list(metrics.complete(Answers(answer), wanted, Answers.now))


@pytest.mark.parametrize("key", ["$date", "$bytes"])
def test_a_page_whose_names_somebody_chose_comes_back_as_it_was(key):
    page = {"taskDefinition": {"containerDefinitions": [{"dockerLabels": {key: "no date: é"}}]}}
    assert readings.unpacked(readings.packed(page)) == page


def test_tokens_that_go_in_a_circle_end_the_read(sandbox, account, monkeypatch):
    from tasks.sweeps.reader import PageReader
    from tests.stacks.driver import Driver, facts

    step = factories.step(factories.run(), "eu-central-1", status="running")
    context = Driver(sandbox, facts(account), memory={"calls": 0}).context()

    class Aws:
        def pages_after(self, place, *names, **arguments):
            """As botocore does: the same token twice in one listing is an error, but each listing begins anew."""
            yield {"logGroups": []}, {"nextToken": "again"}
            raise StepFailed("The same next token was received twice.")

    from dataclasses import replace

    context = replace(context, aws=Aws(), step_id=step.pk, write=lambda work: work(None, step))
    pages = PageReader(context, "eu-central-1", []).pages(Read("logs", "describe_log_groups", {"limit": 1}))
    with pytest.raises(StepFailed):
        list(islice(pages, 50))


def test_one_service_that_is_down_stops_no_other_check(here, groups, sandbox, account):
    sandbox.fault("error", action="DescribeAddresses", account=account)
    run = planned(here, "test-groups", "test-addresses")
    for _ in range(5):
        look(run)
    assert len(states()) == 12


def test_a_crash_after_the_pages_were_dropped_reads_nothing_again(here, groups, sandbox, account, monkeypatch):
    run, say = planned(here, "test-groups"), one_region.say

    def killed(*_):
        raise declared.Killed

    monkeypatch.setattr(one_region, "say", killed)
    with pytest.raises(declared.Killed):
        look(run)
    monkeypatch.setattr(one_region, "say", say)
    look(run)
    assert (run.status, len(asked(sandbox, account, LIST))) == ("succeeded", 3)


def test_a_check_that_found_what_no_row_takes_leaves_the_others_their_say(sweep, groups, monkeypatch):
    def absurd(facts, limits):
        return Found(facts.name, "It costs too much.", "Pay.", usd=float("inf"))

    bad = Check("test-absurd", "a", "a", "cost", "low", declared.Limits, declared.all_groups, absurd, (), ())
    checks.register([bad])
    run = sweep("test-absurd", "test-groups")
    assert (run.status, len(states())) == ("succeeded", 12)


def test_a_backup_holds_no_page_that_was_read(tmp_path):
    step = factories.step(factories.run(), "eu-central-1", status="running")
    content = readings.packed({"UserData": "password=hunter22"})
    Page.objects.create(step=step, call="c", number=0, content=content)
    header = backup.write(tmp_path / "backup")
    assert header.counts.get("opsportal.page", 0) == 0


def test_the_pages_of_a_step_that_failed_are_gone_at_once(here, groups, monkeypatch):
    run = planned(here, "test-groups")
    monkeypatch.setattr(one_region, "judge", lambda *_: 1 / 0)
    look(run)
    assert (step_of(run).status, Page.objects.exists()) == ("failed", False)


@pytest.mark.parametrize("text", ["{{resolve:", "secretsmanager:A", "arn:aws:", "https://a:", "-eyJ", "password="])
def test_a_line_of_a_template_takes_no_more_than_seconds_to_look_through(text):
    begun = time.process_time()
    list(plain_secrets.kinds(text * (1_000_000 // len(text))))
    assert time.process_time() - begun < 15
