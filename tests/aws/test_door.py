"""The door: identity, account pin, guard, what is sent and how often."""

import logging
from datetime import UTC, timedelta

import pytest
from botocore.utils import parse_timestamp

from opsportal.errors import Denied, Lost, StepFailed, TryLater
from tasks.aws import clients, identities, sts
from tasks.aws.budget import Budget
from tasks.aws.session import Door
from tests.stacks.driver import Ledger, facts

OTHER = "999999999999"


@pytest.fixture
def role(sandbox, account):
    """A role of another account that wants an external id."""
    return sandbox.role(OTHER, "opsportal", external_id="shared-secret")


def door(sandbox, environment, guard=None, **given):
    return Door(environment, guard or Ledger(), 7, sandbox.url, **given)


def calls(sandbox, account, action):
    return [c for c in sandbox.log()["calls"] if c["account"] == account and c["action"] == action]


def test_a_role_is_assumed_with_the_external_id_and_the_runs_name(sandbox, role):
    environment = facts(OTHER, role_arn=role, external_id="shared-secret")

    who = sts.caller_identity(door(sandbox, environment))

    assert who.account == OTHER
    assert who.arn.endswith("assumed-role/opsportal/opsportal-run-7")
    assert who.principal == role


def test_a_wrong_external_id_says_what_to_check(sandbox, role):
    environment = facts(OTHER, role_arn=role, external_id="something-else")

    with pytest.raises(Denied, match="trust policy names the workers' identity and the environment's external id"):
        door(sandbox, environment).read("cloudformation", "describe_stacks")


def test_a_wrong_external_id_stops_a_change_before_its_intent(sandbox, role):
    guard = Ledger()

    with pytest.raises(Denied):
        change(door(sandbox, facts(OTHER, role_arn=role, external_id="wrong"), guard))

    assert guard.intents == []


def change(aws, **arguments):
    return aws.change("cloudformation", "delete_stack", token="ClientRequestToken", StackName="none", **arguments)


def test_another_account_is_refused_before_anything_is_read(sandbox, account):
    with pytest.raises(StepFailed, match=f"answers from account {account}, but dev is pinned to {OTHER}"):
        door(sandbox, facts(OTHER)).read("cloudformation", "describe_stacks")

    assert calls(sandbox, account, "DescribeStacks") == []


def test_the_account_is_asked_for_once_a_session_and_before_each_deletion(sandbox, account):
    aws = door(sandbox, facts(account))
    aws.read("cloudformation", "describe_stacks")
    aws.read("cloudformation", "describe_stacks")

    change(aws)

    assert len(calls(sandbox, account, "GetCallerIdentity")) == 2


def test_a_role_of_another_account_is_refused_before_anything_is_read(sandbox, account):
    role = sandbox.role(account, "opsportal", external_id="shared-secret")
    aws = door(sandbox, facts(OTHER, role_arn=role, external_id="shared-secret"))

    with pytest.raises(StepFailed, match=f"answers from account {account}, but dev is pinned to {OTHER}"):
        aws.read("cloudformation", "describe_stacks")

    assert [c["action"] for c in sandbox.log()["calls"] if c["account"] == account] == ["AssumeRole"]


def test_an_endpoint_that_does_not_say_whose_role_it_gave_is_asked(sandbox, account, monkeypatch):
    role = sandbox.role(account, "opsportal", external_id="shared-secret")
    monkeypatch.setattr(identities, "owner", lambda arn: "")

    door(sandbox, facts(account, role_arn=role, external_id="shared-secret")).connect()

    assert len(calls(sandbox, account, "GetCallerIdentity")) == 1


@pytest.mark.parametrize(("arn", "account"), [("arn:aws:sts::123456789012:assumed-role/a/b", "123456789012"), ("", "")])
def test_an_account_stands_in_the_arn(arn, account):
    assert identities.owner(arn) == account


@pytest.mark.parametrize(
    ("service", "operation", "arguments"),
    [
        ("ec2", "delete_snapshot", {"SnapshotId": "snap-1"}),
        ("ec2", "delete_volume", {"VolumeId": "vol-1"}),
        ("ec2", "release_address", {"AllocationId": "eipalloc-1"}),
        ("logs", "put_retention_policy", {"logGroupName": "/app", "retentionInDays": 7}),
    ],
)
def test_credentials_that_became_another_accounts_delete_nothing(
    sandbox, account, monkeypatch, service, operation, arguments
):
    guard = Ledger()
    aws = door(sandbox, facts(account), guard)
    aws.connect()
    monkeypatch.setattr(clients.own_credentials(), "access_key", OTHER)  # as a refresh may bring

    with pytest.raises(StepFailed, match=f"answers from account {OTHER}, but dev is pinned to {account}"):
        aws.change(service, operation, **arguments)

    assert guard.intents == []


def test_a_change_carries_the_token_and_its_answer_is_noted(sandbox, account):
    guard = Ledger()

    change(door(sandbox, facts(account), guard))

    assert [intent["answer"] for intent in guard.intents] == ["ok"]
    assert calls(sandbox, account, "DeleteStack")[0]["params"]["ClientRequestToken"] == guard.intents[0]["token"]


def test_a_refusal_is_an_answer_too(sandbox, account):
    guard = Ledger()

    with pytest.raises(StepFailed):
        door(sandbox, facts(account), guard).change("cloudformation", "execute_change_set", ChangeSetName="none-such")

    assert guard.intents[0]["answer"]


@pytest.mark.parametrize("kind", ["lost", "error"])
def test_without_a_usable_answer_the_intent_stays_open(sandbox, account, kind):
    sandbox.fault(kind, action="DeleteStack", account=account, count=1)
    guard = Ledger()
    aws = door(sandbox, facts(account), guard)

    with pytest.raises(TryLater):
        change(aws)

    assert aws.unanswered("cloudformation", "delete_stack")


def test_a_lease_that_ends_before_sending_holds_the_change_back(sandbox, account):
    guard = Ledger(lease_over=True)

    with pytest.raises(Lost):
        change(door(sandbox, facts(account), guard))

    assert calls(sandbox, account, "DeleteStack") == []
    assert [intent["answer"] for intent in guard.intents] == [""]


def test_the_digest_leaves_the_token_out(sandbox, account):
    guard = Ledger()
    aws = door(sandbox, facts(account), guard)
    change(aws)
    change(aws)

    assert guard.intents[0]["digest"] == guard.intents[1]["digest"]
    assert guard.intents[0]["token"] != guard.intents[1]["token"]


def test_expired_credentials_are_dropped_and_got_again(sandbox, role):
    environment = facts(OTHER, role_arn=role, external_id="shared-secret")
    aws = door(sandbox, environment)
    aws.read("cloudformation", "describe_stacks")
    before = identities.identity(environment, 7, sandbox.url)
    sandbox.fault("expired", service="cloudformation", account=OTHER, count=1)

    with pytest.raises(TryLater):
        aws.read("cloudformation", "describe_stacks")

    assert aws.read("cloudformation", "describe_stacks")
    assert identities.identity(environment, 7, sandbox.url) is not before


def test_environments_share_clients_but_not_credentials(sandbox, account, role):
    own, theirs = facts(account), facts(OTHER, role_arn=role, external_id="shared-secret")

    accounts = [sts.caller_identity(door(sandbox, environment)).account for environment in (own, theirs, own)]

    assert accounts == [account, OTHER, account]
    assert clients._client.cache_info().currsize > 0


def test_an_endpoint_that_is_away_means_later(account):
    aws = Door(facts(account), Ledger(), 7, "http://127.0.0.1:9")

    with pytest.raises(TryLater, match="no usable answer to sts:GetCallerIdentity"):
        aws.read("cloudformation", "describe_stacks")


def test_no_credentials_at_all_says_what_to_do(sandbox, account, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    clients.own_credentials.cache_clear()

    with pytest.raises(StepFailed, match="The workers have no AWS credentials"):
        door(sandbox, facts(account)).read("cloudformation", "describe_stacks")


def test_wrong_arguments_are_told(sandbox, account):
    with pytest.raises(StepFailed, match="can't be sent like this"):
        door(sandbox, facts(account)).read("cloudformation", "describe_stacks", Nonsense=1)


def test_each_page_passes_the_door(sandbox, account):
    aws = door(sandbox, facts(account), budget=Budget(1000))
    sandbox.fault("lost", action="ListStacks", account=account, count=1)

    assert list(aws.pages("cloudformation", "list_stacks"))
    assert len(calls(sandbox, account, "ListStacks")) == 2


def test_an_empty_budget_means_later_and_nothing_is_sent(sandbox, account):
    budget = Budget(0.001)
    for _ in range(2):
        budget.take(account, begun=False)

    with pytest.raises(TryLater) as later:
        door(sandbox, facts(account), budget=budget).read("cloudformation", "describe_stacks")

    assert later.value.seconds > 0
    assert calls(sandbox, account, "DescribeStacks") == []


def test_secrets_stay_out_of_the_log(sandbox, account, caplog):
    with caplog.at_level(logging.INFO):
        door(sandbox, facts(account)).read("cloudformation", "describe_stacks")

    assert "sandbox" not in caplog.text


def test_pages_go_on_from_a_place_with_all_that_each_page_has(sandbox, account):
    s3 = sandbox.client("s3", "us-east-1", account)
    s3.create_bucket(Bucket=f"b-{account}")
    for name in ("a", "b/1", "c", "d/1"):
        s3.put_object(Bucket=f"b-{account}", Key=name)
    listing = {"Bucket": f"b-{account}", "Delimiter": "/", "MaxKeys": 2}
    aws = door(sandbox, facts(account, regions=("us-east-1",)))
    _, place = next(aws.pages_after(None, "s3", "list_objects_v2", **listing))

    ((page, last),) = aws.pages_after(place, "s3", "list_objects_v2", **listing)

    assert ([each["Key"] for each in page["Contents"]], page["CommonPrefixes"]) == (["c"], [{"Prefix": "d/"}])
    assert last is None


def test_an_operation_that_aws_does_not_page_is_one_page(sandbox, account):
    pages = list(door(sandbox, facts(account)).pages_after(None, "ec2", "describe_addresses"))
    assert [(page["Addresses"], place) for page, place in pages] == [([], None)]


def test_connecting_asks_whose_account_it_is_and_nothing_else(sandbox, account):
    door(sandbox, facts(account)).connect()
    assert [c["action"] for c in sandbox.log()["calls"] if c["account"] == account] == ["GetCallerIdentity"]


def test_connecting_to_another_account_is_refused(sandbox, account):
    with pytest.raises(StepFailed, match="is pinned to"):
        door(sandbox, facts(OTHER)).connect()


@pytest.mark.parametrize(
    "told",
    [
        "2026-11-26T05:01:02Z",
        "2026-11-26T05:01:02.345Z",
        "2026-11-26T05:01:02.345678901Z",
        "2026-11-26T14:01:02+09:00",
        "2026-11-26T05:01:02",
        "Thu, 26 Nov 2026 05:01:02 GMT",
        1795669262,
        "1795669262.5",
    ],
)
def test_a_time_is_read_as_botocore_reads_it(told):
    theirs = parse_timestamp(told)
    assert clients.moment(told) == (theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC))


def test_answers_have_times_of_that_parser(sandbox, account):
    ec2 = sandbox.client("ec2", "eu-central-1", account)
    ec2.create_volume(AvailabilityZone="eu-central-1a", Size=1)
    (theirs,) = ec2.describe_volumes()["Volumes"]
    (volume,) = door(sandbox, facts(account)).read("ec2", "describe_volumes")["Volumes"]
    assert volume["CreateTime"] == theirs["CreateTime"]
    assert volume["CreateTime"].utcoffset() == timedelta(0)
