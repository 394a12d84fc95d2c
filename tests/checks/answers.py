"""Readers for tests: one with answers of AWS's shape that a test names, one on the sandbox. Both note their calls."""

from datetime import UTC, datetime, timedelta
from functools import cache

from botocore import xform_name
from botocore.session import get_session

from opsportal.checks import Price, Read
from tasks.aws.errors import iam_action
from tasks.sweeps.metrics import Series
from tests.stacks.driver import facts

NOW = datetime(2026, 11, 25, 12, 30, tzinfo=UTC)


def ago(**span):
    return NOW - timedelta(**span)


def series(*values, minutes=5, whole=True):
    """The values, oldest first, the last of them now."""
    times = tuple(NOW - timedelta(minutes=minutes * place) for place in reversed(range(len(values))))
    return Series(times, tuple(map(float, values)), whole)


def price(usd, item="t3.micro", unit="hour"):
    return Price("ec2", item, unit, "eu-central-1", usd, "2026-10-01")


def judged(check, facts, **limits):
    """What a check of its file says of these facts."""
    return check.CHECK.judge(facts, check.Limits(**limits))


def gathered(check, reader, **limits):
    """The facts it gathers; no call may need an action that it does not declare."""
    found = list(check.CHECK.gather(reader, check.Limits(**limits)))
    assert reader.actions <= set(check.CHECK.permissions)
    return found


@cache
def action(service, operation):
    model = get_session().get_service_model(service)
    names = {xform_name(name): name for name in model.operation_names}
    return iam_action(model.signing_name, names[operation])


class Answers:
    """`given`: by service and operation, what AWS answers: a page, a list of pages, or a function of the arguments."""

    def __init__(self, given, prices=None, region="eu-central-1", **environment):
        self.given = {("cloudwatch", "get_metric_data"): measured({}), **given}
        self.prices, self.region, self.now, self.calls = prices or {}, region, NOW, []
        self.environment, self.actions = facts("123456789012", **environment), set()

    def note(self, read):
        self.calls.append(read.operation)
        self.actions.add(action(read.service, read.operation))

    def pages(self, read):
        answer = self.given[read.service, read.operation]
        answer = answer(read.arguments) if callable(answer) else answer
        for page in answer if isinstance(answer, list) else [answer]:
            self.note(read)
            yield page

    def read(self, read):
        return next(self.pages(read))

    def several(self, reads):
        return (self.read(each) for each in reads)

    def price(self, service, item):
        usd = self.prices.get(item)
        return usd and price(usd, item)


def measured(values):
    """GetMetricData's answers: `values` by metric name and the value of its last dimension, five minutes apart."""

    def answer(arguments):
        end = datetime.fromisoformat(arguments["EndTime"])
        results = []
        for query in arguments["MetricDataQueries"]:
            metric = query["MetricStat"]["Metric"]
            found = values.get((metric["MetricName"], metric["Dimensions"][-1]["Value"]), [])
            step = timedelta(seconds=query["MetricStat"]["Period"])
            times = [end - step * place for place in range(len(found), 0, -1)]
            results.append({"Id": query["Id"], "Timestamps": times, "Values": found, "StatusCode": "Complete"})
        return {"MetricDataResults": results}

    return answer


class OnSandbox(Answers):
    """The same, asking the sandbox."""

    def __init__(self, account, prices=None, **environment):
        super().__init__({}, prices, region="eu-west-1", **environment)
        self.account, self.now = account, datetime.now(UTC)

    def pages(self, read):
        self.note(read)
        paginator = self.account.client(read.service).get_paginator(read.operation)
        yield from paginator.paginate(**read.arguments)

    def read(self, read: Read):
        self.note(read)
        return getattr(self.account.client(read.service), read.operation)(**read.arguments)
