import signal
import threading

import pytest

from sandbox import process
from tests.sandbox.account import Account, resource, template, topic, until

SLOW = template(Topic=resource("AWS::SNS::Topic", metadata={"Sandbox": {"Seconds": 60}}))


@pytest.fixture(scope="module")
def restarted(tmp_path_factory):
    """An account with something of each kind, kept by a sandbox that has ended and started again."""
    state = str(tmp_path_factory.mktemp("sandbox") / "state")
    first = process.start(state=state, speed=500)
    vpc = filled(Account(first, "123456789012"))
    assert first.stop() == 0
    account = Account(process.start(state=state, speed=500), "123456789012")
    account.vpc = vpc
    yield account
    account.sandbox.stop()


def filled(account):
    """Gives the id of its VPC."""
    account.create(template(Vpc=resource("AWS::EC2::VPC", CidrBlock="10.9.0.0/16"), Q=resource("AWS::SQS::Queue")))
    launch = {"group": "web", "verb": "launch", "instance": "i-1", "hours": 1, "cause": "replacement"}
    account.sandbox.seed("activities", activities=[launch])
    account.sandbox.seed("quotas", quotas=[{"service": "ec2", "code": "L-1216C47A", "value": 64}])
    account.client("s3").create_bucket(Bucket="kept", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    account.client("s3").put_object(Bucket="kept", Key="a", Body=b"text")
    account.client("acm").request_certificate(DomainName="example.com")
    account.client("secretsmanager").create_secret(Name="password", SecretString="hidden")
    return account.physical_id("Vpc")


def test_everything_is_there_after_a_restart(restarted):
    assert restarted.stack()["StackStatus"] == "CREATE_COMPLETE"
    assert restarted.client("ec2").describe_vpcs(VpcIds=[restarted.vpc])["Vpcs"][0]["CidrBlock"] == "10.9.0.0/16"
    assert restarted.delete(restarted.stack()["StackId"])["StackStatus"] == "DELETE_COMPLETE"


def test_what_was_seeded_survives(restarted):
    scaling, quotas = restarted.client("autoscaling"), restarted.client("service-quotas")
    assert len(scaling.describe_scaling_activities(IncludeDeletedGroups=True)["Activities"]) == 1
    assert quotas.get_service_quota(ServiceCode="ec2", QuotaCode="L-1216C47A")["Quota"]["Value"] == 64


def test_objects_and_secrets_survive(restarted):
    assert restarted.client("s3").get_object(Bucket="kept", Key="a")["Body"].read() == b"text"
    assert len(restarted.client("acm").list_certificates()["CertificateSummaryList"]) == 1
    assert restarted.client("secretsmanager").get_secret_value(SecretId="password")["SecretString"] == "hidden"


def test_an_operation_in_progress_goes_on(start):
    account = start(speed=1)
    account.cloudformation.create_stack(StackName="app", TemplateBody=SLOW)
    account.sandbox.stop()
    account = start(speed=1)
    assert account.stack()["StackStatus"] == "CREATE_IN_PROGRESS"
    account.sandbox.speed(600)
    assert account.settled()["StackStatus"] == "CREATE_COMPLETE"


def test_a_crash_loses_half_a_second_at_most(start):
    account = start()
    account.create(topic())
    until(account.sandbox.saved, bool, seconds=1)
    account.sandbox.kill()
    assert start().stack()["StackStatus"] == "CREATE_COMPLETE"


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(start, name):
    assert start().sandbox.stop(name) == 0


def test_sixteen_clients_at_once(account):
    def work(number):
        done.append(account.create(topic(), stack=f"app-{number}")["StackStatus"])

    done = []
    threads = [threading.Thread(target=work, args=(n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == ["CREATE_COMPLETE"] * 16
