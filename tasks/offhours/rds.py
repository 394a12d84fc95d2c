"""RDS instances as off-hours stop and start them; when one was started last is known from its events of 14 days.

AWS docs: Amazon RDS User Guide, Stopping an Amazon RDS DB instance temporarily; Amazon RDS event categories and event
messages (RDS-EVENT-0087, 0088, 0154); Amazon RDS API Reference, StartDBInstance, StopDBInstance.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsportal.contexts import Aws
from opsportal.errors import Gone
from opsportal.words import gettext as _
from tasks.sweeps import databases, tags

from .deciding import STOPPED, Facts, Subject
from .services import Service

STARTS, STOPS = "DB instance started", "DB instance stopped"
TOO_LONG = "exceeding the maximum allowed time being stopped"
STATES = {"available": "running"}
Told = Mapping[str, Any]


@dataclass(frozen=True)
class History:
    """The last events of each instance, by its identifier. `forced`: AWS had to start it after seven days."""

    started: Mapping[str, datetime]
    stopped: Mapping[str, datetime]
    forced: Mapping[str, datetime]

    def by_aws(self, name: str) -> bool:
        """Whether AWS itself has started it last."""
        started, stopped, forced = (each.get(name) for each in (self.started, self.stopped, self.forced))
        return bool(started and forced and forced <= started and (stopped is None or stopped <= forced))


def history(events: Iterable[Told]) -> History:
    known = list(events)
    return History(*(databases.latest(known, words) for words in (STARTS, STOPS, TOO_LONG)))


def events(aws: Aws, region: str, **narrowed: str) -> Iterator[Told]:
    for page in aws.pages("rds", "describe_events", region=region, **databases.EVENTS.arguments, **narrowed):
        yield from page["Events"]


def every(aws: Aws, region: str, tag: str) -> Iterator[Facts]:
    """All of them, tagged or not; events are read only where one is tagged."""
    pages = aws.pages("rds", "describe_db_instances", region=region)
    found = [each for page in pages for each in page["DBInstances"]]
    tagged = any(tag in tags.plain(each.get("TagList")) for each in found)
    past = history(events(aws, region) if tagged else ())
    return (facts(each, region, past) for each in found)


def one(aws: Aws, subject: Subject) -> Facts:
    """As it is now. Raises Gone."""
    answer = aws.read("rds", "describe_db_instances", region=subject.region, DBInstanceIdentifier=subject.id)
    if not answer["DBInstances"]:
        raise Gone(_("There is no database {database}.").format(database=subject.id))
    past = history(events(aws, subject.region, SourceIdentifier=subject.id))
    return facts(answer["DBInstances"][0], subject.region, past)


def facts(told: Told, region: str, past: History) -> Facts:
    name, status = str(told["DBInstanceIdentifier"]), str(told["DBInstanceStatus"])
    starts = filter(None, (told.get("InstanceCreateTime"), past.started.get(name)))
    return Facts(
        subject=Subject("rds", region, name, arn=told["DBInstanceArn"]),
        state=STATES.get(status, status),
        tags=tags.plain(told.get("TagList")),
        started=max(starts, default=None),
        by_aws=past.by_aws(name),
        bound=bound(told),
    )


def bound(told: Told) -> str:
    """Why AWS does not stop it by itself; empty: it does."""
    if cluster := told.get("DBClusterIdentifier"):
        return _("it belongs to the cluster {cluster}, which is stopped as a whole").format(cluster=cluster)
    if source := told.get("ReadReplicaSourceDBInstanceIdentifier"):
        return _("it is a read replica of {source}, which AWS does not stop").format(source=source)
    if told.get("ReadReplicaDBInstanceIdentifiers") or told.get("ReadReplicaDBClusterIdentifiers"):
        return _("it has read replicas, and AWS does not stop what has")
    if told["Engine"].startswith("sqlserver") and told.get("MultiAZ"):
        return _("it is SQL Server in two Availability Zones, which AWS does not stop")
    if told["Engine"].startswith("custom-"):
        return _("it is RDS Custom, which this call does not stop")
    return ""


def start(aws: Aws, subject: Subject) -> None:
    aws.change("rds", "start_db_instance", region=subject.region, DBInstanceIdentifier=subject.id)


def stop(aws: Aws, subject: Subject) -> None:
    aws.change("rds", "stop_db_instance", region=subject.region, DBInstanceIdentifier=subject.id)


def tag(aws: Aws, subject: Subject, at: str) -> None:
    held = [{"Key": STOPPED, "Value": at}]
    aws.change("rds", "add_tags_to_resource", region=subject.region, ResourceName=subject.arn, Tags=held)


def untag(aws: Aws, subject: Subject) -> None:
    named = {"ResourceName": subject.arn, "TagKeys": [STOPPED]}
    aws.change("rds", "remove_tags_from_resource", region=subject.region, **named)


SERVICE = Service(
    every=every,
    one=one,
    start=start,
    stop=stop,
    tag=tag,
    untag=untag,
    seconds=20.0,
    timeout=4 * 3600.0,
)
