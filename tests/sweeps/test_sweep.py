"""A whole sweep by the engine: what is found, closed, opened again, refused, and read how often."""

import pytest

from opsportal import findings, runs
from opsportal.errors import Invalid
from opsportal.models import Finding, Page
from tests import factories
from tests.engine.conftest import texts
from tests.sweeps import declared
from tests.sweeps.conftest import asked, look, planned, start, step_of

LIST = "DescribeLogGroups"
GROUPS = "test-groups"


@pytest.fixture
def logs(sandbox, account):
    return sandbox.client("logs", "eu-central-1", account)


@pytest.fixture
def groups(logs):
    """Twelve log groups: three pages of five."""
    names = [f"/app/{number:02}" for number in range(12)]
    for name in names:
        logs.create_log_group(logGroupName=name)
    return names


def states(check="test-groups"):
    return dict(Finding.objects.filter(check_name=check).values_list("resource", "state"))


def test_what_a_check_finds_is_kept_page_by_page(sweep, groups):
    run = sweep("test-groups")

    assert states() == dict.fromkeys(groups, "open")
    assert (run.status, step_of(run).output["new"], step_of(run).output["calls"]) == ("succeeded", 12, 3)
    assert "test-groups: 12 found among 12, 12 new, $18.00 a month." in texts(run)


def test_what_is_no_longer_true_is_closed_and_opened_again_when_it_comes_back(sweep, groups, logs):
    sweep("test-groups")
    logs.put_retention_policy(logGroupName=groups[0], retentionInDays=7)
    sweep("test-groups")
    assert states()[groups[0]] == "closed"

    logs.delete_retention_policy(logGroupName=groups[0])
    run = sweep("test-groups")

    found = Finding.objects.get(resource=groups[0])
    assert (found.state, found.times_seen, step_of(run).output["reopened"]) == ("open", 2, 1)
    assert [change.kind for change in found.changes.all()] == ["reopened", "closed", "found"]


def test_a_refused_read_closes_nothing_is_said_and_stops_no_other_check(sweep, groups, sandbox, ec2, account):
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    sweep("test-addresses")
    ec2.release_address(AllocationId=address)
    sandbox.fault("deny", action="DescribeAddresses", account=account)

    run = sweep("test-addresses", "test-groups")

    assert states("test-addresses") == {address: "open"}
    assert len(states()) == 12
    assert "test-addresses: not checked, ec2:DescribeAddresses is missing." in texts(run)
    assert list(step_of(run).output["not_checked"]) == ["test-addresses"]


def test_a_read_refused_at_its_second_page_closes_nothing(sweep, groups, logs, sandbox, account):
    sweep("test-groups")
    logs.delete_log_group(logGroupName=groups[0])
    sandbox.fault("deny", action=LIST, account=account, after=1)

    run = sweep("test-groups", "test-buckets")

    assert states() == dict.fromkeys(groups, "open")
    assert "test-groups: not checked, logs:DescribeLogGroups is missing" in texts(run)


def test_what_was_found_before_a_refusal_is_kept(sweep, groups, sandbox, account):
    sandbox.fault("deny", action=LIST, account=account, after=1)

    sweep("test-groups-later", "test-buckets")

    assert states("test-groups-later") == dict.fromkeys(groups[:5], "open")


def test_when_nothing_could_be_checked_the_step_fails_with_the_reason(sweep, sandbox, account):
    sandbox.fault("deny", action="DescribeAddresses", account=account)

    run = sweep("test-addresses")

    assert run.status == "failed"
    assert "Nothing could be checked. The workers' identity may not call ec2:DescribeAddresses" in step_of(run).reason


def test_a_role_of_another_account_is_no_refused_read_but_fails_the_step(sandbox, here, drive):
    here.account = "999999999999"
    here.save()

    run = drive(start(here, "test-groups"))

    assert "is pinned to 999999999999" in step_of(run).reason


def test_a_fault_in_one_checks_code_leaves_the_others_their_say(sweep, groups):
    run = sweep("test-faulty", "test-all-groups")

    assert len(states("test-all-groups")) == 12
    assert "test-faulty: not checked. Its own code failed, KeyError" in texts(run)


def test_a_worker_that_dies_is_followed_from_its_last_page(here, groups, sandbox, account):
    run = planned(here, "test-groups-later")
    declared.deaths.add(2)
    with pytest.raises(declared.Killed):
        look(run)

    look(run)

    pages = [str(call["params"]) for call in asked(sandbox, account, LIST)]
    assert (run.status, len(states("test-groups-later"))) == ("succeeded", 12)
    assert (len(pages), len(set(pages))) == (3, 3)


def test_checks_that_a_dead_worker_made_are_neither_made_nor_told_again(here, groups):
    run = planned(here, "test-groups", "test-groups-later")
    declared.deaths.add(0)
    with pytest.raises(declared.Killed):
        look(run)

    look(run)

    assert texts(run).count("test-groups: 12 found") == 1


def test_a_throttled_read_goes_on_from_its_last_page(here, groups, sandbox, account):
    sandbox.fault("throttle", action=LIST, account=account, after=2, count=1)
    run = planned(here, "test-groups")
    look(run)
    assert (step_of(run).status, step_of(run).note) == ("due", "AWS throttles logs:DescribeLogGroups.")

    look(run)

    served = [call for call in asked(sandbox, account, LIST) if call["status"] == 200]
    assert (len(states()), len(served), step_of(run).output["calls"]) == (12, 3, 3)


def test_a_read_that_is_throttled_from_the_first_backs_off(here, groups, sandbox, account):
    sandbox.fault("throttle", action=LIST, account=account)
    sandbox.fault("deny", action="DescribeAddresses", account=account)
    run = planned(here, "test-groups", "test-addresses")

    look(run)
    look(run)

    assert (step_of(run).status, step_of(run).failures) == ("due", 2)


def test_with_the_accounts_budget_used_up_it_waits_with_what_it_has(here, groups, settings):
    settings.AWS_REQUESTS_PER_SECOND = 1.0  # two calls saved up and two borrowed; one is for whose account it is
    run = planned(here, "test-groups", "test-addresses")

    look(run)

    assert (step_of(run).status, step_of(run).failures, Page.objects.count()) == ("due", 0, 3)
    assert "The request budget of account" in step_of(run).note


def test_two_checks_share_one_listing(sweep, groups, sandbox, account):
    sweep("test-groups", "test-all-groups", "test-groups-later")

    assert len(asked(sandbox, account, LIST)) == 1
    assert len(states()) == len(states("test-all-groups")) == len(states("test-groups-later")) == 12


def test_what_is_gone_among_several_calls_is_nothing_and_the_others_answer(sweep, sandbox, account):
    s3 = sandbox.client("s3", "us-east-1", account)
    for name in (f"kept-{account}", f"bare-{account}"):
        s3.create_bucket(Bucket=name)
    rule = {"ID": "old", "Status": "Enabled", "Prefix": "", "Expiration": {"Days": 9}}
    s3.put_bucket_lifecycle_configuration(Bucket=f"kept-{account}", LifecycleConfiguration={"Rules": [rule]})

    sweep("test-buckets")

    assert states("test-buckets") == {f"bare-{account}": "open"}


def test_each_region_is_a_step(here, drive, groups):
    here.regions = ["eu-central-1", "eu-west-1"]
    here.save()

    run = drive(start(here, "test-groups"))

    assert [step_of(run, region).output["found"] for region in here.regions] == [12, 0]


def test_only_the_regions_that_are_named_are_swept(here, drive):
    here.regions = ["eu-central-1", "eu-west-1"]
    here.save()

    run = drive(start(here, "test-groups", regions=["eu-west-1"]))

    assert list(run.steps.exclude(key="plan").values_list("key", flat=True)) == ["eu-west-1"]


def test_a_region_that_is_not_the_environments_is_refused_with_those_it_has(here, drive):
    run = drive(start(here, "test-groups", regions=["us-east-1"]))

    assert f"{here.name} has no region us-east-1: it has eu-central-1." in texts(run)


def test_the_pages_are_gone_when_the_step_is_over(sweep, groups):
    sweep("test-groups")
    assert not Page.objects.exists()


def test_a_cancelled_sweep_stops_and_leaves_no_page(here, groups):
    run = planned(here, "test-groups-later")
    declared.deaths.add(1)
    with pytest.raises(declared.Killed):
        look(run)
    runs.cancel(run.pk, run.requested_by)

    look(run)

    assert (run.status, Page.objects.exists()) == ("cancelled", False)


def test_a_retry_reads_afresh(here, drive, groups, logs, sandbox, account):
    rule = sandbox.fault("deny", action=LIST, account=account)
    run = drive(start(here, "test-groups"))
    sandbox.clear_faults(rule)

    runs.retry(run.pk, run.requested_by)
    drive(run)

    assert (run.status, len(states())) == ("succeeded", 12)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"checks": ["none-such"]}, "there is no check “none-such”; known are"),
        ({"checks": []}, "At least 1 entry is needed"),
        (
            {"checks": ["test-groups"], "limits": {"test-groups": {"lest": 1}}},
            "test-groups.lest: there is no such limit",
        ),
        ({"checks": ["test-groups"], "limits": {"test-groups": {"least": -1}}}, "test-groups.least: Input should be"),
        ({"checks": ["test-groups"], "limits": {"test-all-groups": {}}}, "test-all-groups is not among the checks"),
    ],
)
def test_wrong_parameters_are_refused_with_a_sentence(given, sentence):
    with pytest.raises(Invalid, match=sentence):
        runs.start("sweep", factories.environment(), given, factories.user(), "key")


def test_more_findings_than_a_batch_are_kept_and_closed(sweep, groups, logs, monkeypatch):
    monkeypatch.setattr(findings, "BATCH", 5)
    sweep("test-groups")
    for name in groups:
        logs.delete_log_group(logGroupName=name)

    run = sweep("test-groups")

    assert step_of(run).output["closed"] == 12
    assert texts(run).count("test-groups: nothing to look at, 12 closed.") == 1


def test_limits_of_the_sweep_replace_those_of_the_check(sweep, groups, logs):
    logs.put_retention_policy(logGroupName=groups[0], retentionInDays=7)

    run = sweep("test-groups", limits={"test-groups": {"least": 30}})

    assert step_of(run).output["found"] == 12
