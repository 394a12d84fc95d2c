"""What keeps data: databases, caches, tables, buckets, log groups, secrets, functions, container images."""

import json
from datetime import UTC
from hashlib import sha256
from typing import Any

from moto.core.utils import unix_time
from moto.ecr.models import Image
from moto.logs.models import LogStream
from moto.s3.models import FakeMultipart
from requests.structures import CaseInsensitiveDict

from sandbox import ages
from sandbox.estates.site import Site, Tags, call, pairs

GIB = 1024**3
EMPTY = "{}"


def database(
    site: Site, name: str, kind: str, days: float, tags: Tags, stopped: float | None = None, **more: Any
) -> Any:
    """A PostgreSQL instance of 100 GiB; stopped `stopped` days ago."""
    made: dict[str, Any] = {
        "db_instance_identifier": name,
        "db_instance_class": kind,
        "engine": "postgres",
        "engine_version": "16.4",
    }
    made |= {"allocated_storage": 100, "storage_type": "gp3", "master_username": "app", "tags": pairs(tags)}
    row = site.backend("rds").create_db_instance(made | {"master_user_password": "not-a-secret"} | more)
    row.created = row.instance_create_time = site.ago(days)
    if stopped is not None:
        ages.stop_database(row, site.at(stopped))
    return row


def cache(site: Site, name: str, kind: str, days: float, tags: Tags, engine: str = "redis") -> Any:
    """A cluster of one node."""
    given = {"cache_cluster_id": name, "cache_node_type": kind, "engine": engine, "tags": pairs(tags)}
    row = call(site.backend("elasticache").create_cache_cluster, num_cache_nodes=1, engine_version="7.1", **given)
    row.cache_cluster_create_time = site.ago(days)
    return row


def table(site: Site, name: str, days: float, tags: Tags, read: int = 0, write: int = 0) -> Any:
    """Provisioned if capacity units are given, else on demand."""
    key = {"schema": [{"AttributeName": "id", "KeyType": "HASH"}]}
    units = {"ReadCapacityUnits": read, "WriteCapacityUnits": write} if read else None
    mode = "PROVISIONED" if read else "PAY_PER_REQUEST"
    given = {"attr": [{"AttributeName": "id", "AttributeType": "S"}], "throughput": units, "billing_mode": mode}
    row = call(site.backend("dynamodb").create_table, name=name, tags=pairs(tags), **key, **given)
    row.created_at = site.ago(days)
    return row


def bucket(site: Site, name: str, days: float, tags: Tags, lifecycle: bool, uploads: int = 0) -> Any:
    """With a rule that ends incomplete uploads if `lifecycle`, and uploads begun and never ended."""
    s3 = site.backend("s3")
    row = s3.create_bucket(name, site.place.region)
    row.creation_date = site.ago(days).replace(tzinfo=UTC)
    s3.tagger.tag_resource(row.arn, pairs(tags))
    if lifecycle:
        rule = {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": "7"}, "Filter": {"Prefix": ""}}
        row.set_lifecycle([{"ID": "tidy", "Status": "Enabled", **rule}])
    for number in range(uploads):
        begun: Any = FakeMultipart(
            f"import/{number:03}.parquet", CaseInsensitiveDict(), site.place.account, site.place.region
        )
        begun.id, begun.initiated = f"{site.random.getrandbits(256):064x}", site.ago(40 + number)
        row.multiparts[begun.id] = begun
    return row


def log_group(site: Site, name: str, days: float, tags: Tags, keep: int | None, stored: int = GIB) -> Any:
    """`keep` days of retention, None for ever; `stored` bytes."""
    row = site.backend("logs").create_log_group(name, dict(tags))
    row.creation_time, row.retention_in_days = site.ago(days), keep
    row.streams["main"] = LogStream(row, "main")
    row.streams["main"].stored_bytes = stored
    return row


def secret(site: Site, name: str, days: float, tags: Tags, used: float | None) -> Any:
    """Last read `used` days ago, never if None."""
    manager = site.backend("secretsmanager")
    call(manager.create_secret, name=name, secret_string=EMPTY, tags=pairs(tags), replica_regions=[])
    row = manager.secrets[name]
    row.created_date = row.last_changed_date = int(unix_time(site.ago(days)))
    if used is not None:
        ages.read_secret(row, site.at(used))
    return row


def function(site: Site, name: str, memory: int, days: float, tags: Tags) -> Any:
    """`memory` in MiB."""
    role = _role(site, "functions")
    code = {"ImageUri": f"{site.place.account}.dkr.ecr.{site.place.region}.amazonaws.com/{name}:1"}
    spec = {"FunctionName": name, "Role": role, "Code": code, "PackageType": "Image", "MemorySize": memory}
    row = site.backend("lambda").create_function(spec | {"Timeout": 30, "Tags": dict(tags), "Architectures": ["arm64"]})
    row.last_modified = ages.written(site.at(days))
    return row


def _role(site: Site, name: str) -> str:
    """The ARN of a role that Lambda may assume; moto refuses a function without one."""
    iam = site.backend("iam")
    statement = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    row = next((role for role in iam.roles.values() if role.name == name), None)
    return str((row or iam.create_role(name, trust, "/", None, "", [], "3600")).arn)


def repository(site: Site, name: str, days: float, tags: Tags) -> Any:
    given = {"repository_name": name, "image_tag_mutability": "MUTABLE", "tags": pairs(tags)}
    row = call(site.backend("ecr").create_repository, **given)
    row.created_at = site.ago(days)
    return row


def container_image(site: Site, where: Any, tag: str | None, days: float, size: int) -> Any:
    """`size` in bytes; untagged without a tag."""
    ident = f"{where.name}:{len(where.images)}"
    kind = "application/vnd.docker.distribution.manifest.v2+json"
    manifest = json.dumps({"mediaType": kind, "config": {"size": size}, "layers": []})
    digest = "sha256:" + sha256(ident.encode()).hexdigest()
    row = Image(site.place.account, tag, manifest, where.name, kind, digest)  # type: ignore[arg-type, unused-ignore]
    row.image_pushed_at = int(unix_time(site.ago(days)))
    where.images.append(row)
    return row
