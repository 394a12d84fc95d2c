"""ECS services: images that may change, deployments that never end, tasks and targets that are ill."""

from dataclasses import replace

import pytest

from tasks.checks import ecs_wont_stabilise, health_check_mismatch, mutable_tag, service_unhealthy
from tasks.checks.ecs_wont_stabilise import Way
from tasks.checks.mutable_tag import Image
from tasks.checks.service_unhealthy import Service
from tasks.sweeps import security_groups
from tasks.sweeps.target_groups import Target, Watched
from tests.checks.answers import Answers, measured, series
from tests.checks.reading import NOW, ago, gathered, judged, resource

REPOSITORY = "1.dkr.ecr.eu-central-1.amazonaws.com/shop/web"
DIGEST = "sha256:" + "a" * 64
LATEST = Image("web", f"{REPOSITORY}:latest", "latest", False, True, DIGEST)
TAGGED = Image("web", f"{REPOSITORY}:v1", "v1", False, True, DIGEST)
RUNS = mutable_tag.Facts(resource("arn:service", name="web"), False, (LATEST,))


def test_latest_is_found_and_its_digest_offered():
    found = judged(mutable_tag, RUNS)
    assert (found.severity, f"{REPOSITORY}@{DIGEST}" in found.advice) == ("medium", True)


def test_latest_in_a_protected_environment_is_severe():
    assert judged(mutable_tag, replace(RUNS, protected=True)).severity == "high"


def test_a_movable_tag_is_found_where_it_is_protected():
    assert judged(mutable_tag, replace(RUNS, images=(TAGGED,), protected=True)).severity == "medium"
    assert judged(mutable_tag, replace(RUNS, images=(TAGGED,))) is None


@pytest.mark.parametrize(
    "image", [replace(TAGGED, mutable=False), replace(LATEST, pinned=True)], ids=["fixed", "digest"]
)
def test_an_image_that_cannot_change_is_not_found(image):
    assert judged(mutable_tag, replace(RUNS, images=(image,), protected=True)) is None


def test_another_registry_is_not_known():
    found = judged(mutable_tag, replace(RUNS, images=(replace(TAGGED, mutable=None),), protected=True))
    assert (found.severity, "not known" in found.detail) == ("low", True)


def test_a_lost_task_definition_is_told():
    assert "not known" in judged(mutable_tag, replace(RUNS, images=None)).detail


@pytest.mark.parametrize(
    ("name", "tag", "pinned"),
    [
        ("nginx", "", False),
        ("host:5000/web", "", False),
        (f"{REPOSITORY}:v1", "v1", False),
        (f"web@{DIGEST}", "", True),
    ],
)
def test_a_name_is_taken_apart(name, tag, pinned):
    image = mutable_tag.image("web", name, {}, {})
    assert (image.tag, image.pinned) == (tag, pinned)


def cluster(service=None, definition=None):
    container = {"name": "web", "image": TAGGED.name, "portMappings": [{"containerPort": 8080}]}
    told = {"serviceArn": "arn:service", "serviceName": "web", "status": "ACTIVE", "taskDefinition": "arn:td"}
    return {
        ("ecs", "list_clusters"): {"clusterArns": ["arn:cluster"]},
        ("ecs", "list_services"): {"serviceArns": ["arn:service"]},
        ("ecs", "describe_services"): {"services": [told | (service or {})]},
        ("ecs", "describe_task_definition"): {
            "taskDefinition": {"containerDefinitions": [container], "networkMode": "awsvpc"} | (definition or {})
        },
    }


def test_images_are_joined_with_their_repositories_and_digests():
    given = cluster() | {
        ("ecr", "describe_repositories"): {
            "repositories": [{"repositoryUri": REPOSITORY, "imageTagMutability": "MUTABLE"}]
        },
        ("ecr", "describe_images"): {"imageDetails": [{"imageDigest": DIGEST}]},
    }
    (facts,) = gathered(mutable_tag, Answers(given, protected=True))
    assert (facts.images, facts.protected) == ((TAGGED,), True)


GOOD = Way("web", 8080, (8080,), 8080)
STABLE = ecs_wont_stabilise.Facts(resource("arn:service", name="web"), (GOOD,), breaker=True)


def test_a_service_whose_ways_fit_is_well():
    assert judged(ecs_wont_stabilise, STABLE) is None


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"port": 80}, "has no port 80"),
        ({"health": 9000}, "asks port 9000"),
        ({"fits": False}, "awsvpc needs ip"),
        ({"open": False}, "lets the load balancer in to port 8080"),
    ],
)
def test_a_way_that_never_passes_is_found(changed, words):
    found = judged(ecs_wont_stabilise, replace(STABLE, ways=(replace(GOOD, **changed),)))
    assert words in found.detail
    assert found.severity is None


def test_a_missing_circuit_breaker_is_low():
    facts = replace(STABLE, breaker=False)
    assert judged(ecs_wont_stabilise, facts).severity == "low"
    assert judged(ecs_wont_stabilise, facts, breaker=False) is None


def group(**more):
    return {
        "TargetGroupArn": "arn:aws:elasticloadbalancing:eu-central-1:1:targetgroup/web/1",
        "TargetGroupName": "web",
        "LoadBalancerArns": ["arn:aws:elasticloadbalancing:eu-central-1:1:loadbalancer/app/web/1"],
        "TargetType": "ip",
        "HealthCheckPort": "traffic-port",
        "HealthCheckPath": "/health",
        "Matcher": {"HttpCode": "200"},
    } | more


def network(rule):
    balancer = {"LoadBalancerArn": group()["LoadBalancerArns"][0], "SecurityGroups": ["sg-lb"]}
    return {
        ("elbv2", "describe_target_groups"): {"TargetGroups": [group()]},
        ("elbv2", "describe_load_balancers"): {"LoadBalancers": [balancer]},
        ("ec2", "describe_security_groups"): {"SecurityGroups": [{"GroupId": "sg-task", "IpPermissions": [rule]}]},
        ("ec2", "describe_subnets"): {"Subnets": []},
    }


def tcp(port, **sources):
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **sources}


@pytest.mark.parametrize(("port", "open_"), [(8080, True), (80, False)])
def test_the_rules_from_the_load_balancer_are_followed(port, open_):
    ways = {"containerName": "web", "containerPort": 8080, "targetGroupArn": group()["TargetGroupArn"]}
    vpc = {"awsvpcConfiguration": {"securityGroups": ["sg-task"]}}
    service = {"loadBalancers": [ways], "networkConfiguration": vpc}
    given = cluster(service) | network(tcp(port, UserIdGroupPairs=[{"GroupId": "sg-lb"}]))
    (facts,) = gathered(ecs_wont_stabilise, Answers(given))
    assert facts.ways == (replace(GOOD, open=open_),)


@pytest.mark.parametrize(
    ("rule", "open_"),
    [
        (tcp(443, IpRanges=[{"CidrIp": "0.0.0.0/0"}]), True),
        (tcp(443, IpRanges=[{"CidrIp": "10.0.0.0/16"}]), True),
        (tcp(443, IpRanges=[{"CidrIp": "10.9.0.0/16"}]), False),
        (tcp(443, PrefixListIds=[{"PrefixListId": "pl-1"}]), None),
        ({"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-lb"}]}, True),
        ({"IpProtocol": "udp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}, False),
    ],
)
def test_a_rule_lets_in_by_port_and_source(rule, open_):
    assert security_groups.lets_in([{"IpPermissions": [rule]}], 443, ["sg-lb"], ["10.0.1.0/24"]) is open_


SERVICE = Service(resource("arn:service", name="web"), 2, 2, events=("(service web) was unable to place a task.",))


def test_a_service_with_all_its_tasks_is_well():
    assert judged(service_unhealthy, service_unhealthy.Facts(NOW, SERVICE)) is None


@pytest.mark.parametrize(("running", "severity"), [(1, None), (0, "critical")])
def test_missing_tasks_are_found_with_the_last_event(running, severity):
    found = judged(service_unhealthy, service_unhealthy.Facts(NOW, replace(SERVICE, running=running)))
    assert found.detail == f"{running} of 2 tasks run. Its last event: {SERVICE.events[0]}"
    assert found.severity == severity


@pytest.mark.parametrize(("minutes", "found"), [(14, False), (16, True)])
def test_a_young_deployment_explains_missing_tasks(minutes, found):
    deploys = replace(SERVICE, running=1, deploying=ago(minutes=minutes))
    assert (judged(service_unhealthy, service_unhealthy.Facts(NOW, deploys)) is not None) is found


ILL = Target("i-1", 80, "unhealthy", "Target.ResponseCodeMismatch", "Health checks failed with these codes: [404]")
HEALTHY = Target("i-2", 80, "healthy")


def watched(*counts, targets=(ILL, HEALTHY), **more):
    return Watched(group(**more), series(*counts, minutes=1), targets)


@pytest.mark.parametrize(("counts", "found"), [((0, 0, 1, 1), True), ((1, 1, 1, 0), False), ((0, 0, 0, 1), False)])
def test_unhealthy_targets_are_found_after_two_minutes(counts, found):
    facts = service_unhealthy.Facts(NOW, group=watched(*counts))
    assert (judged(service_unhealthy, facts) is not None) is found


def test_without_figures_the_targets_say_it_and_the_time_is_not_known():
    found = judged(service_unhealthy, service_unhealthy.Facts(NOW, group=watched()))
    assert (found.severity, "not known" in found.detail) == ("medium", True)


def test_no_healthy_target_is_critical():
    facts = service_unhealthy.Facts(NOW, group=watched(1, 1, targets=(ILL,)))
    assert judged(service_unhealthy, facts).severity == "critical"


def mismatch(target, shut=None, **more):
    return health_check_mismatch.Facts(watched(1, 1, targets=(target,), **more), NOW, shut)


def test_a_path_that_answers_another_status_is_found():
    found = judged(health_check_mismatch, mismatch(ILL))
    assert "(HTTP /health on its own port). They answer 404, and 200 is wanted." in found.detail


@pytest.mark.parametrize(
    ("shut", "words"), [((80,), "in to port 80"), ((), "though the security groups"), (None, "is not known")]
)
def test_silence_is_told_with_what_the_security_groups_say(shut, words):
    silent = Target("i-1", 80, "unhealthy", "Target.Timeout", "Request timed out")
    assert words in judged(health_check_mismatch, mismatch(silent, shut)).detail


def test_a_few_ill_targets_among_many_are_no_mismatch():
    facts = health_check_mismatch.Facts(watched(1, 1, targets=(ILL, HEALTHY, HEALTHY)), NOW)
    assert judged(health_check_mismatch, facts) is None


def test_the_security_groups_of_instances_are_followed():
    told = {"InstanceId": "i-1", "SecurityGroups": [{"GroupId": "sg-task"}]}
    target = {"Target": {"Id": "i-1", "Port": 80}}
    target["TargetHealth"] = {"State": "unhealthy", "Reason": "Target.Timeout"}
    given = network(tcp(443, UserIdGroupPairs=[{"GroupId": "sg-lb"}])) | {
        ("elbv2", "describe_target_groups"): {"TargetGroups": [group(TargetType="instance")]},
        ("elbv2", "describe_target_health"): {"TargetHealthDescriptions": [target]},
        ("ec2", "describe_instances"): {"Reservations": [{"Instances": [told]}]},
    }
    (facts,) = gathered(health_check_mismatch, Answers(given))
    assert facts.shut == (80,)


def test_targets_are_read_only_where_one_may_be_ill():
    given = network(tcp(80)) | {("ecs", "list_clusters"): {"clusterArns": []}}
    given[("cloudwatch", "get_metric_data")] = measured({("UnHealthyHostCount", "app/web/1"): [0.0] * 9})
    reader = Answers(given)
    assert [facts.group.targets for facts in gathered(service_unhealthy, reader)] == [None]
    assert "describe_target_health" not in reader.calls
