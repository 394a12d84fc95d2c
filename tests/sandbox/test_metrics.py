"""CloudWatch's metrics: formulas, given points, and how they are read."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from sandbox import process
from sandbox.controlling import ControlError
from tests.sandbox.account import Account, refused

CPU = {"namespace": "AWS/EC2", "name": "CPUUtilization", "unit": "Percent", "period": 300}


def ago(**time_ago):
    """A whole five minutes so long ago."""
    now = int(time.time()) // 300 * 300
    return datetime.fromtimestamp(now, UTC) - timedelta(**time_ago)


def query(name="CPUUtilization", namespace="AWS/EC2", ident="a", period=300, stat="Average", **dimensions):
    pairs = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    metric = {"Namespace": namespace, "MetricName": name, "Dimensions": pairs}
    return {"Id": ident, "MetricStat": {"Metric": metric, "Period": period, "Stat": stat}}


def read(account, *queries, hours=1, **options):
    asked = {"StartTime": ago(hours=hours), "EndTime": ago(), "ScanBy": "TimestampAscending", **options}
    return account.client("cloudwatch").get_metric_data(MetricDataQueries=list(queries), **asked)


def values(account, *queries, **options):
    return read(account, *queries, **options)["MetricDataResults"][0]["Values"]


def put(account, namespace="App", **datum):
    account.client("cloudwatch").put_metric_data(Namespace=namespace, MetricData=[{"MetricName": "Jobs", **datum}])


def seed(account, subject="metrics", **given):
    return account.sandbox.seed(subject, account.id, **given)


@pytest.fixture
def idle(account):
    """An instance that has always been at 3 percent."""
    seed(account, metrics=[{**CPU, "dimensions": {"InstanceId": "i-1"}, "value": 3}])
    return account


def test_a_formula_gives_a_point_for_each_period(idle):
    found = read(idle, query(InstanceId="i-1"))["MetricDataResults"][0]
    assert (found["Values"], found["StatusCode"], found["Label"]) == ([3] * 12, "Complete", "CPUUtilization")
    assert found["Timestamps"][0] == ago(hours=1)


def test_the_newest_come_first_unless_asked_otherwise(idle):
    found = read(idle, query(InstanceId="i-1"), ScanBy="TimestampDescending")["MetricDataResults"][0]
    assert found["Timestamps"] == sorted(found["Timestamps"], reverse=True)


def test_a_formula_gives_the_same_again(account):
    noisy = {**CPU, "each": {"InstanceId": ["i-1", "i-2"]}, "value": 30, "noise": 5, "swing": 10}
    seed(account, metrics=[noisy])
    one, again, other = (values(account, query(InstanceId=i)) for i in ("i-1", "i-1", "i-2"))
    assert one == again != other
    assert all(15 <= value <= 45 for value in one)


def test_steps_hold_from_their_hour_on(account):
    steps = [[48, 10], [1, None], [0.5, 90]]
    seed(account, metrics=[{**CPU, "dimensions": {"InstanceId": "i-1"}, "steps": steps}])
    found = values(account, query(InstanceId="i-1"), hours=2)
    assert (found[0], found[-1], len(found) < 24) == (10, 90, True)


def test_gaps_leave_periods_out(account):
    errors = {"namespace": "AWS/Lambda", "name": "Throttles", "value": 4, "samples": 100, "gaps": 0.5}
    seed(account, metrics=[errors])
    found = values(account, query("Throttles", "AWS/Lambda", period=60, stat="Sum"))
    assert 0 < len(found) < 60
    assert set(found) == {4}
    assert set(values(account, query("Throttles", "AWS/Lambda", period=60))) == {0.04}


@pytest.mark.parametrize(
    ("stat", "expected"), [("Sum", 6), ("SampleCount", 3), ("Minimum", 1), ("Maximum", 3), ("Average", 2), ("p50", 2)]
)
def test_given_points_have_statistics(account, stat, expected):
    for value in (1.0, 2.0, 3.0):
        put(account, Value=value, Timestamp=ago(minutes=30))
    assert values(account, query("Jobs", "App", stat=stat)) == [expected]


def test_values_with_counts_and_statistic_sets_add_up(account):
    put(account, Values=[1.0, 5.0], Counts=[3.0, 1.0], Timestamp=ago(minutes=30))
    put(account, StatisticValues={"SampleCount": 2, "Sum": 2, "Minimum": 0, "Maximum": 2}, Timestamp=ago(minutes=30))
    assert values(account, query("Jobs", "App", stat="Sum")) == [10]
    assert values(account, query("Jobs", "App", stat="SampleCount")) == [6]


def test_a_long_request_is_compressed(account):
    data = [{"MetricName": f"Jobs{n}", "Value": 1.0, "Timestamp": ago(minutes=30)} for n in range(300)]
    account.client("cloudwatch").put_metric_data(Namespace="App", MetricData=data)
    assert values(account, query("Jobs299", "App")) == [1]


def test_old_data_need_a_longer_period(account):
    seed(account, metrics=[{**CPU, "dimensions": {"InstanceId": "i-1"}, "value": 3, "hours": 24 * 400}])
    old = {"StartTime": ago(days=20), "EndTime": ago(days=20, hours=-1)}
    older = {"StartTime": ago(days=70), "EndTime": ago(days=70, hours=-2)}
    assert values(account, query(period=60, InstanceId="i-1"), **old) == []
    assert values(account, query(period=300, InstanceId="i-1"), **old) == [3] * 12
    assert values(account, query(period=300, InstanceId="i-1"), **older) == []
    assert len(values(account, query(period=3600, InstanceId="i-1"), **older)) >= 2


def test_a_page_has_so_many_data_points(account):
    seed(account, metrics=[{**CPU, "each": {"InstanceId": ["i-1", "i-2", "i-3"]}, "value": 3}])
    asked = [query(ident=f"m{n}", InstanceId=f"i-{n}") for n in (1, 2, 3)]
    first = read(account, *asked, MaxDatapoints=20)
    codes = [(found["StatusCode"], len(found["Values"])) for found in first["MetricDataResults"]]
    assert codes == [("Complete", 12), ("PartialData", 8), ("PartialData", 0)]
    second = read(account, *asked, MaxDatapoints=20, NextToken=first["NextToken"])
    assert [(f["Id"], len(f["Values"])) for f in second["MetricDataResults"]] == [("m2", 4), ("m3", 12)]
    assert "NextToken" not in second


def test_expressions_join_series(account):
    for name, value in (("Errors", 5), ("Requests", 50)):
        seed(account, metrics=[{"namespace": "App", "name": name, "value": value}])
    of = [query(name, "App", name.lower(), 60, "Sum") | {"ReturnData": False} for name in ("Errors", "Requests")]
    found = read(account, *of, {"Id": "share", "Expression": "100 * errors / requests"})["MetricDataResults"]
    assert [(one["Id"], set(one["Values"])) for one in found] == [("share", {10})]


def test_fill_fills_what_is_missing(account):
    put(account, Value=4.0, Timestamp=ago(minutes=30))
    jobs = query("Jobs", "App", "jobs") | {"ReturnData": False}
    assert sorted(values(account, jobs, {"Id": "all", "Expression": "FILL(jobs, 0)"})) == [0] * 11 + [4]


def test_an_unknown_metric_has_no_points(account):
    found = read(account, query(InstanceId="i-9"))["MetricDataResults"][0]
    assert (found["Values"], found["StatusCode"]) == ([], "Complete")


def test_another_unit_has_no_points(idle):
    asked = query(InstanceId="i-1")
    asked["MetricStat"]["Unit"] = "Bytes"
    assert values(idle, asked) == []


@pytest.mark.parametrize(
    ("queries", "code", "words"),
    [
        ([query(ident=f"m{n}") for n in range(501)], "ValidationError", "size greater than 500"),
        ([query(), query()], "ValidationError", "not unique"),
        ([query(ident="A")], "ValidationError", "parameter id"),
        ([query(period=90)], "InvalidParameterValue", "multiple of 60"),
        ([{"Id": "e", "Expression": "SEARCH('x', 'Sum')"}], "ValidationError", "does not simulate"),
    ],
)
def test_a_bad_query_is_refused(account, queries, code, words):
    found = refused(read, account, *queries)
    assert (found[0], words in found[1]) == (code, True)


def test_an_unreadable_token_is_refused(account):
    assert refused(read, account, query(), NextToken="x")[0] == "InvalidNextToken"


def test_an_end_before_its_start_is_refused(account):
    assert refused(read, account, query(), hours=-1)[0] == "InvalidParameterValue"


def statistics(account, **given):
    asked = {"Namespace": "AWS/EC2", "MetricName": "CPUUtilization", "StartTime": ago(hours=1), "EndTime": ago()}
    asked |= {"Period": 300, "Statistics": ["Average"], "Dimensions": [{"Name": "InstanceId", "Value": "i-1"}]}
    return account.client("cloudwatch").get_metric_statistics(**asked | given)


def test_statistics_of_one_metric(idle):
    found = statistics(idle, Statistics=["Average", "Maximum"], ExtendedStatistics=["p90"])
    first = found["Datapoints"][0]
    assert len(found["Datapoints"]) == 12
    assert (first["Average"], first["Maximum"], first["Unit"]) == (3, 3, "Percent")
    assert first["ExtendedStatistics"] == {"p90": 3}


def test_too_many_data_points_are_refused(idle):
    code, text, status = refused(statistics, idle, StartTime=ago(days=14))
    assert (code, status) == ("InvalidParameterCombination", 400)
    assert text.startswith("You have requested up to 4,032 datapoints, which exceeds the limit of 1,440.")


def test_metrics_are_listed_500_to_a_page(account):
    ids = [f"i-{n}" for n in range(501)]
    seed(account, metrics=[{**CPU, "each": {"InstanceId": ids}, "value": 3}])
    pages = list(account.client("cloudwatch").get_paginator("list_metrics").paginate(Namespace="AWS/EC2"))
    assert [len(page["Metrics"]) for page in pages] == [500, 1]


def test_metrics_are_listed_by_dimension(idle):
    put(idle, Value=1.0)
    listed = idle.client("cloudwatch").list_metrics
    assert len(listed()["Metrics"]) == 2
    assert len(listed(Dimensions=[{"Name": "InstanceId"}])["Metrics"]) == 1
    assert listed(Dimensions=[{"Name": "InstanceId", "Value": "i-9"}])["Metrics"] == []


def test_what_had_no_data_for_two_weeks_is_not_listed(account):
    steps = [[24 * 40, 5], [24 * 20, None]]
    seed(account, metrics=[{**CPU, "dimensions": {"InstanceId": "i-1"}, "steps": steps}])
    assert account.client("cloudwatch").list_metrics()["Metrics"] == []


@pytest.mark.parametrize(
    ("datum", "words"),
    [
        ({"Values": [1.0] * 151}, "Values must not have a size greater than 150"),
        ({"Value": 1.0, "Timestamp": datetime(2020, 1, 1, tzinfo=UTC)}, "within the past two weeks"),
        ({"Values": [1.0], "Counts": [1.0, 2.0]}, "same size"),
    ],
)
def test_a_bad_point_is_refused(account, datum, words):
    code, text, _ = refused(put, account, **datum)
    assert (code, words in text) == ("InvalidParameterValue", True)


def test_nobody_puts_points_into_namespaces_of_aws(account):
    assert refused(put, account, "AWS/EC2", Value=1.0)[0] == "InvalidParameterValue"


def test_regions_and_accounts_are_apart(idle):
    other = Account(idle.sandbox, "111111111111")
    assert values(other, query(InstanceId="i-1")) == []
    assert idle.client("cloudwatch", region="us-east-1").list_metrics()["Metrics"] == []


def test_metrics_survive_a_restart(tmp_path):
    running = process.start(state=str(tmp_path / "state"))
    account = Account(running, "123456789012")
    seed(account, metrics=[{**CPU, "dimensions": {"InstanceId": "i-1"}, "value": 30, "noise": 5}])
    window = {"StartTime": ago(hours=1), "EndTime": ago()}
    before = values(account, query(InstanceId="i-1"), **window)
    running.stop()
    account = Account(process.start(state=str(tmp_path / "state")), "123456789012")
    after = values(account, query(InstanceId="i-1"), **window)
    account.sandbox.stop()
    assert (len(before), after) == (12, before)


def test_a_bad_seed_is_told(account):
    with pytest.raises(ControlError, match=r"metrics.0.namespace: Field required"):
        seed(account, metrics=[{"name": "CPUUtilization"}])
