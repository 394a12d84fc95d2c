"""NAT gateways, load balancers and endpoints that nothing goes through."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tasks.checks import elb_without_targets, nat_idle, vpc_endpoint_unused
from tests.checks.measuring import age, measure
from tests.checks.reading import SandboxReader, ago, cost, found, judged, price, resource

NAT = nat_idle.Facts(resource("nat-1"), cost(40), "available", ago(30), 0.5)
BALANCER = elb_without_targets.Facts(resource("arn:lb"), cost(18), "application", ago(10), targets=0, groups=1)
ENDPOINT = vpc_endpoint_unused.Facts(
    resource("vpce-1"), "Interface", "available", "com.amazonaws.eu-west-1.sqs", 2, ago(40), cost(16), 0.0
)
REDIRECT = {"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "StatusCode": "HTTP_301"}}
PRICES = [
    price(0.05, "vpc", "nat-gateway.hour"),
    price(0.005, "vpc", "public-ipv4.in-use-or-idle"),
    price(0.01, "vpc", "interface-endpoint.per-az"),
    price(0.02, "elb", "alb.hour"),
    price(0.03, "elb", "clb.hour"),
]


@pytest.fixture
def ec2(account):
    return account.client("ec2")


@pytest.fixture
def subnets(ec2):
    return [each["SubnetId"] for each in ec2.describe_subnets()["Subnets"]][:2]


@pytest.fixture
def elbv2(account):
    return account.client("elbv2")


@pytest.fixture
def group(ec2, elbv2):
    """The ARN of a target group without targets."""
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    asked = {"Protocol": "HTTP", "Port": 80, "VpcId": vpc, "TargetType": "ip"}
    return elbv2.create_target_group(Name="web", **asked)["TargetGroups"][0]["TargetGroupArn"]


@pytest.fixture
def today(account):
    return SandboxReader(account, PRICES)


@pytest.fixture
def later(account):
    return SandboxReader(account, PRICES, datetime.now(UTC) + timedelta(days=60))


def test_a_gateway_without_traffic_is_told_with_what_went_through():
    finding = judged(nat_idle.CHECK, NAT)

    assert finding.detail == "0.5 MB went through it in 14 days."


@pytest.mark.parametrize("changed", [{"mb": 1.01}, {"mb": None}, {"state": "deleting"}, {"made": ago(13)}])
def test_a_gateway_in_use_new_or_not_measured_is_left_alone(changed):
    assert judged(nat_idle.CHECK, replace(NAT, **changed)) is None


def test_a_gateway_at_the_limit_is_found():
    assert judged(nat_idle.CHECK, replace(NAT, mb=1.0, made=ago(14)))


def test_a_regional_gateway_has_no_known_price(later):
    assert nat_idle.cost({"AvailabilityMode": "regional"}, later).usd is None


def test_a_gateway_is_found_with_its_hours_and_its_address(today, ec2, subnets):
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    idle = ec2.create_nat_gateway(SubnetId=subnets[0], AllocationId=address)["NatGateway"]["NatGatewayId"]
    ec2.create_nat_gateway(SubnetId=subnets[1], ConnectivityType="private")
    age(today, "nat-gateway", idle)
    zero = {"BytesOutToDestination": 0, "BytesInFromDestination": 0}
    measure(today, "AWS/NATGateway", {"NatGatewayId": idle}, zero)

    assert {name: each.usd for name, each in found(nat_idle.CHECK, today).items()} == {idle: 40.15}


def test_a_load_balancer_without_targets_is_found():
    assert judged(elb_without_targets.CHECK, BALANCER).detail.endswith("made 10 days ago.")


@pytest.mark.parametrize("changed", [{"targets": 1}, {"answers": True}, {"made": ago(6)}])
def test_a_load_balancer_with_targets_or_answers_of_its_own_is_left_alone(changed):
    assert judged(elb_without_targets.CHECK, replace(BALANCER, **changed)) is None


def balancer(elbv2, subnets, name):
    return elbv2.create_load_balancer(Name=name, Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]


def listening(elbv2, arn, port=80, **action):
    asked = {"LoadBalancerArn": arn, "Protocol": "HTTP", "Port": port, "DefaultActions": [action]}
    return elbv2.create_listener(**asked)


def test_a_load_balancer_that_only_redirects_is_in_use(later, elbv2, subnets):
    empty, redirecting = balancer(elbv2, subnets, "empty"), balancer(elbv2, subnets, "redirecting")
    listening(elbv2, redirecting, **REDIRECT)
    elbv2.add_tags(ResourceArns=[empty], Tags=[{"Key": "owner", "Value": "web"}])

    findings = found(elb_without_targets.CHECK, later)

    assert {name: each.usd for name, each in findings.items()} == {empty: 14.6}
    assert findings[empty].tags == {"owner": "web"}


def test_a_load_balancer_that_redirects_to_its_own_empty_group_is_found(later, elbv2, subnets, group):
    arn = balancer(elbv2, subnets, "web")
    listening(elbv2, arn, Type="forward", TargetGroupArn=group)
    listening(elbv2, arn, port=81, **REDIRECT)

    assert found(elb_without_targets.CHECK, later)[arn].detail.startswith("No targets to send anything to, in 1 target")


def test_a_load_balancer_with_a_registered_target_is_in_use(later, elbv2, subnets, group):
    listening(elbv2, balancer(elbv2, subnets, "web"), Type="forward", TargetGroupArn=group)
    elbv2.register_targets(TargetGroupArn=group, Targets=[{"Id": "10.0.0.1"}])

    assert found(elb_without_targets.CHECK, later) == {}


def test_a_classic_load_balancer_without_instances_is_found(later, account):
    listeners = [{"Protocol": "HTTP", "LoadBalancerPort": 80, "InstancePort": 80}]
    asked = {"Listeners": listeners, "AvailabilityZones": ["eu-west-1a"]}
    account.client("elb").create_load_balancer(LoadBalancerName="old", **asked)

    assert found(elb_without_targets.CHECK, later)["old"].usd == 21.9


def test_an_endpoint_without_traffic_is_told_with_its_service_and_zones():
    finding = judged(vpc_endpoint_unused.CHECK, ENDPOINT)

    assert finding.detail == "Nothing went through it in 30 days. com.amazonaws.eu-west-1.sqs in 2 zones."


LEFT = [{"kind": "Gateway"}, {"state": "pending"}, {"managed": True}, {"made": ago(29)}, {"mb": 0.01}]


@pytest.mark.parametrize("changed", LEFT)
def test_an_endpoint_in_use_new_or_managed_by_aws_is_left_alone(changed):
    assert judged(vpc_endpoint_unused.CHECK, replace(ENDPOINT, **changed)) is None


def test_an_endpoint_that_reports_nothing_is_found_and_one_that_does_is_not(today, ec2, subnets):
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    service = "com.amazonaws.eu-west-1.sqs"
    asked = {"VpcId": vpc, "ServiceName": service, "VpcEndpointType": "Interface", "SubnetIds": subnets}
    unused, used = (ec2.create_vpc_endpoint(**asked)["VpcEndpoint"]["VpcEndpointId"] for _ in range(2))
    for each in (unused, used):
        age(today, "vpc-endpoint", each)
    named = {"Endpoint Type": "Interface", "Service Name": service, "VPC Endpoint Id": used, "VPC Id": vpc}
    measure(today, "AWS/PrivateLinkEndpoints", named, {"BytesProcessed": 10_000})

    assert {name: each.usd for name, each in found(vpc_endpoint_unused.CHECK, today).items()} == {unused: 14.6}
