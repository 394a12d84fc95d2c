"""Pages of listings, and what they show, as the cost checks read them."""

from types import SimpleNamespace

import pytest

from sandbox.ec2 import tags
from tests.sandbox.account import refused


def volumes(ec2, number, **given):
    given = {"AvailabilityZone": "eu-west-1a", "Size": 8, **given}
    return [ec2.create_volume(**given)["VolumeId"] for _ in range(number)]


def paged(client, operation, key, size=5, **given):
    """The rows of every page, and how many pages there were."""
    rows, pages, more = [], 0, {}
    while pages == 0 or more:
        answer = getattr(client, operation)(**given, MaxResults=size, **more)
        rows, pages = rows + answer[key], pages + 1
        more = {name: answer[name] for name in ("NextToken",) if name in answer}
    return rows, pages


def test_volumes_come_in_pages(account):
    ec2 = account.client("ec2")
    made = volumes(ec2, 12)
    rows, pages = paged(ec2, "describe_volumes", "Volumes")
    assert [row["VolumeId"] for row in rows] == made
    assert pages == 3


def test_without_a_size_all_volumes_come_at_once(account):
    ec2 = account.client("ec2")
    volumes(ec2, 7)
    answer = ec2.describe_volumes()
    assert len(answer["Volumes"]) == 7
    assert "NextToken" not in answer


def test_filters_count_before_pages(account):
    ec2 = account.client("ec2")
    for kind in ("gp2", "gp3", "gp2", "gp3") * 3:
        volumes(ec2, 1, VolumeType=kind)
    wanted = [{"Name": "volume-type", "Values": ["gp3"]}, {"Name": "status", "Values": ["available"]}]
    rows, pages = paged(ec2, "describe_volumes", "Volumes", Filters=wanted)
    assert {row["VolumeType"] for row in rows} == {"gp3"}
    assert (len(rows), pages) == (6, 2)


def test_a_volume_that_goes_between_two_pages_shifts_none(account):
    ec2 = account.client("ec2")
    made = volumes(ec2, 8)
    token = ec2.describe_volumes(MaxResults=5)["NextToken"]
    ec2.delete_volume(VolumeId=made[1])
    rest = ec2.describe_volumes(MaxResults=5, NextToken=token)["Volumes"]
    assert [row["VolumeId"] for row in rest] == made[5:]


@pytest.mark.parametrize(
    ("given", "code", "message"),
    [
        (
            {"MaxResults": 4},
            "InvalidParameterValue",
            "Value ( 4 ) for parameter maxResults is invalid. Expecting a value greater than 5.",
        ),
        ({"NextToken": "nonsense", "MaxResults": 5}, "InvalidParameterValue", "Unable to parse pagination token"),
        (
            {"VolumeIds": ["vol-1"], "MaxResults": 5},
            "InvalidParameterCombination",
            "The parameter volumeSet cannot be used with the parameter maxResults",
        ),
        (
            {"Filters": [{"Name": "colour", "Values": ["red"]}]},
            "InvalidParameterValue",
            "The filter 'colour' is invalid",
        ),
        ({"VolumeIds": ["vol-1"]}, "InvalidVolume.NotFound", "The volume 'vol-1' does not exist."),
    ],
)
def test_a_listing_of_volumes_is_refused(account, given, code, message):
    assert refused(account.client("ec2").describe_volumes, **given) == (code, message, 400)


def test_more_than_a_thousand_volumes_is_a_thousand(bench):
    answer = bench.client("ec2").describe_volumes(MaxResults=5000)
    assert len(answer["Volumes"]) == 1000
    assert answer["NextToken"]


def test_tags_and_wildcards_filter(account):
    ec2 = account.client("ec2")
    first, second, _ = volumes(ec2, 3)
    ec2.create_tags(Resources=[first], Tags=[{"Key": "Team", "Value": "search"}])
    ec2.create_tags(Resources=[second], Tags=[{"Key": "Team", "Value": "[shop]"}])

    def found(name, *values):
        answer = ec2.describe_volumes(Filters=[{"Name": name, "Values": list(values)}])
        return {row["VolumeId"] for row in answer["Volumes"]}

    assert found("tag:Team", "sea*") == {first}
    assert found("tag:Team", "[shop]", "search") == {first, second}
    assert found("tag-key", "Team") == {first, second}
    assert found("tag:Team", "SEARCH") == set()


STANDARD = {"CpuCredits": "standard"}


class Unwalked(dict):
    """Tags that may be looked up and not gone through."""

    def __iter__(self):
        raise AssertionError("every tag was looked at")

    items = values = keys = __iter__


def test_a_resource_finds_its_tags_without_a_walk_through_all():
    backend = SimpleNamespace(tags=Unwalked({"vol-1": {"Team": "search"}, "vol-2": {"Team": "shop"}}))
    found = tags.describe_tags(backend, {"resource-id": ["vol-1"]})
    assert [(row["resource_id"], row["value"], row["resource_type"]) for row in found] == [
        ("vol-1", "search", "volume")
    ]


def test_snapshots_are_listed_by_their_owner(account):
    ec2, other = account.client("ec2"), account.sandbox.client("ec2", account="999999999999")
    snapshot = ec2.create_snapshot(VolumeId=volumes(ec2, 1)[0])["SnapshotId"]
    rows, _ = paged(ec2, "describe_snapshots", "Snapshots", OwnerIds=["self"])
    assert [row["SnapshotId"] for row in rows] == [snapshot]
    assert ec2.describe_snapshots(OwnerIds=["999999999999"])["Snapshots"] == []
    assert snapshot not in {row["SnapshotId"] for row in other.describe_snapshots()["Snapshots"]}


@pytest.mark.parametrize(
    ("operation", "key", "most"),
    [
        ("describe_network_interfaces", "NetworkInterfaces", 1000),
        ("describe_route_tables", "RouteTables", 100),
        ("describe_subnets", "Subnets", 1000),
        ("describe_security_groups", "SecurityGroups", 1000),
        ("describe_vpcs", "Vpcs", 1000),
        ("describe_internet_gateways", "InternetGateways", 1000),
        ("describe_nat_gateways", "NatGateways", 1000),
        ("describe_instances", "Reservations", 1000),
        ("describe_images", "Images", 1000),
        ("describe_instance_types", "InstanceTypes", 100),
    ],
)
def test_each_listing_has_its_bounds(account, operation, key, most):
    call = getattr(account.client("ec2"), operation)
    assert key in call(MaxResults=most)
    message = f"Value ( {most + 1} ) for parameter maxResults is invalid. Expecting a value smaller than {most}."
    assert refused(call, MaxResults=most + 1) == ("InvalidParameterValue", message, 400)


def test_instance_types_come_by_a_hundred(account):
    ec2 = account.client("ec2")
    first = ec2.describe_instance_types()
    second = ec2.describe_instance_types(NextToken=first["NextToken"])
    names = [row["InstanceType"] for row in first["InstanceTypes"] + second["InstanceTypes"]]
    assert len(set(names)) == 200


def test_a_stopped_instance_says_when(account):
    ec2 = account.client("ec2")
    made = ec2.run_instances(ImageId="ami-1", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    ec2.stop_instances(InstanceIds=[made])
    row = ec2.describe_instances(InstanceIds=[made])["Reservations"][0]["Instances"][0]
    assert row["StateTransitionReason"].startswith("User initiated (20")
    assert row["StateTransitionReason"].endswith(" GMT)")


def test_a_deleted_nat_gateway_frees_its_address(account):
    ec2 = account.client("ec2")
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    made = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]["NatGatewayId"]
    ec2.delete_nat_gateway(NatGatewayId=made)
    row = ec2.describe_nat_gateways(NatGatewayIds=[made])["NatGateways"][0]
    assert row["State"] == "deleted"
    assert row["DeleteTime"] >= row["CreateTime"]
    assert "AssociationId" not in ec2.describe_addresses(AllocationIds=[address])["Addresses"][0]


def test_an_unknown_nat_gateway_is_named(account):
    ec2 = account.client("ec2")
    found = refused(ec2.delete_nat_gateway, NatGatewayId="nat-1")
    assert found == ("NatGatewayNotFound", "NatGateway nat-1 was not found", 400)


def test_endpoints_are_filtered_by_type_and_state(account):
    ec2 = account.client("ec2")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    name = "com.amazonaws.eu-west-1.ssm"
    ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=name, VpcEndpointType="Interface", SubnetIds=[])
    kind = {"Name": "vpc-endpoint-type", "Values": ["Interface"]}
    ready = {"Name": "vpc-endpoint-state", "Values": ["available"]}
    assert len(ec2.describe_vpc_endpoints(Filters=[kind, ready])["VpcEndpoints"]) == 1
    assert ec2.describe_vpc_endpoints(Filters=[{"Name": "service-name", "Values": ["x"]}])["VpcEndpoints"] == []


def test_a_disabled_image_is_shown_when_asked_for(account):
    ec2 = account.client("ec2")
    instance = ec2.run_instances(ImageId="ami-1", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    image = ec2.create_image(InstanceId=instance, Name="base")["ImageId"]
    ec2.disable_image(ImageId=image)
    assert ec2.describe_images(Owners=["self"])["Images"] == []
    assert len(ec2.describe_images(Owners=["self"], IncludeDisabled=True)["Images"]) == 1


def test_instances_are_filtered_within_their_reservation(account):
    ec2 = account.client("ec2")
    made = ec2.run_instances(ImageId="ami-1", MinCount=2, MaxCount=2)["Instances"]
    ec2.stop_instances(InstanceIds=[made[0]["InstanceId"]])
    stopped = [{"Name": "instance-state-name", "Values": ["stopp*"]}]
    found = ec2.describe_instances(Filters=stopped)["Reservations"]
    assert [row["InstanceId"] for row in found[0]["Instances"]] == [made[0]["InstanceId"]]
    assert ec2.describe_instances(Filters=[{"Name": "instance-lifecycle", "Values": ["spot"]}])["Reservations"] == []
    assert len(ec2.describe_instances()["Reservations"][0]["Instances"]) == 2


def test_a_loose_address_has_neither_instance_nor_interface(account):
    ec2 = account.client("ec2")
    ec2.allocate_address(Domain="vpc")
    found = ec2.describe_addresses()["Addresses"][0]
    assert set(found) == {"PublicIp", "AllocationId", "Domain", "PublicIpv4Pool", "NetworkBorderGroup"}


def test_launch_templates_come_in_pages(account):
    ec2 = account.client("ec2")
    for number in range(20):
        ec2.create_launch_template(LaunchTemplateName=f"t-{number}", LaunchTemplateData={"ImageId": "ami-1"})
    assert len(ec2.describe_launch_templates()["LaunchTemplates"]) == 20
    rows, pages = paged(
        ec2,
        "describe_launch_template_versions",
        "LaunchTemplateVersions",
        size=15,
        Versions=["$Latest", "$Default"],
    )
    assert (len({row["LaunchTemplateId"] for row in rows}), len(rows), pages) == (20, 20, 2)


def test_an_address_is_found_by_its_ip_until_it_is_released(account):
    ec2 = account.client("ec2")
    first, second = (ec2.allocate_address(Domain="vpc") for _ in range(2))
    assert ec2.describe_addresses(PublicIps=[first["PublicIp"]])["Addresses"][0]["Domain"] == "vpc"
    interface = ec2.create_network_interface(SubnetId=ec2.describe_subnets()["Subnets"][0]["SubnetId"])
    held = interface["NetworkInterface"]["NetworkInterfaceId"]
    ec2.associate_address(AllocationId=first["AllocationId"], NetworkInterfaceId=held)
    shown = ec2.describe_network_interfaces(NetworkInterfaceIds=[held])["NetworkInterfaces"][0]
    assert shown["Association"]["PublicIp"] == first["PublicIp"]
    ec2.release_address(AllocationId=second["AllocationId"])
    ec2.allocate_address(Domain="vpc")
    assert refused(ec2.release_address, PublicIp=second["PublicIp"])[0] == "InvalidAddress.NotFound"


def test_a_burstable_instance_has_a_credit_specification(account):
    ec2 = account.client("ec2")

    def launched(kind, **given):
        made = ec2.run_instances(ImageId="ami-1", MinCount=1, MaxCount=1, InstanceType=kind, **given)
        return made["Instances"][0]["InstanceId"]

    def shown(**given):
        rows = ec2.describe_instance_credit_specifications(**given)["InstanceCreditSpecifications"]
        return {row["InstanceId"]: row["CpuCredits"] for row in rows}

    old, new, thrifty = launched("t2.micro"), launched("t3.micro"), launched("t3.micro", CreditSpecification=STANDARD)
    launched("m5.large")
    assert shown() == {new: "unlimited"}
    assert shown(InstanceIds=[old, thrifty]) == {old: "standard", thrifty: "standard"}
    ec2.modify_instance_credit_specification(
        InstanceCreditSpecifications=[{"InstanceId": old, "CpuCredits": "unlimited"}]
    )
    assert shown() == {old: "unlimited", new: "unlimited"}
