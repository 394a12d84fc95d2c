"""Credits that run out, and types too small for what they carry."""

from dataclasses import replace

import pytest

from tasks.checks import burst_too_small, credits_run_out
from tasks.checks.burst_too_small import Size
from tasks.checks.credits_run_out import Facts
from tasks.sweeps.credit_holders import Holder
from tests.checks.answers import Answers, measured, series
from tests.checks.reading import SandboxReader, ago, gathered, judged, price, resource

STANDARD = Holder("instance", resource("i-1", name="web"), "t3.micro", ago(days=3), unlimited=False)
UNLIMITED = replace(STANDARD, unlimited=True)
VOLUME = replace(STANDARD, kind="volume", resource=resource("vol-1"), size="gp2, 100 GiB")
FALLING = series(*range(22, 9, -1))  # one credit in five minutes, 10 left: 50 minutes
SURPLUS = price(0.05, item="t3.unlimited-surplus.linux", unit="vCPU-hour")


def instances(number, kind="t3.micro"):
    told = [
        {"InstanceId": f"i-{n}", "InstanceType": kind, "State": {"Name": "running"}, "LaunchTime": ago(days=9)}
        for n in range(number)
    ]
    return {"Reservations": [{"Instances": told}]}


def estate(number=1):
    return {
        ("ec2", "describe_instances"): instances(number),
        ("ec2", "describe_instance_credit_specifications"): {"InstanceCreditSpecifications": []},
        ("ec2", "describe_volumes"): {"Volumes": []},
        ("rds", "describe_db_instances"): {"DBInstances": []},
        ("elasticache", "describe_cache_clusters"): {"CacheClusters": []},
    }


def test_credits_that_run_out_are_told_with_the_minutes():
    found = judged(credits_run_out, Facts(STANDARD, FALLING))
    assert found.detail.startswith("CPU credits run out in about 50 min, at 13:20 UTC. Then t3.micro is held at 10 %")
    assert found.evidence["hours_to_zero"] == pytest.approx(0.83, abs=0.01)


def test_the_balance_is_kept_for_a_sparkline():
    found = judged(credits_run_out, Facts(STANDARD, series(*range(100, 40, -1), *FALLING.values)))
    assert len(found.evidence["balance"]) == 48
    assert found.evidence["balance"][-1] == 10


@pytest.mark.parametrize(
    "balance", [series(*[288] * 12), series(*range(10, 23)), series(*range(300, 252, -1))], ids=["full", "rises", "far"]
)
def test_a_balance_that_lasts_is_not_found(balance):
    assert judged(credits_run_out, Facts(STANDARD, balance)) is None


def test_zero_just_after_the_limit_is_not_found():
    facts = Facts(STANDARD, series(*range(60, 47, -1)))  # 48 left at 12 an hour: four hours
    assert judged(credits_run_out, facts) is None
    assert judged(credits_run_out, facts, hours=4.1) is not None


def test_an_unlimited_instance_is_less_urgent():
    found = judged(credits_run_out, Facts(UNLIMITED, FALLING))
    assert (found.severity, "surplus credits are spent" in found.detail) == ("low", True)


def test_used_up_credits_of_a_standard_instance_are_critical():
    found = judged(credits_run_out, Facts(STANDARD, series(5, 2, 0, 0)))
    assert (found.severity, found.evidence["hours_to_zero"]) == ("critical", 0.0)


def test_surplus_that_is_charged_has_a_price():
    facts = Facts(UNLIMITED, series(0, 0), series(288), series(*[5] * 48), SURPLUS)
    found = judged(credits_run_out, facts)
    assert found.usd == pytest.approx(36.5)  # 240 credits in 4 h are 1 vCPU-hour an hour
    assert found.price == SURPLUS


def test_surplus_without_a_known_price_is_told_without_dollars():
    found = judged(credits_run_out, Facts(UNLIMITED, series(0, 0), series(288), series(5)))
    assert (found.usd, "not known" in found.detail) == (None, True)


def test_borrowed_credits_that_are_not_charged_yet_are_low():
    found = judged(credits_run_out, Facts(UNLIMITED, series(0, 0), series(40), series(0), SURPLUS))
    assert (found.severity, "40 surplus credits" in found.detail) == ("low", True)


def test_an_instance_without_figures_is_not_called_well():
    found = judged(credits_run_out, Facts(STANDARD, series()))
    assert (found.severity, "not known" in found.detail) == ("low", True)


def test_a_volume_that_reports_nothing_spends_nothing():
    assert judged(credits_run_out, Facts(VOLUME, series())) is None
    assert "not known" in judged(credits_run_out, Facts(VOLUME, series(whole=False))).detail


def test_a_new_instance_is_not_judged():
    assert judged(credits_run_out, Facts(replace(STANDARD, since=ago(minutes=20)), series(0))) is None


def test_a_volume_is_told_in_its_own_words():
    found = judged(credits_run_out, Facts(VOLUME, FALLING))
    assert found.detail.startswith("I/O burst credits run out in about 50 min")


def test_five_hundred_instances_cost_eight_calls_at_most():
    low = {("CPUCreditBalance", f"i-{n}"): [0.0] * 48 for n in range(20)}
    reader = Answers(estate(500) | {("cloudwatch", "get_metric_data"): measured(low)})
    assert len(gathered(credits_run_out, reader)) == 500
    assert len(reader.calls) <= 8


def test_the_mode_of_an_instance_is_asked_for_when_its_balance_falls():
    unlimited = {"InstanceCreditSpecifications": [{"InstanceId": "i-0", "CpuCredits": "unlimited"}]}
    values = {("CPUCreditBalance", "i-0"): [0.0] * 48, ("CPUSurplusCreditsCharged", "i-0"): [1.0] * 48}
    given = estate() | {("cloudwatch", "get_metric_data"): measured(values)}
    given[("ec2", "describe_instance_credit_specifications")] = unlimited
    (facts,) = gathered(credits_run_out, Answers(given, {"t3.unlimited-surplus.linux": 0.05}))
    assert (facts.holder.unlimited, sum(facts.charged.values), facts.price.usd) == (True, 48, 0.05)


def test_no_linux_price_is_taken_for_windows():
    given = estate() | {("cloudwatch", "get_metric_data"): measured({("CPUCreditBalance", "i-0"): [0.0] * 48})}
    given["ec2", "describe_instances"]["Reservations"][0]["Instances"][0]["Platform"] = "windows"
    (facts,) = gathered(credits_run_out, Answers(given, {"t3.unlimited-surplus.linux": 0.05}))
    assert facts.price is None


def test_databases_nodes_and_volumes_have_credits_too():
    database = {"DBInstanceClass": "db.t3.small", "DBInstanceIdentifier": "shop", "DBInstanceStatus": "available"}
    cache = {"CacheNodeType": "cache.t3.micro", "CacheClusterStatus": "available", "CacheClusterId": "queue"}
    volume = {"VolumeType": "gp2", "VolumeId": "vol-1", "Size": 100, "State": "in-use", "CreateTime": ago(days=1)}
    given = {
        ("rds", "describe_db_instances"): {"DBInstances": [database | {"DBInstanceArn": "arn:db"}]},
        ("elasticache", "describe_cache_clusters"): {"CacheClusters": [cache | {"NumCacheNodes": 2, "ARN": "arn:c"}]},
        ("ec2", "describe_volumes"): {"Volumes": [volume, volume | {"VolumeType": "gp3"}, volume | {"Size": 1000}]},
    }
    found = gathered(credits_run_out, Answers(estate(0) | given))
    assert [facts.holder.resource.id for facts in found] == ["arn:db", "arn:c/0001", "arn:c/0002", "vol-1"]


def test_a_running_burstable_instance_of_the_sandbox_is_seen(account):
    ec2 = account.client("ec2")
    made = ec2.run_instances(ImageId="ami-12c6146b", InstanceType="t3.micro", MinCount=1, MaxCount=1)
    ec2.run_instances(ImageId="ami-12c6146b", InstanceType="m5.large", MinCount=1, MaxCount=1)
    holders = [facts.holder for facts in gathered(credits_run_out, SandboxReader(account))]
    assert [each.resource.id for each in holders if each.kind == "instance"] == [made["Instances"][0]["InstanceId"]]


MICRO = Size("t3.micro", 2, 1024, ("x86_64",), 10, price(0.01))
SMALL = Size("t3.small", 2, 2048, ("x86_64",), 20, price(0.02, item="t3.small"))
LARGE = Size("m5.large", 2, 8192, ("x86_64",), 100, price(0.1, item="m5.large"))
ARM = Size("t4g.small", 2, 2048, ("arm64",), 20, price(0.01, item="t4g.small"))


def busy(percent, hours=168, **more):
    known = {"size": MICRO, "unlimited": False, "launched": ago(days=30), "others": (SMALL, LARGE)}
    cpu = series(*[percent] * hours, minutes=60)
    return burst_too_small.Facts(resource=resource("i-1", name="web"), cpu=cpu, **known | more)


def test_a_mean_above_the_baseline_is_found_with_a_type_that_carries_it():
    found = judged(burst_too_small, busy(15))
    assert "mean CPU of 7 days is 15 %, above the 10 % that t3.micro earns" in found.detail
    assert "Take t3.small" in found.advice


def test_a_mean_at_the_baseline_is_not_found():
    assert judged(burst_too_small, busy(10)) is None


def test_the_surplus_of_an_unlimited_instance_has_dollars():
    found = judged(burst_too_small, busy(60, unlimited=True, surplus=SURPLUS))
    assert found.usd == pytest.approx(36.5)  # half of two vCPUs for 730 hours at 0.05
    assert (found.severity, found.price) == ("medium", SURPLUS)


def test_no_dearer_type_is_offered_than_the_surplus_costs():
    found = judged(burst_too_small, busy(60, unlimited=True, surplus=SURPLUS))
    assert "No type known here is cheaper" in found.advice


def test_a_week_without_figures_is_not_called_well():
    found = judged(burst_too_small, busy(15, hours=3))
    assert (found.severity, "not known" in found.detail) == ("low", True)


def test_a_new_instance_without_figures_is_left_alone():
    assert judged(burst_too_small, busy(15, hours=3, launched=ago(hours=3))) is None


def test_larger_types_are_of_the_same_processor_and_priced():
    unpriced = replace(SMALL, name="t3a.small", price=None)
    assert burst_too_small.larger(MICRO, [LARGE, ARM, SMALL, unpriced, MICRO]) == (SMALL, LARGE)


def test_a_week_is_read_by_the_hour_with_the_types_prices():
    told = {"InstanceType": "t3.micro", "VCpuInfo": {"DefaultVCpus": 2}, "MemoryInfo": {"SizeInMiB": 1024}}
    given = estate() | {("ec2", "describe_instance_types"): {"InstanceTypes": [told]}}
    given[("cloudwatch", "get_metric_data")] = measured({("CPUUtilization", "i-0"): [50.0] * 168})
    (facts,) = gathered(burst_too_small, Answers(given, {"t3.micro": 0.01}))
    assert (len(facts.cpu.values), facts.size.carries, facts.size.price.usd) == (168, 10, 0.01)
