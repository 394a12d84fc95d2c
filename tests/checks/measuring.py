"""Figures of the past, put into the sandbox's CloudWatch."""

from datetime import timedelta


def measure(reader, namespace, dimensions, values, every=24):
    """Each metric has this value once in so many hours, over sixteen days before the reader's now."""
    cloudwatch = reader.account.client("cloudwatch")
    named = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    times = [reader.now - timedelta(hours=hours) for hours in range(1, 16 * 24, every)]
    data = [
        {"MetricName": metric, "Dimensions": named, "Timestamp": time, "Value": value}
        for metric, value in values.items()
        for time in times
    ]
    for start in range(0, len(data), 500):
        cloudwatch.put_metric_data(Namespace=namespace, MetricData=data[start : start + 500])
