import re
from pathlib import Path

import pytest

from sandbox.cloudformation import schemas
from tests.sandbox.account import Account, resource, template

BODY = Path(__file__).with_name("ecs.yaml").read_text()


@pytest.fixture(scope="session")
def deployed(sandbox):
    account = Account(sandbox, "555566667777")
    sandbox.speed(2000)
    account.create(BODY, stack="web", Capabilities=["CAPABILITY_IAM"])
    sandbox.speed(200)
    return account


def outputs(account):
    return {line["OutputKey"]: line["OutputValue"] for line in account.stack("web")["Outputs"]}


def test_an_ecs_service_behind_an_api_deploys(deployed):
    assert deployed.stack("web")["StackStatus"] == "CREATE_COMPLETE", deployed.events("web")


def test_its_service_runs_on_the_cluster_with_its_load_balancer(deployed):
    given = {"cluster": deployed.physical_id("Cluster", "web"), "services": [deployed.physical_id("Service", "web")]}
    service = deployed.client("ecs").describe_services(**given)["services"][0]
    assert (service["desiredCount"], service["launchType"]) == (2, "FARGATE")
    assert service["loadBalancers"][0]["targetGroupArn"] == deployed.physical_id("Targets", "web")
    assert service["taskDefinition"].endswith("task-definition/web-web:1")


def test_its_routes_and_rules_are_in_ec2(deployed):
    ec2 = deployed.client("ec2")
    tables = ec2.describe_route_tables(RouteTableIds=[deployed.physical_id("Routes", "web")])["RouteTables"]
    assert tables[0]["Associations"][0]["SubnetId"] == deployed.physical_id("Private", "web")
    assert deployed.physical_id("Nat", "web") in {route.get("NatGatewayId") for route in tables[0]["Routes"]}
    group = ec2.describe_security_groups(GroupIds=[deployed.physical_id("Group", "web")])["SecurityGroups"][0]
    assert group["IpPermissions"][0]["FromPort"] == 80


def test_its_addresses_are_known(deployed):
    balancers = deployed.client("elbv2").describe_load_balancers()["LoadBalancers"]
    parameter = deployed.client("ssm").get_parameter(Name=deployed.physical_id("Parameter", "web"))["Parameter"]
    assert parameter["Value"] == balancers[0]["DNSName"]
    assert re.fullmatch(r"https://[a-z0-9]{10}\.execute-api\.eu-west-1\.amazonaws\.com", outputs(deployed)["Url"])


def test_types_that_moto_lacks_exist_with_aws_ids(deployed):
    assert re.fullmatch(r"web-Alarm-[A-Za-z0-9]{12}", deployed.physical_id("Alarm", "web"))
    assert outputs(deployed)["Secret"].startswith("arn:aws:secretsmanager:eu-west-1:555566667777:")
    assert outputs(deployed)["AclArn"].startswith("arn:aws:wafv2:eu-west-1:555566667777:")
    assert outputs(deployed)["CacheAddress"].endswith(".elasticache.eu-west-1.amazonaws.com")


def test_generated_names_have_aws_form(deployed):
    assert re.fullmatch(r"web-bucket-[a-z0-9]{12}", deployed.physical_id("Bucket", "web"))
    assert re.fullmatch(r"web-Role-[A-Za-z0-9]{12}", deployed.physical_id("Role", "web"))


def test_text_becomes_the_number_that_the_schema_wants():
    assert schemas.typed("AWS::ECS::Service", {"DesiredCount": "2"}) == {"DesiredCount": 2}
    assert schemas.typed("AWS::EC2::VPC", {"EnableDnsSupport": "true"}) == {"EnableDnsSupport": True}


def test_a_security_group_keeps_its_id_when_rules_change(account):
    def body(port):
        rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "CidrIp": "10.0.0.0/8"}
        group = resource("AWS::EC2::SecurityGroup", GroupDescription="g", SecurityGroupIngress=[rule])
        return template(Group=group)

    account.create(body(80))
    before = account.physical_id("Group")
    account.update(body(443))
    assert account.physical_id("Group") == before
    found = account.client("ec2").describe_security_groups(GroupIds=[before])["SecurityGroups"][0]
    assert [rule["FromPort"] for rule in found["IpPermissions"]] == [443]


ACTIONS = ["sqs:ListQueues", "sqs:DeleteQueue", "sns:Publish", "ec2:DescribeVpcs"]


def allowed(account):
    """Which of ACTIONS the role of the stack may do."""
    role = f"arn:aws:iam::{account.id}:role/{account.physical_id('Role')}"
    found = account.client("iam").simulate_principal_policy(PolicySourceArn=role, ActionNames=ACTIONS)
    return [one["EvalActionName"] for one in found["EvaluationResults"] if one["EvalDecision"] == "allowed"]


def role(action, *managed):
    """A role with a policy of its own, those of AWS, and one that another resource attaches."""

    def rule(action, **more):
        return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, **more}]}

    own = {"PolicyName": "own", "PolicyDocument": rule(action, Resource="*")}
    other = {"PolicyName": "other", "PolicyDocument": rule("sns:Publish", Resource="*"), "Roles": [{"Ref": "Role"}]}
    given = {
        "AssumeRolePolicyDocument": rule("sts:AssumeRole", Principal={"AWS": "*"}),
        "Policies": [own],
        "ManagedPolicyArns": [f"arn:aws:iam::aws:policy/{name}" for name in managed],
    }
    return template(Role=resource("AWS::IAM::Role", **given), Policy=resource("AWS::IAM::Policy", **other))


def test_a_role_may_do_what_its_template_says_after_a_change_too(account):
    account.create(role("sqs:ListQueues"), Capabilities=["CAPABILITY_IAM"])
    assert allowed(account) == ["sqs:ListQueues", "sns:Publish"]
    account.update(role("sqs:DeleteQueue", "AmazonEC2ReadOnlyAccess"), Capabilities=["CAPABILITY_IAM"])
    assert allowed(account) == ["sqs:DeleteQueue", "sns:Publish", "ec2:DescribeVpcs"]


LISTS = [
    ("ec2", "describe_subnets", {"Filters": [{"Name": "cidr-block", "Values": ["10.0.*"]}]}, "Subnets"),
    ("ec2", "describe_addresses", {}, "Addresses"),
    ("ec2", "describe_nat_gateways", {"Filters": [{"Name": "state", "Values": ["available"]}]}, "NatGateways"),
    (
        "ec2",
        "describe_vpc_endpoints",
        {"Filters": [{"Name": "vpc-endpoint-state", "Values": ["available"]}]},
        "VpcEndpoints",
    ),
    ("ec2", "describe_internet_gateways", {}, "InternetGateways"),
    ("elbv2", "describe_load_balancers", {}, "LoadBalancers"),
    ("elbv2", "describe_target_groups", {}, "TargetGroups"),
    ("iam", "list_roles", {}, "Roles"),
    ("logs", "describe_log_groups", {}, "logGroups"),
    ("dynamodb", "list_tables", {}, "TableNames"),
    ("rds", "describe_db_instances", {}, "DBInstances"),
    ("s3", "list_buckets", {}, "Buckets"),
    ("sns", "list_topics", {}, "Topics"),
    ("ssm", "describe_parameters", {}, "Parameters"),
]


def left(account):
    """What is still listed of what the template made; ECS keeps a deleted cluster, INACTIVE, for a while."""
    answers = {(name, key): getattr(account.client(name), call)(**given)[key] for name, call, given, key in LISTS}
    return {place: found for place, found in answers.items() if found}


def test_everything_is_gone_after_a_delete(sandbox):
    account = Account(sandbox, "555566667778")
    sandbox.speed(2000)
    stack = account.create(BODY, stack="web", Capabilities=["CAPABILITY_IAM"])["StackId"]
    assert {place for place, *_ in left(account)} == {name for name, *_ in LISTS}
    assert account.delete(stack)["StackStatus"] == "DELETE_COMPLETE", account.events(stack)[-9:]
    sandbox.speed(200)
    vpcs = account.client("ec2").describe_vpcs(Filters=[{"Name": "cidr", "Values": ["10.0.0.0/16"]}])
    assert (left(account), vpcs["Vpcs"]) == ({}, [])
