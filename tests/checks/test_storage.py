"""Logs, buckets, container images, secrets and functions that keep more than they need."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from opsportal import prices
from opsportal.pages import finding as page
from tasks.checks import (
    ecr_untagged,
    lambda_oversized,
    log_group_without_retention,
    s3_incomplete_uploads,
    s3_without_lifecycle,
    secrets_unused,
)
from tasks.sweeps import money
from tasks.sweeps.money import Cost
from tests import factories
from tests.checks.measuring import measure
from tests.checks.reading import SandboxReader, ago, cost, found, judged, price, resource

LOGS = log_group_without_retention.Facts(resource("arn:logs"), cost(0.3), None, 10.0, ago(100))
UPLOADS = s3_incomplete_uploads.Facts(resource("arn:bucket"), 3, ago(9), 1.5, cost(0.03))
BUCKET = s3_without_lifecycle.Facts(resource("arn:bucket"), cost(2.4), 100.0, False)
UNTAGGED = ecr_untagged.Facts(resource("app@sha256:1"), cost(0.02), False, ago(14), 0.25)
SECRET = secrets_unused.Facts(resource("arn:secret"), cost(0.4), ago(400), ago(90))
FUNCTION = lambda_oversized.Facts(resource("arn:function"), 1_024, 300.0, 448, cost(5))
PRICES = [
    price(0.03, "cloudwatch-logs", "stored", "GB-month"),
    price(0.023, "s3", "standard.first-50TB", "GB-month"),
    price(0.1, "ecr", "private-storage", "GB-month"),
    price(0.4, "secretsmanager", "secret", "secret-month"),
    price(0.0000166667, "lambda", "x86.duration.first-tier", "GB-second"),
]
INDEX, IMAGE = "application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json"


@pytest.fixture
def later(account):
    return SandboxReader(account, PRICES, datetime.now(UTC) + timedelta(days=200))


@pytest.fixture
def today(account):
    return SandboxReader(account, PRICES)


@pytest.fixture
def s3(account):
    return account.client("s3")


def bucket(s3, name):
    """Its name. Names are the world's: those of each test differ."""
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name})
    return name


def test_a_log_group_without_retention_is_told_with_what_it_holds():
    finding = judged(log_group_without_retention, LOGS)

    assert finding.detail == "It keeps its lines for ever: 10.00 GiB in 100 days."


@pytest.mark.parametrize("changed", [{"retention": 30}, {"delivery": True}])
def test_a_log_group_that_forgets_is_left_alone(changed):
    assert judged(log_group_without_retention, replace(LOGS, **changed)) is None


def test_small_log_groups_can_be_left_alone():
    assert judged(log_group_without_retention, replace(LOGS, gib=0.5), mib=513) is None
    assert judged(log_group_without_retention, replace(LOGS, gib=0.5), mib=512)


def test_of_log_groups_the_one_without_retention_is_found(later, account):
    logs = account.client("logs")
    logs.create_log_group(logGroupName="/app", tags={"owner": "web"})
    logs.create_log_group(logGroupName="/kept")
    logs.put_retention_policy(logGroupName="/kept", retentionInDays=30)

    (finding,) = found(log_group_without_retention, later).values()

    assert (finding.resource, finding.tags) == ("/app", {"owner": "web"})


def test_incomplete_uploads_are_told_with_their_size():
    finding = judged(s3_incomplete_uploads, UPLOADS)

    assert finding.detail == "Uploads that were never completed: 3, the oldest begun 9 days ago. They hold 1.50 GiB."


def test_more_uploads_than_are_measured_have_no_size():
    finding = judged(s3_incomplete_uploads, replace(UPLOADS, gib=None, cost=Cost()))

    assert (finding.detail.count("GiB"), finding.usd) == (0, None)


def test_a_bucket_without_old_uploads_is_left_alone():
    assert judged(s3_incomplete_uploads, replace(UPLOADS, uploads=0, oldest=None)) is None


def test_uploads_are_measured_by_their_parts(later, s3):
    name = bucket(s3, "uploads-to-measure")
    for key in ("one", "two"):
        named = {"Bucket": name, "Key": key}
        upload = s3.create_multipart_upload(**named)["UploadId"]
        s3.upload_part(**named, UploadId=upload, PartNumber=1, Body=b"x" * 1024)

    assert found(s3_incomplete_uploads, later)[name].evidence["gib"] == 2 / 1024**2
    assert found(s3_incomplete_uploads, later, measured=1)[name].evidence["gib"] is None


def test_an_upload_under_way_is_left_alone(account, s3):
    bucket(s3, "uploads")
    s3.create_multipart_upload(Bucket="uploads", Key="one")
    begun = s3.list_multipart_uploads(Bucket="uploads")["Uploads"][0]["Initiated"]

    assert found(s3_incomplete_uploads, SandboxReader(account, PRICES, begun + timedelta(days=6))) == {}


@pytest.mark.parametrize("changed", [{"rules": True}, {"gib": 99.9}, {"gib": None}])
def test_a_bucket_with_rules_or_small_or_without_a_size_is_left_alone(changed):
    assert judged(s3_without_lifecycle, replace(BUCKET, **changed)) is None
    assert judged(s3_without_lifecycle, BUCKET)


def sized(reader, name, gib):
    named = {"BucketName": name, "StorageType": "StandardStorage"}
    measure(reader, "AWS/S3", named, {"BucketSizeBytes": gib * 1024**3})


def test_of_large_buckets_the_one_without_rules_is_found(today, s3):
    growing = bucket(s3, "growing")
    bucket(s3, "ruled")
    bucket(today.account.sandbox.client("s3", region="eu-central-1", account=today.account.id), "elsewhere")
    rule = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 90}}
    s3.put_bucket_lifecycle_configuration(Bucket="ruled", LifecycleConfiguration={"Rules": [rule]})
    for name in ("growing", "ruled", "elsewhere"):
        sized(today, name, 200)

    assert {name: each.usd for name, each in found(s3_without_lifecycle, today).items()} == {growing: 4.6}


def test_the_rules_of_small_buckets_are_not_asked_for(today, s3):
    for name, gib in (("small", 99), ("large", 100)):
        sized(today, bucket(s3, name), gib)
    today.account.sandbox.clear_log()

    found(s3_without_lifecycle, today)

    actions = [line["action"] for line in today.account.sandbox.log()["calls"]]
    assert actions.count("GetBucketLifecycle") == 1


def test_an_untagged_image_is_told_with_its_age_and_size():
    finding = judged(ecr_untagged, UNTAGGED)

    assert finding.detail == "It has no tag, and nobody has pushed or pulled it for 14 days. It holds 256 MiB at most."


@pytest.mark.parametrize("changed", [{"tagged": True}, {"needed": True}, {"used": ago(13)}])
def test_an_image_that_is_tagged_needed_or_used_lately_is_left_alone(changed):
    assert judged(ecr_untagged, replace(UNTAGGED, **changed)) is None


def pushed(ecr, name, kind, tag="", **content):
    manifest = json.dumps({"schemaVersion": 2, "mediaType": kind, **content})
    asked = {"repositoryName": name, "imageManifest": manifest, "imageManifestMediaType": kind}
    return ecr.put_image(**asked, **({"imageTag": tag} if tag else {}))["image"]["imageId"]["imageDigest"]


def layers(size):
    layer = {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "size": size, "digest": f"sha256:{size:064x}"}
    return {"config": layer, "layers": [layer]}


def test_images_that_an_index_names_are_in_use(later, account):
    ecr = account.client("ecr")
    ecr.create_repository(repositoryName="app")
    named = pushed(ecr, "app", IMAGE, **layers(10))
    lost = pushed(ecr, "app", IMAGE, **layers(20))
    pushed(ecr, "app", INDEX, "latest", manifests=[{"mediaType": IMAGE, "size": 1, "digest": named}])

    assert list(found(ecr_untagged, later)) == [f"app@{lost}"]


def test_an_image_counts_from_its_last_pull():
    assert ecr_untagged.used({"imagePushedAt": ago(90), "lastRecordedPullTime": ago(1)}) == ago(1)
    assert ecr_untagged.used({"imagePushedAt": ago(90)}) == ago(90)


def test_a_secret_is_told_with_its_last_read():
    assert judged(secrets_unused, SECRET).detail == "It was last read 90 days ago."
    assert (
        judged(secrets_unused, replace(SECRET, accessed=None)).detail
        == "Nobody has ever read it; it was made 400 days ago."
    )


@pytest.mark.parametrize("changed", [{"accessed": ago(89)}, {"owner": "rds"}, {"going": True}])
def test_a_secret_that_is_read_managed_or_going_is_left_alone(changed):
    assert judged(secrets_unused, replace(SECRET, **changed)) is None


def test_a_secret_that_was_never_read_counts_from_its_making():
    assert judged(secrets_unused, replace(SECRET, accessed=None, made=ago(89))) is None


def test_secrets_are_found_with_their_price(later, account):
    account.client("secretsmanager").create_secret(Name="shop", SecretString="x")

    assert found(secrets_unused, later)["shop"].usd == 0.4


def test_a_function_is_told_with_what_it_used():
    finding = judged(lambda_oversized, FUNCTION)

    assert finding.detail == "It has 1024 MB of memory, of which its calls of 14 days used 300 MB at most."
    assert finding.advice == "Try it with 448 MB and compare how long its calls take."


@pytest.mark.parametrize("changed", [{"used": None}, {"used": 410.0}, {"enough": 1_024}, {"saved": cost(0.9)}])
def test_a_function_that_uses_its_memory_or_is_not_measured_is_left_alone(changed):
    assert judged(lambda_oversized, replace(FUNCTION, **changed)) is None


def test_a_function_without_a_known_price_is_found_without_a_figure():
    assert judged(lambda_oversized, replace(FUNCTION, saved=Cost())).usd is None


@pytest.mark.django_db
def test_where_the_shipped_prices_have_none_of_lambda_the_finding_says_that_none_is_known():
    of_frankfurt = prices.price("lambda", lambda_oversized.ITEMS["x86_64"], "eu-central-1")
    finding = judged(lambda_oversized, replace(FUNCTION, saved=money.monthly(of_frankfurt, 100_000)))
    told = factories.unsaved_finding(
        factories.environment(), check_name="lambda-oversized", usd=finding.usd, price=finding.price
    )
    assert (of_frankfurt, told.usd, page.price(told)) == (None, None, "No list price is known.")


def test_what_less_memory_saves_is_that_part_of_all_seconds(later):
    told = {"FunctionArn": "arn:function", "FunctionName": "resize", "MemorySize": 1_024}

    facts = lambda_oversized.facts(later, told, {}, 300, seconds=1_400_000, limits=lambda_oversized.Limits())

    assert facts.enough == 448
    assert facts.saved.usd == pytest.approx(100_000 * 730 / 24 * (1_024 - 448) / 1024 * 0.0000166667)
