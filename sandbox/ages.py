"""Times in the past, which no call of AWS's sets: when a resource was made, stopped or last used."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from moto import backends

from sandbox.cloudformation.records import Place
from sandbox.ec2 import instances

Set = Callable[[Any, datetime], None]
NAIVE = "%Y-%m-%dT%H:%M:%S.000Z"
RESTARTED_AFTER = timedelta(days=7)  # "Stopping an Amazon RDS DB instance temporarily", Amazon RDS User Guide
DAY = 86_400


class BadAge(Exception):
    """An age that cannot be given; the text says what was expected."""


@dataclass(frozen=True)
class Kind:
    """How rows of one kind are found by their id, and what each time changes."""

    find: Callable[[Place, str], Any]
    created: Set
    stopped: Set | None = None
    used: Set | None = None


def age(given: Mapping[str, Any]) -> dict[str, str]:
    """`kind`, `id`, `account`, `region`, and ISO 8601 times `created`, `stopped`, `used`. Raises BadAge."""
    kind = KINDS.get(given.get("kind", ""))
    if kind is None:
        raise BadAge(f"kind must be one of {', '.join(sorted(KINDS))}, not {given.get('kind')!r}.")
    row = _found(kind, given)
    times = {name: _moment(name, given[name]) for name in ("created", "stopped", "used") if given.get(name)}
    for name, at in times.items():
        change = getattr(kind, name)
        if change is None:
            raise BadAge(f"{given['kind']} has no time {name!r}.")
        change(row, at)
    return {name: at.isoformat() for name, at in times.items()}


def _found(kind: Kind, given: Mapping[str, Any]) -> Any:
    place = Place(str(given.get("account", "")), str(given.get("region", "")))
    try:
        return kind.find(place, str(given.get("id", "")))
    except (KeyError, StopIteration) as error:
        where = f"account {place.account}, region {place.region}"
        raise BadAge(f"There is no {given['kind']} {given.get('id')!r} in {where}.") from error


def _moment(name: str, text: Any) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise BadAge(f"{name} must be a time such as 2026-01-31T18:00:00Z, not {text!r}.") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def naive(at: datetime) -> datetime:
    """As most of moto keeps times: UTC without saying so."""
    return at.astimezone(UTC).replace(tzinfo=None)


def written(at: datetime) -> str:
    return at.astimezone(UTC).strftime(NAIVE)


def stop_instance(row: Any, at: datetime) -> None:
    if row.state == "running":
        row.stop()
    row._reason = instances.reason(at.astimezone(UTC))


def stop_database(row: Any, at: datetime) -> None:
    row.status, row.automatic_restart_time = "stopped", naive(at) + RESTARTED_AFTER


def read_secret(row: Any, at: datetime) -> None:
    """AWS keeps the day only."""
    row.last_accessed = int(at.timestamp()) // DAY * DAY


def backend(service: str, place: Place) -> Any:
    """moto's backend of a service; S3 and IAM have one for all regions of an account."""
    return backends.get_backend(service)[place.account]["aws" if service in ("s3", "iam") else place.region]  # type: ignore[call-overload]


def _in(service: str, rows: str) -> Callable[[Place, str], Any]:
    return lambda place, ident: getattr(backend(service, place), rows)[ident]


def _instance(place: Place, ident: str) -> Any:
    reservations = backend("ec2", place).reservations.values()
    return next(row for reservation in reservations for row in reservation.instances if row.id == ident)


def _load_balancer(place: Place, ident: str) -> Any:
    rows = backend("elbv2", place).load_balancers.values()
    return next(row for row in rows if ident in (row.arn, row.name))


def _upload(place: Place, ident: str) -> Any:
    bucket, _, upload = ident.partition("/")
    return backend("s3", place).buckets[bucket].multiparts[upload]


def _container_image(place: Place, ident: str) -> Any:
    repository, _, digest = ident.partition("@")
    images = backend("ecr", place).repositories[repository].images
    return next(image for image in images if image.image_digest == digest)


def _function(place: Place, ident: str) -> Any:
    return backend("lambda", place)._lambdas._functions[ident]["latest"]


def _sets(*names: str, form: Callable[[datetime], Any] = naive) -> Set:
    def change(row: Any, at: datetime) -> None:
        for name in names:
            setattr(row, name, form(at))

    return change


def _second(at: datetime) -> int:
    return int(at.timestamp())


KINDS: Mapping[str, Kind] = {
    "bucket": Kind(_in("s3", "buckets"), _sets("creation_date", form=lambda at: at)),
    "cache-cluster": Kind(_in("elasticache", "cache_clusters"), _sets("cache_cluster_create_time")),
    "container-image": Kind(
        _container_image,
        _sets("image_pushed_at", form=_second),
        used=_sets("last_recorded_pull_time", form=_second),
    ),
    "database": Kind(_in("rds", "databases"), _sets("created", "instance_create_time"), stop_database),
    "function": Kind(_function, _sets("last_modified", form=written)),
    "image": Kind(_in("ec2", "amis"), _sets("creation_date"), used=_sets("last_launched_time", form=written)),
    "instance": Kind(_instance, _sets("launch_time"), stop_instance),
    "load-balancer": Kind(_load_balancer, _sets("created_time", form=written)),
    "log-group": Kind(_in("logs", "groups"), _sets("creation_time")),
    "nat-gateway": Kind(_in("ec2", "nat_gateways"), _sets("_created_at")),
    "secret": Kind(
        _in("secretsmanager", "secrets"), _sets("created_date", "last_changed_date", form=_second), used=read_secret
    ),
    "snapshot": Kind(_in("ec2", "snapshots"), _sets("start_time")),
    "table": Kind(_in("dynamodb", "tables"), _sets("created_at")),
    "upload": Kind(_upload, _sets("initiated")),
    "volume": Kind(_in("ec2", "volumes"), _sets("create_time")),
    "vpc-endpoint": Kind(_in("ec2", "vpc_end_points"), _sets("creation_timestamp")),
}
