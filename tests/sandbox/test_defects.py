"""What moto's types break on is mended or named, and whatever else breaks fails its own resource and nothing more."""

import json

import pytest

from tests.sandbox.account import resource, topic

PLACE = {"Vpc": resource("AWS::EC2::VPC", CidrBlock="10.0.0.0/16")} | {
    name: resource("AWS::EC2::Subnet", VpcId={"Ref": "Vpc"}, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=zone)
    for number, (name, zone) in enumerate([("A", "eu-west-1a"), ("B", "eu-west-1b")])
}
BUS = resource("AWS::Events::EventBus", Name="orders")
QUEUE = resource("AWS::SQS::Queue")
DISK = resource("AWS::EC2::Volume", AvailabilityZone="eu-west-1a", Size=8)
MACHINE = resource("AWS::EC2::Instance", ImageId="ami-12c6146b", InstanceType="t3.micro", SubnetId={"Ref": "A"})
ATTACHED = resource("AWS::EC2::VolumeAttachment", InstanceId={"Ref": "I"}, VolumeId={"Ref": "V"}, Device="/dev/sdf")
SUBNETS = resource("AWS::RDS::DBSubnetGroup", DBSubnetGroupDescription="d", SubnetIds=[{"Ref": "A"}, {"Ref": "B"}])
DATABASE = resource(
    "AWS::RDS::DBInstance",
    Engine="postgres",
    DBInstanceClass="db.t4g.micro",
    AllocatedStorage="20",
    MasterUsername="orders",
    MasterUserPassword="for-tests-only",
    DBSubnetGroupName={"Ref": "Subnets"},
)
TASK = resource("AWS::ECS::TaskDefinition", ContainerDefinitions=[{"Name": "a", "Image": "b", "Memory": 128}])
CLUSTER = resource("AWS::ECS::Cluster", ClusterName="default")
SERVICE = resource("AWS::ECS::Service", needs=["C"], TaskDefinition={"Ref": "T"}, DesiredCount=1)


def endpoint(service, **more):
    return resource(
        "AWS::EC2::VPCEndpoint", VpcId={"Ref": "Vpc"}, ServiceName=f"com.amazonaws.eu-west-1.{service}", **more
    )


WHOLE = {
    "an event bus": {"Bus": BUS},
    "a gateway endpoint": PLACE | {"Endpoint": endpoint("s3")},
    "an interface endpoint": PLACE
    | {"Endpoint": endpoint("ssm", VpcEndpointType="Interface", SubnetIds=[{"Ref": "A"}])},
    "an address": {"Address": resource("AWS::EC2::EIP")},
    "an attached volume": PLACE | {"V": DISK, "I": MACHINE, "Attached": ATTACHED},
    "a database in subnets": PLACE | {"Subnets": SUBNETS, "Database": DATABASE},
    "a service on the default cluster": {"T": TASK, "C": CLUSTER, "Service": SERVICE},
    "a repository": {"Repository": resource("AWS::ECR::Repository")},
    "a document": {
        "Document": resource("AWS::SSM::Document", Content={"schemaVersion": "2.2"}, DocumentType="Command")
    },
}
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
METHOD = {
    "Api": resource("AWS::ApiGateway::RestApi", Name="orders"),
    "Path": resource(
        "AWS::ApiGateway::Resource",
        RestApiId={"Ref": "Api"},
        ParentId={"Fn::GetAtt": ["Api", "RootResourceId"]},
        PathPart="p",
    ),
    "Method": resource(
        "AWS::ApiGateway::Method",
        RestApiId={"Ref": "Api"},
        ResourceId={"Ref": "Path"},
        HttpMethod="GET",
        AuthorizationType="NONE",
        Integration={"Type": "MOCK"},
    ),
}


def body(resources):
    return json.dumps({"Resources": resources})


@pytest.mark.parametrize("resources", WHOLE.values(), ids=WHOLE)
def test_what_moto_breaks_on_is_made_and_goes_away(account, resources):
    made = account.create(body(resources))
    assert made["StackStatus"] == "CREATE_COMPLETE", account.events()
    assert account.delete(made["StackId"])["StackStatus"] == "DELETE_COMPLETE", account.events(made["StackId"])


def test_a_change_that_moto_breaks_on_stays_in_the_stack(account):
    allowed = {"Capabilities": ["CAPABILITY_IAM"]}
    account.create(body({"User": resource("AWS::IAM::User")}), **allowed)
    policies = [{"PolicyName": "p", "PolicyDocument": ALLOW}]
    changed = account.update(body({"User": resource("AWS::IAM::User", Policies=policies)}), **allowed)
    assert changed["StackStatus"] == "UPDATE_COMPLETE", account.events()


def test_whatever_breaks_fails_its_resource_with_the_reason(account):
    """Moto wants IntegrationHttpMethod, which AWS does not for a mock integration."""
    assert account.create(body(METHOD))["StackStatus"] == "ROLLBACK_COMPLETE"
    (reason,) = [why for name, status, why in account.events() if (name, status) == ("Method", "CREATE_FAILED")]
    assert "The sandbox failed on AWS::ApiGateway::Method: KeyError('IntegrationHttpMethod')." in reason
    assert reason.endswith("HandlerErrorCode: InternalFailure)")


def test_whatever_breaks_leaves_the_others_alone(account):
    account.cloudformation.create_stack(StackName="broken", TemplateBody=body(METHOD))
    assert account.create(topic())["StackStatus"] == "CREATE_COMPLETE"
    assert account.settled("broken")["StackStatus"] == "ROLLBACK_COMPLETE"
