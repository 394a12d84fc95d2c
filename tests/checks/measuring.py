"""Figures and ages of the past, put into the sandbox: its CloudWatch knows nothing of the future."""

from datetime import timedelta

HOUR = 3600


def measure(reader, namespace, dimensions, values, every=24):
    """Each metric has this value once in so many hours, from 66 days ago on."""
    told = {"namespace": namespace, "dimensions": dimensions, "period": every * HOUR, "hours": 66 * 24}
    metrics = [{"name": name, "value": value, **told} for name, value in values.items()]
    reader.account.sandbox.seed("metrics", reader.account.id, metrics=metrics)


def age(reader, kind, ident, days=60):
    """Let it have been made so many days ago."""
    made = (reader.now - timedelta(days=days)).isoformat()
    reader.account.sandbox.age(kind, ident, account=reader.account.id, created=made)
