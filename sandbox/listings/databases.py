"""RDS: a stopped instance says when AWS starts it again, and MaxRecords has its bounds.

AWS docs: "Stopping an Amazon RDS DB instance temporarily", Amazon RDS User Guide (seven days); DescribeDBInstances,
Amazon RDS API Reference.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from moto.core.utils import utcnow
from moto.rds.exceptions import InvalidParameterValue
from moto.rds.models import RDSBackend
from moto.rds.responses import RDSResponse

from sandbox.replacing import put

STOPPED_FOR = timedelta(days=7)
PAGED = ("describe_db_clusters", "describe_db_instances", "describe_db_snapshots")


def _stopping(stop: Callable[..., Any]) -> Callable[..., Any]:
    def stopped(backend: Any, *given: Any, **more: Any) -> Any:
        database = stop(backend, *given, **more)
        database.automatic_restart_time = utcnow() + STOPPED_FOR
        return database

    return stopped


def _starting(start: Callable[..., Any]) -> Callable[..., Any]:
    def started(backend: Any, *given: Any, **more: Any) -> Any:
        database = start(backend, *given, **more)
        database.automatic_restart_time = None
        return database

    return started


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
    put(RDSResponse, **{name: _bounded(getattr(RDSResponse, name)) for name in PAGED})
