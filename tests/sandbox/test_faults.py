import time
from contextlib import suppress

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from sandbox.controlling import ControlError
from tests.sandbox.account import refused, topic


def mutating(account, action):
    return [c for c in account.sandbox.log()["calls"] if c["account"] == account.id and c["action"] == action]


@pytest.mark.parametrize(
    ("service", "call", "code", "status"),
    [
        ("cloudformation", "describe_stacks", "Throttling", 400),
        ("ec2", "describe_vpcs", "RequestLimitExceeded", 503),
        ("ssm", "describe_parameters", "ThrottlingException", 400),
        ("s3", "list_buckets", "SlowDown", 503),
    ],
)
def test_a_throttle_has_the_code_of_its_protocol(account, service, call, code, status):
    account.sandbox.fault("throttle", service=service, account=account.id)
    found = refused(getattr(account.client(service), call))
    assert (found[0], found[2]) == (code, status)


@pytest.mark.parametrize(
    ("service", "call", "code"),
    [
        ("cloudformation", "describe_stacks", "ExpiredToken"),
        ("ec2", "describe_vpcs", "RequestExpired"),
        ("ssm", "describe_parameters", "ExpiredTokenException"),
    ],
)
def test_expired_credentials_have_the_code_of_their_protocol(account, service, call, code):
    account.sandbox.fault("expired", account=account.id)
    assert refused(getattr(account.client(service), call))[0] == code


def test_a_denial_names_the_action(account):
    account.sandbox.fault("deny", action="DescribeStacks", account=account.id)
    code, message, status = refused(account.cloudformation.describe_stacks)
    assert (code, status) == ("AccessDenied", 403)
    assert message == (
        f"User: arn:aws:iam::{account.id}:user/sandbox is not authorized to perform: cloudformation:DescribeStacks "
        "because no identity-based policy allows the cloudformation:DescribeStacks action"
    )


def test_a_denial_of_ec2_has_its_own_form(account):
    account.sandbox.fault("deny", service="ec2", account=account.id)
    code, message, status = refused(account.client("ec2").describe_vpcs)
    assert (code, status) == ("UnauthorizedOperation", 403)
    assert message.startswith("You are not authorized to perform this operation. User: arn:aws:iam::")


@pytest.mark.parametrize("status", [500, 503])
def test_an_error_of_the_server(account, status):
    account.sandbox.fault("error", account=account.id, status=status)
    assert refused(account.cloudformation.describe_stacks)[2] == status


def test_a_rule_strikes_as_often_as_it_says_and_where(account):
    rule = {"action": "DescribeStacks", "account": account.id, "contains": "StackName=app", "after": 1, "count": 1}
    account.sandbox.fault("throttle", **rule)
    account.create(topic(), stack="other")
    codes = [refused(account.cloudformation.describe_stacks, StackName="app")[0] for _ in range(3)]
    assert codes == ["ValidationError", "Throttling", "ValidationError"]


def test_a_lost_answer_is_performed(account):
    account.sandbox.fault("lost", action="CreateStack", account=account.id, count=1)
    with pytest.raises(ConnectionClosedError):
        account.cloudformation.create_stack(StackName="app", TemplateBody=topic())
    assert account.settled()["StackStatus"] == "CREATE_COMPLETE"
    assert len(mutating(account, "CreateStack")) == 1


def test_latency_delays_only_its_call(account):
    account.sandbox.fault("latency", action="ListStacks", account=account.id, seconds=0.3)
    started = time.monotonic()
    account.cloudformation.describe_stacks()
    between = time.monotonic()
    account.cloudformation.list_stacks()
    assert between - started < 0.25 < 0.3 < time.monotonic() - between


def test_a_hanging_call_times_out_at_the_client(account):
    account.sandbox.fault("hang", account=account.id, seconds=1.5)
    with pytest.raises(ReadTimeoutError):
        account.client("cloudformation", read_timeout=0.2).describe_stacks()


def test_a_stale_answer_follows_an_execution(account):
    account.sandbox.fault("stale", stack="app", reads=2)
    made = account.change_set(topic(), kind="CREATE")
    account.cloudformation.execute_change_set(ChangeSetName=made["ChangeSetId"])
    seen = [account.stack()["StackStatus"] for _ in range(3)]
    assert seen[:2] == ["REVIEW_IN_PROGRESS"] * 2
    assert seen[2] != "REVIEW_IN_PROGRESS"


def test_rules_are_listed_and_cleared(account):
    rule = account.sandbox.fault("throttle", account=account.id)
    listed = account.sandbox.control("GET", "faults")["faults"]
    assert [(r["id"], r["kind"], r["hits"]) for r in listed] == [(rule, "throttle", 0)]
    account.sandbox.clear_faults()
    account.cloudformation.describe_stacks()


def test_what_a_rule_lets_pass_is_no_hit(account):
    account.sandbox.fault("throttle", account=account.id, after=2, count=1)
    seen = []
    for _ in range(4):
        with suppress(ClientError):
            account.cloudformation.describe_stacks()
        seen.append(account.sandbox.control("GET", "faults")["faults"][0]["hits"])
    assert seen == [0, 0, 1, 1]


@pytest.mark.parametrize(
    ("method", "path", "given", "sentence"),
    [
        ("POST", "faults", {"kind": "fire"}, "kind must be one of throttle"),
        ("POST", "faults", {"kind": "throttle", "colour": "red"}, "'colour' is not a field of a rule"),
        ("POST", "faults", {"kind": "throttle", "count": "two"}, "count must be a int, not 'two'."),
        ("PUT", "speed", {"speed": 0}, "speed must be a number above 0"),
        ("POST", "roles", {"account": "1"}, "role must be given as text"),
        ("GET", "weather", None, "There is no GET /_sandbox/weather."),
    ],
)
def test_bad_control_input_gets_a_sentence(sandbox, method, path, given, sentence):
    with pytest.raises(ControlError, match=sentence):
        sandbox.control(method, path, given)


def test_every_call_is_logged(account):
    account.create(topic())
    account.client("ssm").put_parameter(Name="x", Value="secret", Type="String")
    own = [call for call in account.sandbox.log()["calls"] if call["account"] == account.id]
    first, last = own[0], own[-1]
    assert (first["service"], first["action"], first["mutating"], first["status"]) == (
        "cloudformation",
        "CreateStack",
        True,
        200,
    )
    assert (last["action"], last["params"]["Name"]) == ("PutParameter", "x")
    assert {c["action"] for c in own if c["mutating"]} == {"CreateStack", "PutParameter"}


def test_calls_of_rest_services_are_named_too(account):
    account.client("s3").list_buckets()
    account.client("apigatewayv2").get_apis()
    own = [
        (call["service"], call["action"]) for call in account.sandbox.log()["calls"] if call["account"] == account.id
    ]
    assert own == [("s3", "ListBuckets"), ("apigateway", "GetApis")]


def test_the_operation_log_measures_from_first_start_to_last_end(account):
    account.sandbox.clear_log()
    account.create(topic(), stack="one")
    account.create(topic(), stack="two")
    found = account.sandbox.operations()
    own = [line for line in found["operations"] if line["account"] == account.id]
    assert [(line["stack"], line["kind"], line["status"]) for line in own] == [
        ("one", "CREATE_STACK", "CREATE_COMPLETE"),
        ("two", "CREATE_STACK", "CREATE_COMPLETE"),
    ]
    assert found["seconds"] == found["last_end"] - found["first_start"]


def test_what_moto_lacks_is_an_ordinary_error(account):
    with pytest.raises(ClientError):
        account.client("pricing").describe_services()
