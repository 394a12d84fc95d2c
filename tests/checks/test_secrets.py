"""Secrets in plain sight: found by where they stand, never shown."""

import base64
import json
import subprocess
import sys

import pytest

from tasks.checks import secret_in_plain_sight
from tasks.sweeps import plain_secrets
from tasks.sweeps.plain_secrets import Sighting
from tests.checks.answers import Answers
from tests.checks.reading import SandboxReader, gathered, judged, resource

PASSWORD = "hunter2hunter2"
KEY = "AKIA" + "IOSFODNN7ABCDEFG"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (f"export DB_PASSWORD={PASSWORD}", "Secret Keyword"),
        (f'      MasterUserPassword: "{PASSWORD}"', "Secret Keyword"),
        (f'  "MasterUserPassword": "{PASSWORD}",', "Secret Keyword"),
        (f"aws configure set aws_access_key_id {KEY}", "AWS Access Key"),
        (f"redis://user:{PASSWORD}@cache.internal:6379", "Basic Auth Credentials"),
        ("-----BEGIN RSA PRIVATE KEY-----", "Private Key"),
        ("SLACK=xoxb-123456789012-abcdefghijkl", "Slack Token"),
    ],
)
def test_a_secret_is_known_by_its_kind(line, kind):
    assert kind in list(plain_secrets.kinds(line))


@pytest.mark.parametrize(
    "line",
    [
        'MasterUserPassword: "{{resolve:secretsmanager:prod/db:SecretString:password}}"',
        "MasterUserPassword: !Ref DbPassword",
        '"MasterUserPassword": {"Ref": "DbPassword"}',
        "PASSWORD=$(aws secretsmanager get-secret-value --secret-id prod/db)",
        "PASSWORD=$DB_PASSWORD",
        'PASSWORD="${DB_PASSWORD}"',
        "SecretArn: arn:aws:secretsmanager:eu-west-1:1:secret:prod/db-AbCdEf",
        "valueFrom: arn:aws:ssm:eu-west-1:1:parameter/prod/password",
        "SecretName: prod/database",
        "PasswordLength: 32",
        "Action: secretsmanager:GetSecretValue",
        "GenerateSecretString:",
        "Description: the password: is kept elsewhere",
        "ManageMasterUserPassword: true",
        "dnf install -y nginx",
    ],
)
def test_a_reference_is_no_secret(line):
    assert list(plain_secrets.kinds(line)) == []


def test_a_process_that_only_knows_the_checks_loads_no_detector():
    look = "import sys; from tasks.checks import CHECKS; print('detect_secrets' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_long_line_takes_no_time():
    assert list(plain_secrets.kinds("a=" + "b" * 100_000)) == []


@pytest.mark.parametrize("before", [0, 1690, 1999, 5000])
def test_a_secret_in_a_long_line_is_not_cut(before):
    assert "AWS Access Key" in list(plain_secrets.kinds("-" * before + KEY + "-" * 3000))


def test_a_secret_is_told_by_its_line():
    text = f"#!/bin/bash\nexport DB_PASSWORD={PASSWORD}\n"
    assert list(plain_secrets.in_text(text, "user data")) == [Sighting("user data:2", "Secret Keyword")]


SEEN = secret_in_plain_sight.Facts(
    "instance", resource("i-1", name="web"), (Sighting("user data:2", "Secret Keyword"),)
)


def test_a_finding_says_where_and_what_to_use():
    found = judged(secret_in_plain_sight, SEEN)
    assert found.detail == "1 secret stands in plain text: user data:2 (Secret Keyword)."
    assert "get-secret-value" in found.advice


@pytest.mark.parametrize(("kind", "words"), [("stack", "{{resolve:secretsmanager:"), ("task definition", '"secrets"')])
def test_the_reference_suits_the_place(kind, words):
    facts = secret_in_plain_sight.Facts(kind, resource("x"), SEEN.sightings)
    assert words in judged(secret_in_plain_sight, facts).advice


def test_places_may_be_left_out():
    assert judged(secret_in_plain_sight, SEEN, ignore=["user data"]) is None


def estate():
    script = base64.b64encode(f"export DB_PASSWORD={PASSWORD}".encode()).decode()
    instance = {"InstanceId": "i-1", "State": {"Name": "running"}}
    template = {"Resources": {"Db": {"Properties": {"MasterUserPassword": PASSWORD}}}}
    version = {"LaunchTemplateId": "lt-1", "LaunchTemplateName": "web", "VersionNumber": 1}
    settings = [{"name": "API_KEY", "value": PASSWORD}, {"name": "PORT", "value": "8080"}]
    service = {"serviceArn": "arn:s", "serviceName": "s", "status": "ACTIVE", "taskDefinition": "arn:td/web:1"}
    return {
        ("ec2", "describe_launch_template_versions"): {
            "LaunchTemplateVersions": [version | {"LaunchTemplateData": {"UserData": script}}]
        },
        ("ec2", "describe_instances"): {"Reservations": [{"Instances": [instance]}]},
        ("ec2", "describe_instance_attribute"): {"UserData": {"Value": script}},
        ("cloudformation", "describe_stacks"): {"Stacks": [{"StackId": "arn:stack", "StackName": "db"}]},
        ("cloudformation", "get_template"): {"TemplateBody": template},
        ("ecs", "list_clusters"): {"clusterArns": ["arn:c"]},
        ("ecs", "list_services"): {"serviceArns": ["arn:s"]},
        ("ecs", "describe_services"): {"services": [service]},
        ("ecs", "describe_task_definition"): {
            "taskDefinition": {"containerDefinitions": [{"name": "web", "environment": settings}]}
        },
    }


def test_every_place_is_looked_through():
    found = [judged(secret_in_plain_sight, facts) for facts in gathered(secret_in_plain_sight, Answers(estate()))]
    assert [each.resource for each in found] == ["lt-1", "i-1", "arn:stack", "arn:td/web:1"]


def test_no_secret_is_in_facts_or_findings():
    facts = gathered(secret_in_plain_sight, Answers(estate()))
    told = [judged(secret_in_plain_sight, each) for each in facts]
    assert PASSWORD not in repr(facts) + repr(told)


def test_instances_of_a_group_are_not_read_one_by_one():
    given = estate()
    tagged = [{"Key": "aws:autoscaling:groupName", "Value": "web"}]
    instance = {"InstanceId": "i-1", "State": {"Name": "running"}, "Tags": tagged}
    given["ec2", "describe_instances"] = {"Reservations": [{"Instances": [instance]}]}
    reader = Answers(given)
    gathered(secret_in_plain_sight, reader)
    assert "describe_instance_attribute" not in reader.calls


def test_user_data_of_the_sandbox_is_read(account):
    script = f"#!/bin/bash\nexport DB_PASSWORD={PASSWORD}"
    asked = {"ImageId": "ami-12c6146b", "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1}
    account.client("ec2").run_instances(UserData=script, **asked)
    account.create(json.dumps({"Resources": {"T": {"Type": "AWS::SNS::Topic", "Properties": {}}}}))
    found = {facts.kind: facts.sightings for facts in gathered(secret_in_plain_sight, SandboxReader(account))}
    assert found == {"instance": (Sighting("user data:2", "Secret Keyword"),), "stack": ()}
