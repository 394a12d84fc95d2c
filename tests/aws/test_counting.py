"""Each request to AWS is counted once, by service and by what came of it."""

import pytest

from opsportal.errors import Denied, TryLater
from opsportal.health import tally
from tasks.aws import counting
from tests.aws.test_door import door
from tests.stacks.driver import facts


@pytest.fixture
def counted(monkeypatch):
    seen = []
    monkeypatch.setattr(tally, "aws_call", lambda service, outcome: seen.append((service, outcome)))
    return seen


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (200, "", "ok"),
        (400, "Throttling", "throttled"),
        (503, "SlowDown", "throttled"),
        (403, "AccessDenied", "denied"),
        (400, "ValidationError", "refused"),
        (500, "InternalFailure", "unanswered"),
        (502, "", "unanswered"),
    ],
)
def test_an_outcome_is_what_a_person_would_act_upon(status, code, outcome):
    assert counting.outcome(status, code) == outcome


def test_a_role_that_is_assumed_counts_and_tells_the_account_itself(sandbox, account, counted):
    role = sandbox.role("999999999999", "opsportal", external_id="shared-secret")
    environment = facts("999999999999", role_arn=role, external_id="shared-secret")
    door(sandbox, environment).read("cloudformation", "describe_stacks")
    assert counted == [("sts", "ok"), ("cloudformation", "ok")]


@pytest.mark.parametrize(
    ("fault", "error", "outcome"), [("throttle", TryLater, "throttled"), ("deny", Denied, "denied")]
)
def test_a_throttled_and_a_denied_call_count_as_such(sandbox, account, counted, fault, error, outcome):
    sandbox.fault(fault, action="DescribeStacks", account=account, count=1)
    with pytest.raises(error):
        door(sandbox, facts(account)).read("cloudformation", "describe_stacks")
    assert counted[-1] == ("cloudformation", outcome)
