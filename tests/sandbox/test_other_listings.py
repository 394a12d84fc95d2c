"""Listings of the services beside EC2 that the cost checks read."""

import json
import time
from datetime import UTC, datetime

import pytest

from tests.sandbox.account import refused, until

LAMBDA = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
ROLE = json.dumps({"Version": "2012-10-17", "Statement": [LAMBDA]})


def test_load_balancers_come_by_four_hundred(bench):
    elb = bench.client("elbv2")
    assert len(elb.describe_load_balancers()["LoadBalancers"]) == 100
    first = elb.describe_load_balancers(PageSize=60)
    rest = elb.describe_load_balancers(PageSize=60, Marker=first["NextMarker"])
    assert (len(first["LoadBalancers"]), len(rest["LoadBalancers"])) == (60, 40)
    assert len(elb.describe_target_groups(PageSize=70)["TargetGroups"]) == 70
    code, message, _ = refused(elb.describe_load_balancers, PageSize=401)
    assert code == "ValidationError"
    assert message.endswith(
        "Value '401' at 'pageSize' failed to satisfy constraint: Member must have value less than or equal to 400"
    )


def test_a_target_group_without_targets_has_no_health(bench):
    elb = bench.client("elbv2")
    groups = elb.describe_target_groups()["TargetGroups"]
    health = {g["TargetGroupArn"]: elb.describe_target_health(TargetGroupArn=g["TargetGroupArn"]) for g in groups[:5]}
    assert sorted(len(found["TargetHealthDescriptions"]) for found in health.values()) == [0, 1, 1, 1, 1]


@pytest.fixture
def tagged(bench):
    """What lists the tags of the 200 log groups, which have three each."""
    client = bench.client("resourcegroupstaggingapi")
    return lambda **given: client.get_resources(ResourceTypeFilters=["logs"], **given)


def arns(page):
    return [each["ResourceARN"] for each in page["ResourceTagMappingList"]]


def test_tagged_resources_come_by_a_hundred(tagged):
    first = tagged(ResourcesPerPage=100)
    rest = tagged(ResourcesPerPage=100, PaginationToken=first["PaginationToken"])
    assert len({*arns(first), *arns(rest)}) == 200
    assert rest["PaginationToken"] == ""
    assert {len(each["Tags"]) for each in first["ResourceTagMappingList"]} == {3}
    assert len(arns(tagged())) == 50


def test_a_page_of_tagged_resources_is_given_again(tagged):
    token = tagged(ResourcesPerPage=100)["PaginationToken"]
    pages = [tagged(ResourcesPerPage=100, PaginationToken=token) for _ in range(2)]
    assert arns(pages[0]) == arns(pages[1])


@pytest.mark.parametrize("given", [{"ResourcesPerPage": 101}, {"PaginationToken": "no token"}])
def test_a_bad_page_of_tagged_resources_is_refused(tagged, given):
    assert refused(tagged, **given)[0] == "InvalidParameterException"


def test_buckets_have_their_region_and_pages(account):
    s3 = account.sandbox.client("s3", region="eu-central-1", account=account.id)
    for number in range(3):
        where = {"LocationConstraint": "eu-central-1"}
        s3.create_bucket(Bucket=f"{account.id}-{number}", CreateBucketConfiguration=where)
    first = s3.list_buckets(MaxBuckets=2)
    rest = s3.list_buckets(MaxBuckets=2, ContinuationToken=first["ContinuationToken"])
    assert [row["Name"][-1] for row in first["Buckets"] + rest["Buckets"]] == ["0", "1", "2"]
    assert first["Buckets"][0]["BucketRegion"] == "eu-central-1"
    assert "BucketRegion" not in s3.list_buckets()["Buckets"][0]
    assert s3.list_buckets(BucketRegion="eu-west-1")["Buckets"] == []


def test_uploads_say_when_they_began(account):
    s3, name = account.client("s3"), f"uploads-{account.id}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    for key in ("b", "a", "a"):
        s3.create_multipart_upload(Bucket=name, Key=key)
    first = s3.list_multipart_uploads(Bucket=name, MaxUploads=2)
    after = {"KeyMarker": first["NextKeyMarker"], "UploadIdMarker": first["NextUploadIdMarker"]}
    rest = s3.list_multipart_uploads(Bucket=name, **after)
    assert [row["Key"] for row in first["Uploads"] + rest["Uploads"]] == ["a", "a", "b"]
    assert abs((datetime.now(UTC) - first["Uploads"][0]["Initiated"]).total_seconds()) < 60
    assert first["IsTruncated"]


def test_a_bucket_without_rules_is_refused(account):
    s3, name = account.client("s3"), f"bare-{account.id}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    assert refused(s3.get_bucket_lifecycle_configuration, Bucket=name)[0] == "NoSuchLifecycleConfiguration"


def test_untagged_images_are_filtered_and_paged(bench):
    ecr = bench.client("ecr")
    repository = ecr.describe_repositories(maxResults=1)["repositories"][0]["repositoryName"]
    untagged = {"repositoryName": repository, "filter": {"tagStatus": "UNTAGGED"}}
    first = ecr.describe_images(**untagged, maxResults=20)
    rest = ecr.describe_images(**untagged, maxResults=20, nextToken=first["nextToken"])
    rows = first["imageDetails"] + rest["imageDetails"]
    assert len(rows) == 25
    assert not any("imageTags" in row for row in rows)
    assert rows[0]["imagePushedAt"] < datetime.now(UTC)
    assert "nextToken" not in rest


def test_functions_come_by_fifty(account):
    functions, role = account.client("lambda"), account.client("iam")
    arn = role.create_role(RoleName="functions", AssumeRolePolicyDocument=ROLE)["Role"]["Arn"]
    for number in range(51):
        code = {"ImageUri": f"{account.id}.dkr.ecr.eu-west-1.amazonaws.com/a:1"}
        functions.create_function(FunctionName=f"f-{number}", Role=arn, Code=code, PackageType="Image", MemorySize=1024)
    first = functions.list_functions(MaxItems=200)
    rest = functions.list_functions(Marker=first["NextMarker"])
    assert (len(first["Functions"]), len(rest["Functions"])) == (50, 1)
    assert first["Functions"][0]["MemorySize"] == 1024
    assert "NextMarker" not in rest


def test_a_secret_says_the_day_it_was_read(account):
    secrets = account.client("secretsmanager")
    for name in ("read", "unread"):
        secrets.create_secret(Name=name, SecretString="x")
    secrets.get_secret_value(SecretId="read")
    rows = {row["Name"]: row for row in secrets.list_secrets()["SecretList"]}
    assert rows["read"]["LastAccessedDate"].timestamp() == time.time() // 86_400 * 86_400
    assert "LastAccessedDate" not in rows["unread"]


def test_a_stopped_database_starts_again_in_a_week(account):
    rds = account.client("rds")
    given = {"Engine": "postgres", "DBInstanceClass": "db.t3.medium", "AllocatedStorage": 20}
    rds.create_db_instance(DBInstanceIdentifier="db", MasterUsername="a", MasterUserPassword="12345678", **given)
    rds.stop_db_instance(DBInstanceIdentifier="db")
    row = until(
        lambda: rds.describe_db_instances()["DBInstances"][0], lambda seen: seen["DBInstanceStatus"] == "stopped"
    )
    days = (row["AutomaticRestartTime"] - datetime.now(UTC)).total_seconds() / 86_400
    assert row["DBInstanceStatus"] == "stopped"
    assert days == pytest.approx(7, abs=0.01)
    rds.start_db_instance(DBInstanceIdentifier="db")
    assert "AutomaticRestartTime" not in rds.describe_db_instances()["DBInstances"][0]


def test_max_records_has_its_bounds(account):
    call = account.client("rds").describe_db_instances
    message = "Invalid value 101 for MaxRecords. Must be between 20 and 100"
    assert refused(call, MaxRecords=101) == ("InvalidParameterValue", message, 400)


def test_a_cache_cluster_shows_its_nodes_when_asked(account):
    cache = account.client("elasticache")
    cache.create_cache_cluster(CacheClusterId="c", CacheNodeType="cache.t3.small", Engine="redis", NumCacheNodes=1)
    assert "CacheNodes" not in cache.describe_cache_clusters()["CacheClusters"][0]
    row = cache.describe_cache_clusters(ShowCacheNodeInfo=True)["CacheClusters"][0]
    assert [node["CacheNodeId"] for node in row["CacheNodes"]] == ["0001"]


def test_log_groups_come_by_fifty_and_say_what_they_keep(bench):
    logs = bench.client("logs")
    rows = logs.describe_log_groups()["logGroups"]
    assert len(rows) == 50
    assert {row.get("retentionInDays") for row in rows} == {None, 30}
    assert rows[0]["storedBytes"] == 1024**3


@pytest.mark.parametrize(
    ("service", "operation", "given", "code", "status"),
    [
        ("ec2", "describe_volume_status", {}, "InvalidAction", 400),
        ("rds", "describe_db_recommendations", {}, "InvalidAction", 400),
        ("elasticache", "describe_service_updates", {}, "InvalidAction", 400),
        ("dynamodb", "list_global_tables", {}, "UnknownOperationException", 400),
        ("lambda", "list_code_signing_configs", {}, "UnknownOperationException", 404),
        ("s3", "get_bucket_request_payment", {"Bucket": "any"}, "NotImplemented", 501),
        ("detective", "list_graphs", {}, "UnknownOperationException", 404),
    ],
)
def test_what_is_not_simulated_is_refused_as_aws_would(account, service, operation, given, code, status):
    found = refused(getattr(account.client(service), operation), **given)
    assert (found[0], found[2]) == (code, status)
    assert found[1].startswith(f"The sandbox does not simulate {service}:")
