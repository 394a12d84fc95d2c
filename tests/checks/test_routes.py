"""Subnets without a way out: for Systems Manager, and for what user data installs."""

import base64
import gzip
from dataclasses import replace

import pytest

from tasks.checks import ssm_endpoints, userdata_no_route
from tasks.sweeps import launch_templates, subnets
from tasks.sweeps.subnets import Subnet
from tests.checks.answers import Answers
from tests.checks.reading import NOW, SandboxReader, gathered, judged, resource

PRIVATE = Subnet("subnet-1", "app", "vpc-1", "10.0.1.0/24", "none")
ALL = dict.fromkeys(("ssm", "ssmmessages", "ec2messages", "sts"), True)
SHUT_IN = ssm_endpoints.Facts(PRIVATE, NOW, 2, {})


def test_neither_nat_nor_endpoints_is_found():
    found = judged(ssm_endpoints, SHUT_IN)
    assert "2 instances have neither a NAT gateway nor" in found.detail
    assert "Missing: ssm, ssmmessages, ec2messages, sts." in found.detail


@pytest.mark.parametrize("way", ["nat", "internet"])
def test_a_way_out_is_enough(way):
    assert judged(ssm_endpoints, replace(SHUT_IN, subnet=replace(PRIVATE, way=way))) is None


def test_all_endpoints_are_enough():
    assert judged(ssm_endpoints, replace(SHUT_IN, endpoints=ALL)) is None


def test_one_closed_endpoint_is_found():
    found = judged(ssm_endpoints, replace(SHUT_IN, endpoints=ALL | {"sts": False}))
    assert "Closed on port 443: sts." in found.detail


@pytest.mark.parametrize(
    "facts",
    [replace(SHUT_IN, endpoints=ALL | {"ssm": None}), replace(SHUT_IN, subnet=replace(PRIVATE, way="other"))],
    ids=["rules by group", "another network"],
)
def test_what_is_not_known_is_told(facts):
    found = judged(ssm_endpoints, facts)
    assert (found.severity, "not known" in found.detail) == ("low", True)


def test_a_subnet_without_instances_is_left_alone():
    assert judged(ssm_endpoints, replace(SHUT_IN, instances=0)) is None
    assert judged(ssm_endpoints, replace(SHUT_IN, instances=0), empty=True) is not None


@pytest.mark.parametrize(
    ("routes", "way"),
    [
        ([], "none"),
        ([{"DestinationCidrBlock": "10.0.0.0/8", "GatewayId": "local"}], "none"),
        ([{"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"}], "internet"),
        ([{"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1"}], "nat"),
        ([{"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-2"}], "broken"),
        ([{"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "blackhole"}], "broken"),
        ([{"DestinationCidrBlock": "0.0.0.0/0", "TransitGatewayId": "tgw-1"}], "other"),
    ],
)
def test_a_default_route_leads_somewhere(routes, way):
    assert subnets.way(routes, {"nat-1": "available", "nat-2": "failed"}) == way


@pytest.mark.parametrize(
    ("rule", "reached"),
    [
        ({"IpRanges": [{"CidrIp": "10.0.0.0/16"}]}, True),
        ({"IpRanges": [{"CidrIp": "10.9.0.0/16"}]}, False),
        ({"UserIdGroupPairs": [{"GroupId": "sg-app"}]}, None),
    ],
)
def test_an_endpoint_lets_a_range_in_by_its_rules(rule, reached):
    rules = {"sg-1": {"IpPermissions": [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, **rule}]}}
    assert subnets.reached({"Groups": [{"GroupId": "sg-1"}]}, "10.0.1.0/24", rules) is reached


def test_a_private_subnet_of_the_sandbox_is_read(account):
    ec2 = account.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    made = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    ec2.run_instances(ImageId="ami-12c6146b", InstanceType="t3.micro", MinCount=1, MaxCount=1, SubnetId=made)
    found = {facts.subnet.id: facts for facts in gathered(ssm_endpoints, SandboxReader(account))}
    assert (found[made].subnet.way, found[made].instances) == ("none", 1)


SCRIPT = "#!/bin/bash\n# dnf install nothing\ndnf -y install nginx\ncurl http://169.254.169.254/latest/meta-data\n"
INSTALLS = userdata_no_route.Facts(resource("arn:web", name="web"), "web:3", ("dnf",), (PRIVATE,))


def test_an_installer_without_a_way_out_is_found():
    found = judged(userdata_no_route, INSTALLS)
    assert found.detail == "Its instances run dnf at their start, and subnet-1 has no route to the internet."


@pytest.mark.parametrize("facts", [replace(INSTALLS, commands=()), replace(INSTALLS, shut=())])
def test_without_an_installer_or_with_a_way_out_it_is_well(facts):
    assert judged(userdata_no_route, facts) is None


def test_an_installer_that_needs_no_way_out_is_left_out():
    assert judged(userdata_no_route, INSTALLS, ignore=["dnf"]) is None


def test_a_route_into_another_network_is_not_known():
    found = judged(userdata_no_route, replace(INSTALLS, shut=(), unsure=("subnet-2",)))
    assert (found.severity, "not known" in found.detail) == ("low", True)


def test_a_lost_version_of_the_template_is_told():
    assert "not known" in judged(userdata_no_route, replace(INSTALLS, commands=None)).detail


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("apt-get update && apt-get install -y nginx", ("apt-get",)),
        ("pip3 install --no-cache app", ("pip3",)),
        ("docker pull nginx; docker run nginx", ("docker",)),
        ("curl -fsSL https://get.example.com | sh", ("curl",)),
        ("yum clean all", ()),
        ("systemctl start web", ()),
    ],
)
def test_commands_that_need_a_way_out_are_known(line, found):
    assert userdata_no_route.commands(line) == found


@pytest.mark.parametrize("pack", [lambda data: data, gzip.compress])
def test_user_data_is_unpacked(pack):
    assert launch_templates.decoded(base64.b64encode(pack(SCRIPT.encode())).decode()) == SCRIPT


def test_what_is_no_user_data_is_empty():
    assert launch_templates.decoded("###") == ""


def template(number, default=False, script=SCRIPT):
    data = {"UserData": base64.b64encode(script.encode()).decode()}
    told = {"LaunchTemplateId": "lt-1", "LaunchTemplateName": "web", "VersionNumber": number}
    return told | {"DefaultVersion": default, "LaunchTemplateData": data}


@pytest.mark.parametrize(("wanted", "number"), [("$Latest", 3), ("$Default", 1), ("3", 3), ("2", 2)])
def test_a_group_is_followed_to_its_version(wanted, number):
    def versions(arguments):
        listed = [template(2)] if arguments["Versions"] == ["2"] else [template(1, True), template(3)]
        return {"LaunchTemplateVersions": listed}

    group = {"LaunchTemplate": {"LaunchTemplateId": "lt-1", "Version": wanted}}
    reader = Answers({("ec2", "describe_launch_template_versions"): versions})
    ((_, version),) = launch_templates.of_groups(reader, [group])
    assert version.number == number


def test_subnets_and_user_data_are_joined(account):
    ec2, scaling = account.client("ec2"), account.client("autoscaling")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    made = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    data = {"ImageId": "ami-12c6146b", "InstanceType": "t3.micro", **template(1)["LaunchTemplateData"]}
    ec2.create_launch_template(LaunchTemplateName="web", LaunchTemplateData=data)
    launches = {"LaunchTemplateName": "web", "Version": "$Latest"}
    sizes = {"MinSize": 0, "MaxSize": 1, "VPCZoneIdentifier": made}
    scaling.create_auto_scaling_group(AutoScalingGroupName="web", LaunchTemplate=launches, **sizes)
    (facts,) = gathered(userdata_no_route, SandboxReader(account))
    assert (facts.commands, [subnet.id for subnet in facts.shut]) == (("dnf",), [made])
