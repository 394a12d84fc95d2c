"""Credits of burstable instances and volumes."""

import pytest

from sandbox.controlling import ControlError
from tests.sandbox.test_metrics import query, seed, values


def of(account, name, namespace="AWS/EC2", hours=24, **dimensions):
    return values(account, query(name, namespace, **dimensions or {"InstanceId": "i-1"}), hours=hours)


def burstable(account, load, **given):
    return seed(account, "burstable", ids=["i-1"], **{"type": "t3.micro", "load": load} | given)


def test_an_idle_instance_earns_up_to_a_days_credits(account):
    burstable(account, [[48, 0]])
    assert of(account, "CPUCreditBalance")[-1] == pytest.approx(288)
    assert of(account, "CPUCreditBalance", hours=48)[12] == pytest.approx(12, abs=1.1)


def test_a_busy_instance_falls_to_its_baseline_when_its_credits_are_gone(account):
    burstable(account, [[4, 99]], balance=106.8)  # 118.8 an hour are spent, 12 earned
    balances, cpu = of(account, "CPUCreditBalance", hours=4), of(account, "CPUUtilization", hours=4)
    assert (cpu[5], cpu[20]) == (99, pytest.approx(10))
    assert balances[6] == pytest.approx(106.8 / 2, abs=10)
    assert set(balances[14:]) == {0}


def test_usage_is_in_credits_of_five_minutes(account):
    burstable(account, [[4, 50]], balance=288)
    assert of(account, "CPUCreditUsage", hours=1)[0] == pytest.approx(5)  # two vCPUs at half for five minutes


def test_an_unlimited_instance_borrows_and_then_pays(account):
    burstable(account, [[10, 60]], unlimited=True)  # 60 credits an hour more than are earned, 288 may be borrowed
    surplus = of(account, "CPUSurplusCreditBalance", hours=10)
    assert of(account, "CPUUtilization", hours=1) == [60] * 12
    assert surplus[12] == pytest.approx(60, abs=6)
    assert surplus[-1] == pytest.approx(288)
    assert sum(of(account, "CPUSurplusCreditsCharged", hours=1)) == pytest.approx(60)


def test_what_was_borrowed_is_paid_down_before_credits_grow(account):
    burstable(account, [[4, 60], [3, 0]], unlimited=True)
    assert of(account, "CPUSurplusCreditBalance", hours=1)[-1] == pytest.approx(60 - 3 * 12, abs=2)
    assert of(account, "CPUCreditBalance", hours=1)[-1] == 0


def test_a_standard_instance_has_no_surplus(account):
    burstable(account, [[4, 60]])
    assert of(account, "CPUSurplusCreditBalance") == []


def test_databases_and_caches_have_credits_too(account):
    seed(account, "burstable", kind="rds", ids=["db-1"], type="db.t3.micro", load=[[48, 0]])
    seed(account, "burstable", kind="elasticache", ids=["c-1"], type="cache.t4g.small", load=[[48, 0]])
    assert of(account, "CPUCreditBalance", "AWS/RDS", DBInstanceIdentifier="db-1")[-1] == pytest.approx(288)
    cache = of(account, "CPUCreditBalance", "AWS/ElastiCache", CacheClusterId="c-1", CacheNodeId="0001")
    assert cache[-1] == pytest.approx(576)


def test_a_volumes_burst_balance_falls(account):
    seed(account, "volumes", ids=["vol-1"], gigabytes=100, load=[[3, 1800]])  # 1,500 a second more than are earned
    balance = of(account, "BurstBalance", "AWS/EBS", hours=3, VolumeId="vol-1")
    assert balance[0] == pytest.approx(100, abs=10)
    assert (balance[13], balance[-1]) == (0, 0)


def test_only_burstable_types_have_credits(account):
    with pytest.raises(ControlError, match="burstable"):
        burstable(account, [[1, 1]], type="m5.large")
