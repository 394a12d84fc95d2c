"""CloudWatch's front door: one function for each action."""

from collections.abc import Callable

from sandbox.cloudformation.records import Json
from sandbox.cloudformation.requests import Request
from sandbox.cloudwatch import alarm_calls, data, reads, writes

ACTIONS: dict[str, Callable[[Request], Json]] = {
    **alarm_calls.ACTIONS,
    "GetMetricData": data.get_metric_data,
    "GetMetricStatistics": reads.get_metric_statistics,
    "ListMetrics": reads.list_metrics,
    "PutMetricData": writes.put_metric_data,
}
