"""Health of load balancer targets, and what runs of ECS services."""

import pytest

from sandbox.controlling import ControlError
from tests.sandbox.account import refused
from tests.sandbox.test_metrics import seed


def target_group(account, vpc):
    client = account.client("elbv2")
    asked = {"Name": "web", "Protocol": "HTTP", "Port": 80, "VpcId": vpc, "TargetType": "ip"}
    arn = client.create_target_group(**asked)["TargetGroups"][0]["TargetGroupArn"]
    client.register_targets(TargetGroupArn=arn, Targets=[{"Id": "10.0.0.1"}, {"Id": "10.0.0.2"}])
    return arn


@pytest.fixture
def arn(account):
    """A target group behind a load balancer, with two targets."""
    ec2, client = account.client("ec2"), account.client("elbv2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    zones = {"a": "10.0.1.0/24", "b": "10.0.2.0/24"}
    made = [ec2.create_subnet(VpcId=vpc, CidrBlock=c, AvailabilityZone=f"eu-west-1{z}") for z, c in zones.items()]
    balancer = client.create_load_balancer(Name="web", Subnets=[one["Subnet"]["SubnetId"] for one in made])
    arn = target_group(account, vpc)
    place = {"LoadBalancerArn": balancer["LoadBalancers"][0]["LoadBalancerArn"], "Protocol": "HTTP", "Port": 80}
    client.create_listener(**place, DefaultActions=[{"Type": "forward", "TargetGroupArn": arn}])
    return arn


def health(account, arn):
    found = account.client("elbv2").describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
    return {one["Target"]["Id"]: one["TargetHealth"] for one in found}


def test_a_target_is_unhealthy_for_a_reason(account, arn):
    seed(account, "health", target_group=arn, targets=["10.0.0.1"], reason="Target.ResponseCodeMismatch", codes="404")
    found = health(account, arn)
    told = "Health checks failed with these codes: [404]"
    assert found["10.0.0.1"] == {
        "State": "unhealthy",
        "Reason": "Target.ResponseCodeMismatch",
        "Description": told,
    }
    assert found["10.0.0.2"] == {"State": "healthy"}


@pytest.mark.parametrize(
    ("reason", "state"),
    [
        ("Elb.InitialHealthChecking", "initial"),
        ("Target.Timeout", "unhealthy"),
        ("Target.NotInUse", "unused"),
        ("Target.DeregistrationInProgress", "draining"),
        ("", "healthy"),
    ],
)
def test_a_reason_has_its_state(account, arn, reason, state):
    seed(account, "health", target_group=arn, targets=["10.0.0.1"], reason=reason)
    assert health(account, arn)["10.0.0.1"]["State"] == state


def test_targets_without_a_load_balancer_are_unused(account):
    arn = target_group(account, account.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"])
    assert health(account, arn)["10.0.0.1"]["Reason"] == "Target.NotInUse"


def test_an_unknown_target_group_is_refused(account):
    code, _, status = refused(health, account, "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/none/1")
    assert (code, status) == ("TargetGroupNotFound", 400)


def define(client, image):
    container = {"name": "web", "image": image, "memory": 128}
    client.register_task_definition(family="web", containerDefinitions=[container])


@pytest.fixture
def ecs(account):
    client = account.client("ecs")
    client.create_cluster(clusterName="web")
    define(client, "web:latest")
    client.create_service(cluster="web", serviceName="web", taskDefinition="web", desiredCount=2)
    return client


def test_a_service_runs_as_many_tasks_as_are_seeded(account, ecs):
    events = [{"hours": 2, "message": "(service web) has started 2 tasks."}, {"hours": 1, "message": "newest"}]
    seed(account, "services", cluster="web", service="web", running=1, failed=3, rollout="FAILED", events=events)
    (found,) = ecs.describe_services(cluster="web", services=["web"])["services"]
    deployment = found["deployments"][0]
    assert (found["runningCount"], found["desiredCount"]) == (1, 2)
    assert (deployment["rolloutState"], deployment["failedTasks"]) == ("FAILED", 3)
    assert deployment["rolloutStateReason"] == "ECS deployment circuit breaker: tasks failed to start."
    assert [event["message"] for event in found["events"]] == ["newest", "(service web) has started 2 tasks."]


def test_another_task_definition_may_be_what_runs(account, ecs):
    define(ecs, "web:2")
    seed(account, "services", cluster="web", service="web", running=2, task_definition="web:2")
    (found,) = ecs.describe_services(cluster="web", services=["web"])["services"]
    assert found["taskDefinition"].endswith("web:2")
    assert found["deployments"][0]["taskDefinition"].endswith("web:2")


def test_a_service_tells_how_it_deploys(account, ecs):
    def described():
        return ecs.describe_services(cluster="web", services=["web"])["services"][0]["deploymentConfiguration"]

    assert described()["deploymentCircuitBreaker"] == {"enable": False, "rollback": False}
    breaker = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
    ecs.update_service(cluster="web", service="web", deploymentConfiguration=breaker)
    assert described()["deploymentCircuitBreaker"]["enable"] is True
    assert described()["minimumHealthyPercent"] == 100


def test_a_service_must_exist(account):
    with pytest.raises(ControlError, match="no service web"):
        seed(account, "services", service="web", running=1)
