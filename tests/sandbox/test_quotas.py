"""Service Quotas, parameter groups of caches, and instances that Systems Manager reaches."""

import pytest

from tests.sandbox.account import refused
from tests.sandbox.test_metrics import seed

VCPUS = "L-1216C47A"


def quota(account, code=VCPUS, service="ec2"):
    return account.client("service-quotas").get_service_quota(ServiceCode=service, QuotaCode=code)["Quota"]


def test_a_quota_has_its_value_and_its_usage_metric(account):
    found = quota(account)
    assert (found["Value"], found["UsageMetric"]["MetricNamespace"]) == (5, "AWS/Usage")
    assert found["QuotaArn"] == f"arn:aws:servicequotas:eu-west-1:{account.id}:ec2/{VCPUS}"


def test_an_account_has_values_of_its_own(account):
    usage = {"name": "CallCount", "dimensions": {"Service": "EC2", "Resource": "DescribeVolumes"}, "statistic": "Sum"}
    rate = {"service": "ec2", "code": "L-RATE", "name": "Rate of calls", "value": 1200, "usage": usage}
    seed(account, "quotas", quotas=[{"service": "ec2", "code": VCPUS, "value": 64}, rate])
    assert quota(account)["Value"] == 64
    assert quota(account, "L-RATE")["UsageMetric"]["MetricDimensions"] == usage["dimensions"]
    default = account.client("service-quotas").get_aws_default_service_quota(ServiceCode="ec2", QuotaCode=VCPUS)
    assert default["Quota"]["Value"] == 5


def test_quotas_come_in_pages(account):
    client = account.client("service-quotas")
    first = client.list_service_quotas(ServiceCode="vpc", MaxResults=10)
    second = client.list_service_quotas(ServiceCode="vpc", MaxResults=10, NextToken=first["NextToken"])
    codes = [one["QuotaCode"] for one in first["Quotas"] + second["Quotas"]]
    assert (len(codes), len(set(codes))) == (20, 20)


@pytest.mark.parametrize(("service", "code"), [("nothing", VCPUS), ("ec2", "L-NONE")])
def test_an_unknown_quota_is_refused(account, service, code):
    assert refused(quota, account, code, service)[0] == "NoSuchResourceException"


def parameters(account, group, **given):
    found = account.client("elasticache").describe_cache_parameters(CacheParameterGroupName=group, **given)
    return {one["ParameterName"]: one for one in found["Parameters"]}


def test_a_cache_evicts_unless_its_group_says_otherwise(account):
    assert parameters(account, "default.redis7")["maxmemory-policy"]["ParameterValue"] == "volatile-lru"
    client = account.client("elasticache")
    client.create_cache_parameter_group(
        CacheParameterGroupName="broker", CacheParameterGroupFamily="redis7", Description="jobs"
    )
    change = [{"ParameterName": "maxmemory-policy", "ParameterValue": "noeviction"}]
    client.modify_cache_parameter_group(CacheParameterGroupName="broker", ParameterNameValues=change)
    found = parameters(account, "broker", Source="user")
    assert {name: one["ParameterValue"] for name, one in found.items()} == {"maxmemory-policy": "noeviction"}


def test_default_groups_cannot_be_changed(account):
    change = account.client("elasticache").modify_cache_parameter_group
    values = [{"ParameterName": "timeout", "ParameterValue": "20"}]
    found = refused(change, CacheParameterGroupName="default.redis7", ParameterNameValues=values)
    assert found[0] == "InvalidParameterValue"


def test_an_unknown_parameter_group_is_refused(account):
    assert refused(parameters, account, "none")[0] == "CacheParameterGroupNotFound"


def test_replication_groups_tell_how_they_fail_over(account):
    client = account.client("elasticache")
    client.create_replication_group(ReplicationGroupId="broker", ReplicationGroupDescription="one")
    (found,) = client.describe_replication_groups()["ReplicationGroups"]
    assert (found["AutomaticFailover"], len(found["MemberClusters"])) == ("disabled", 1)


def test_members_of_a_replication_group_are_clusters_with_its_parameters(account):
    client = account.client("elasticache")
    asked = {"NumCacheClusters": 2, "AutomaticFailoverEnabled": True, "CacheParameterGroupName": "default.valkey8"}
    client.create_replication_group(ReplicationGroupId="broker", ReplicationGroupDescription="two", **asked)
    (group,) = client.describe_replication_groups()["ReplicationGroups"]
    roles = [member["CurrentRole"] for member in group["NodeGroups"][0]["NodeGroupMembers"]]
    clusters = client.describe_cache_clusters(ShowCacheNodeInfo=True)["CacheClusters"]
    assert (group["AutomaticFailover"], roles) == ("enabled", ["primary", "replica"])
    assert [one["CacheClusterId"] for one in clusters] == group["MemberClusters"] == ["broker-001", "broker-002"]
    assert clusters[0]["CacheParameterGroup"]["CacheParameterGroupName"] == "default.valkey8"
    assert (clusters[0]["CacheNodes"][0]["CacheNodeId"], "CacheClusterCreateTime" in clusters[0]) == ("0001", True)


def test_a_single_cluster_tells_its_nodes_when_asked(account):
    client = account.client("elasticache")
    asked = {"CacheClusterId": "sessions", "Engine": "memcached", "CacheNodeType": "cache.t3.micro"}
    client.create_cache_cluster(**asked, NumCacheNodes=2)
    (plain,) = client.describe_cache_clusters(CacheClusterId="sessions")["CacheClusters"]
    (found,) = client.describe_cache_clusters(ShowCacheNodeInfo=True)["CacheClusters"]
    assert "CacheNodes" not in plain
    assert [node["CacheNodeId"] for node in found["CacheNodes"]] == ["0001", "0002"]
    assert found["CacheParameterGroup"]["CacheParameterGroupName"] == "default.memcached1.6"


def test_an_agent_that_was_heard_is_listed(account):
    seed(account, "managed", instances=["i-1"])
    seed(account, "managed", instances=["i-2"], ping="ConnectionLost", hours=5)
    ask = account.client("ssm").describe_instance_information
    assert len(ask()["InstanceInformationList"]) == 2
    (found,) = ask(Filters=[{"Key": "PingStatus", "Values": ["ConnectionLost"]}])["InstanceInformationList"]
    assert found["InstanceId"] == "i-2"
