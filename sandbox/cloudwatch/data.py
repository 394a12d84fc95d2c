"""GetMetricData: up to 500 metrics in a call and expressions over them, in pages of so many data points.

API Reference: GetMetricData.
"""

import base64
import re
from dataclasses import dataclass, field

from sandbox.cloudformation.errors import Refused
from sandbox.cloudformation.records import Json
from sandbox.cloudformation.requests import Request
from sandbox.cloudwatch import expressions, questions, statistics
from sandbox.cloudwatch.expressions import Points, Scope

MOST_QUERIES = 500
MOST_DATAPOINTS = 100_800
ID = re.compile(r"[a-z][a-zA-Z0-9_]*")
TOKEN = re.compile(r"query (\d+) point (\d+)")


@dataclass
class Answers:
    """The points of each query, calculated when they are first asked for, oldest first."""

    request: Request
    queries: dict[str, Json]
    known: dict[str, Points] = field(default_factory=dict)

    def of(self, ident: str) -> Points:
        if ident not in self.known:
            query = self.queries[ident]
            self.known[ident] = self._measured(query) if "MetricStat" in query else self._calculated(query)
        return self.known[ident]

    def _measured(self, query: Json) -> Points:
        asked = query["MetricStat"]
        metric = questions.metric(self.request, asked["Metric"], asked.get("Unit", ""))
        if metric is None:
            return []
        span = questions.span(self.request, int(asked["Period"]))
        name = asked["Stat"]
        sets = statistics.periods(metric, span, single=name not in statistics.SIMPLE)
        values = ((one.at, statistics.value(one, name)) for one in sets)
        return [(at, value) for at, value in values if value is not None]

    def _calculated(self, query: Json) -> Points:
        try:
            return expressions.points(query["Expression"], Scope(self.queries, self.of, self._moments()))
        except expressions.BadExpression as error:
            text = f"Error in expression '{query['Id']}': {error}"
            raise questions.validation(text) from error

    def _moments(self) -> range:
        """By the shortest period of any metric asked for."""
        asked = [query["MetricStat"]["Period"] for query in self.queries.values() if "MetricStat" in query]
        span = questions.span(self.request, min(asked, default=60))
        return range(span.first, int(span.end), span.period)


def get_metric_data(request: Request) -> Json:
    queries = _checked(request.get("MetricDataQueries", []))
    questions.span(request, 60)
    most = min(max(int(request.get("MaxDatapoints") or MOST_DATAPOINTS), 1), MOST_DATAPOINTS)
    answers = Answers(request, {query["Id"]: query for query in queries})
    wanted = [query for query in queries if query.get("ReturnData", True)]
    newest_first = request.get("ScanBy") != "TimestampAscending"
    return _page(answers, wanted, _place(request.get("NextToken")), most, newest_first)


def _page(answers: Answers, wanted: list[Json], start: tuple[int, int], room: int, newest_first: bool) -> Json:
    """The results from a query's data point on; those that have no room any more are PartialData."""
    results, (first, skipped), token = [], start, ""
    for number, query in enumerate(wanted[first:], first):
        points = [] if token else answers.of(query["Id"])[:: -1 if newest_first else 1][skipped:]
        taken = points[:room]
        room -= len(taken)
        if not token and (len(taken) < len(points) or (room == 0 and number + 1 < len(wanted))):
            whole = len(taken) == len(points)
            token = f"query {number + whole} point {0 if whole else skipped + len(taken)}"
            results.append(_result(query, taken, whole))
        else:
            results.append(_result(query, taken, not token))
        skipped = 0
    following = {"NextToken": base64.b64encode(token.encode()).decode()} if token else {}
    return {"MetricDataResults": results, "Messages": []} | following


def _result(query: Json, points: Points, whole: bool) -> Json:
    label = query["MetricStat"]["Metric"].get("MetricName", "") if "MetricStat" in query else query["Id"]
    return {
        "Id": query["Id"],
        "Label": query.get("Label", label),
        "Timestamps": [at for at, _ in points],
        "Values": [value for _, value in points],
        "StatusCode": "Complete" if whole else "PartialData",
    }


def _place(token: str | None) -> tuple[int, int]:
    """The query and the data point that a page begins with."""
    if not token:
        return 0, 0
    try:
        found = TOKEN.fullmatch(base64.b64decode(token).decode())
    except ValueError:
        found = None
    if found is None:
        raise Refused("InvalidNextToken", "The next token specified is invalid.")
    return int(found[1]), int(found[2])


def _checked(queries: list[Json]) -> list[Json]:
    if not queries:
        raise questions.missing("MetricDataQueries")
    if len(queries) > MOST_QUERIES:
        text = f"The collection MetricDataQueries must not have a size greater than {MOST_QUERIES}."
        raise questions.validation(text)
    ids = [query.get("Id", "") for query in queries]
    if len(set(ids)) < len(ids):
        raise questions.validation("The values for parameter id in MetricDataQueries are not unique.")
    for query in queries:
        _check(query)
    return queries


def _check(query: Json) -> None:
    if not ID.fullmatch(query.get("Id", "")):
        raise questions.validation(f"The value {query.get('Id')} for parameter id must match {ID.pattern}.")
    if ("MetricStat" in query) == ("Expression" in query):
        raise questions.validation(f"The query {query['Id']} must have either MetricStat or Expression.")
    if "MetricStat" in query:
        questions.period(query["MetricStat"].get("Period"))
        questions.statistic(query["MetricStat"].get("Stat", ""))
