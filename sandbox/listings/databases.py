"""RDS: an instance stops and starts in a while, says when AWS starts it again, and MaxRecords has its bounds.

AWS docs: "Stopping an Amazon RDS DB instance temporarily", Amazon RDS User Guide (seven days, and what can't be
stopped); DescribeDBInstances, DescribeEvents, StartDBInstance, StopDBInstance, Amazon RDS API Reference.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from moto.core.utils import utcnow
from moto.rds.exceptions import InvalidDBClusterStateFaultError, InvalidParameterValue
from moto.rds.models import RDSBackend
from moto.rds.responses import RDSResponse

from sandbox.replacing import put

STOPPED_FOR = timedelta(days=7)
PAGED = ("describe_db_clusters", "describe_db_instances", "describe_db_snapshots", "describe_events")


def _stopping(stop: Callable[..., Any]) -> Callable[..., Any]:
    def stopped(backend: Any, ident: str, *given: Any, **more: Any) -> Any:
        if _never_stops(backend.describe_db_instances(ident)[0]):
            raise InvalidDBClusterStateFaultError(ident)
        database = stop(backend, ident, *given, **more)
        database.automatic_restart_time = utcnow() + STOPPED_FOR
        return database

    return stopped


def _starting(start: Callable[..., Any]) -> Callable[..., Any]:
    def started(backend: Any, *given: Any, **more: Any) -> Any:
        database = start(backend, *given, **more)
        database.automatic_restart_time = None
        return database

    return started


def _never_stops(database: Any) -> bool:
    """What has a read replica, and what is a member of a cluster; moto refuses replicas and SQL Server in two zones."""
    return bool(database.replicas or database.db_cluster_identifier)


def _going(call: Callable[[Any], Any], status: str) -> Callable[[Any], Any]:
    """The status on the way, which the answer has too; sandbox.moves brings it to its end."""

    def going(response: Any) -> Any:
        found = call(response)
        found.result["DBInstance"].status = status
        return found

    return going


def _recent(describe: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The events of the last hour, or of `Duration` minutes, or from `StartTime` on."""

    def described(response: Any) -> Any:
        found, given = describe(response), response.params
        since = given.get("StartTime") or utcnow() - timedelta(minutes=int(given.get("Duration") or 60))
        found.result["Events"] = [each for each in found.result["Events"] if each.date >= since.replace(tzinfo=None)]
        return found

    return described


def _bounded(describe: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def described(response: Any) -> Any:
        most = response.params.get("MaxRecords")
        if most is not None and not 20 <= int(most) <= 100:
            raise InvalidParameterValue(f"Invalid value {most} for MaxRecords. Must be between 20 and 100")
        return describe(response)

    return described


def replace() -> None:
    stop, start = _stopping(RDSBackend.stop_db_instance), _starting(RDSBackend.start_db_instance)
    put(RDSBackend, stop_db_instance=stop, start_db_instance=start)
    going = _going(RDSResponse.stop_db_instance, "stopping"), _going(RDSResponse.start_db_instance, "starting")
    put(RDSResponse, stop_db_instance=going[0], start_db_instance=going[1])
    put(RDSResponse, describe_events=_recent(RDSResponse.describe_events))
    put(RDSResponse, **{name: _bounded(getattr(RDSResponse, name)) for name in PAGED})
