"""Calls that AWS refused, and quotas nearly used up."""

from dataclasses import replace

import pytest

from tasks.checks import api_throttling
from tests.checks.answers import Answers, measured
from tests.checks.reading import gathered, judged, resource

FUNCTION = api_throttling.Facts("function", resource("arn:f", name="resize"), 5, 100)
QUOTA = api_throttling.Facts("quota", resource("arn:q", name="EC2: Running On-Demand instances"), 64, 80)


@pytest.mark.parametrize(("refused", "found"), [(5, True), (1, True), (0.9, False), (0, False)])
def test_a_share_of_refused_calls_is_found_at_the_limit(refused, found):
    assert (judged(api_throttling, replace(FUNCTION, part=refused)) is not None) is found


def test_the_share_is_told():
    found = judged(api_throttling, FUNCTION)
    assert found.detail == "5 of 100 invocations were throttled in 3 h (5.0 %)."


@pytest.mark.parametrize(("used", "severity"), [(64, None), (80, "high")])
def test_a_quota_is_found_before_it_is_used_up(used, severity):
    found = judged(api_throttling, replace(QUOTA, part=used))
    assert (f"Up to {used} of 80" in found.detail, found.severity) == (True, severity)


def test_a_quota_with_room_is_well():
    assert judged(api_throttling, replace(QUOTA, part=63)) is None


def test_what_cloudwatch_did_not_give_is_not_known():
    found = judged(api_throttling, replace(FUNCTION, part=None))
    assert (found.severity, "not known" in found.detail) == ("low", True)


def test_an_api_that_nobody_called_is_well():
    assert judged(api_throttling, replace(FUNCTION, kind="api", part=0, whole=0)) is None


def test_4xx_of_an_api_are_not_called_429():
    found = judged(api_throttling, replace(FUNCTION, kind="api", part=30))
    assert (found.severity, "429 is not known" in found.detail) == ("low", True)


def test_a_rate_is_measured_against_its_minute():
    told = {"Period": {"PeriodValue": 1, "PeriodUnit": "SECOND"}}
    asked = api_throttling.Asked("quota", resource("arn"), quota=50, seconds=api_throttling.span(told))
    assert api_throttling.most(asked) == 3000


def test_functions_tables_and_quotas_are_measured():
    def listed(arguments):
        places = {
            "Throttles": [{"Name": "FunctionName", "Value": "resize"}],
            "ThrottledRequests": [{"Name": "TableName", "Value": "jobs"}, {"Name": "Operation", "Value": "PutItem"}],
        }
        place = places.get(arguments["MetricName"])
        return {"Metrics": [{"Dimensions": place}] if place else []}

    usage = {"MetricNamespace": "AWS/Usage", "MetricName": "ResourceCount", "MetricDimensions": {"Resource": "vCPU"}}
    quota = {"QuotaArn": "arn:q", "ServiceName": "EC2", "QuotaName": "vCPUs", "Value": 10, "UsageMetric": usage}
    values = {
        ("Throttles", "resize"): [2.0, 1.0],
        ("Invocations", "resize"): [97.0],
        ("ThrottledRequests", "PutItem"): [1.0],
        ("ResourceCount", "vCPU"): [4.0, 8.0, 6.0],
    }
    given = {
        ("cloudwatch", "list_metrics"): listed,
        ("cloudwatch", "get_metric_data"): measured(values),
        ("service-quotas", "list_service_quotas"): {"Quotas": [quota, quota | {"UsageMetric": {}}]},
    }
    found = [
        (facts.kind, facts.part, facts.whole) for facts in gathered(api_throttling, Answers(given), services=["ec2"])
    ]
    assert found == [("function", 3, 100), ("table", 1, 1), ("quota", 8, 10)]
