"""Caches that may lose jobs."""

from dataclasses import replace

import pytest

from tasks.checks import broker_unsafe
from tests.checks.answers import Answers
from tests.checks.reading import gathered, judged, resource

SAFE = broker_unsafe.Facts(resource("arn:queue", name="queue"), 2, True, "noeviction")


def test_two_nodes_with_failover_that_evict_nothing_are_safe():
    assert judged(broker_unsafe, SAFE) is None


@pytest.mark.parametrize(
    ("changed", "words", "severity"),
    [
        ({"nodes": 1}, "A shard has 1 node.", None),
        ({"failover": False}, "failover is off", None),
        ({"policy": "volatile-lru"}, "drops keys (volatile-lru)", "medium"),
        ({"policy": None}, "not known", "low"),
    ],
)
def test_a_broker_that_may_lose_jobs_is_found(changed, words, severity):
    found = judged(broker_unsafe, replace(SAFE, **changed))
    assert (words in found.detail, found.severity) == (True, severity)


def test_only_caches_of_the_named_kind_are_judged():
    assert judged(broker_unsafe, replace(SAFE, nodes=1), names="*broker*") is None
    assert (
        judged(broker_unsafe, replace(SAFE, nodes=1, resource=resource(name="jobs-broker-1")), names="*broker*")
        is not None
    )


def test_groups_single_nodes_and_their_parameters_are_joined():
    def parameters(arguments):
        policy = {"p-jobs": "noeviction", "p-cache": "allkeys-lru"}[arguments["CacheParameterGroupName"]]
        return [{"Parameters": []}, {"Parameters": [{"ParameterName": "maxmemory-policy", "ParameterValue": policy}]}]

    def cache(name, group, engine="redis", **more):
        told = {"CacheClusterId": name, "ARN": f"arn:{name}", "Engine": engine}
        return told | {"CacheParameterGroup": {"CacheParameterGroupName": group}} | more

    members = [cache("jobs-1", "p-jobs", ReplicationGroupId="jobs"), cache("one", "p-cache")]
    shard = {"NodeGroupMembers": [{}, {}]}
    group = {"ReplicationGroupId": "jobs", "ARN": "arn:jobs", "MemberClusters": ["jobs-1"], "NodeGroups": [shard]}
    given = {
        ("elasticache", "describe_cache_clusters"): {"CacheClusters": [*members, cache("m", "p", "memcached")]},
        ("elasticache", "describe_replication_groups"): {
            "ReplicationGroups": [group | {"AutomaticFailover": "enabled"}]
        },
        ("elasticache", "describe_cache_parameters"): parameters,
    }
    found = {
        facts.resource.name: (facts.nodes, facts.failover, facts.policy)
        for facts in gathered(broker_unsafe, Answers(given))
    }
    assert found == {"jobs": (2, True, "noeviction"), "one": (1, False, "allkeys-lru")}
