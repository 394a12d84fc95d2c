"""A Reader with answers of AWS's shape that a test names; it notes its calls."""

from datetime import datetime, timedelta

from tasks.sweeps.metrics import Series
from tests.checks.reading import NOW, action, price
from tests.stacks.driver import facts


def series(*values, minutes=5, whole=True):
    """The values, oldest first, the last of them now."""
    times = tuple(NOW - timedelta(minutes=minutes * place) for place in reversed(range(len(values))))
    return Series(times, tuple(map(float, values)), whole)


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
        return usd and price(usd, service, item)


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
