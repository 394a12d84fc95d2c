"""Calls that AWS refused because there were too many, and quotas that are nearly used up.

For functions, throttled invocations are set against all; for DynamoDB tables, throttled requests against those that
succeeded; for what Service Quotas lists with a usage metric, the highest use of the hours against the quota, counts
and rates alike. API Gateway does not count 429 apart from other 4XX: a REST API is found, as low, when its share of 4XX
is unusual, and the finding says what is not known.

AWS docs: Types of metrics for Lambda functions (throttled calls are in neither Invocations nor Errors); DynamoDB
metrics and dimensions; Amazon API Gateway dimensions and metrics; CloudWatch usage metrics; ListServiceQuotas.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Read, Reader, Severity
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps import metrics, resources
from tasks.sweeps.metrics import DAY, HOUR, MINUTE, Metric, Series, Statistic, measured
from tasks.sweeps.resources import Resource
from tasks.sweeps.spans import about

SECONDS = {"SECOND": 1, "MINUTE": MINUTE, "HOUR": HOUR, "DAY": DAY, "WEEK": 7 * DAY}
QUARTER = 15 * MINUTE

Kind = Literal["function", "table", "api", "quota"]


class Limits(BaseModel):
    hours: int = Field(
        3, ge=1, le=24, title=gettext_noop("Hours"), description=gettext_noop("The calls of this many hours count.")
    )
    share: float = Field(
        1.0,
        ge=0.01,
        le=100,
        title=gettext_noop("Share refused, in %"),
        description=gettext_noop("Found when at least this share of the calls was refused."),
    )
    client_errors: float = Field(
        20.0,
        ge=1,
        le=100,
        title=gettext_noop("Share of 4XX, in %"),
        description=gettext_noop("An API is found when at least this share of its answers was 400 to 499."),
    )
    quota: float = Field(
        80.0,
        ge=10,
        le=100,
        title=gettext_noop("Share of a quota, in %"),
        description=gettext_noop("Found when at least this share of a quota was used."),
    )
    services: list[str] = Field(
        ["ec2", "vpc", "lambda", "elasticloadbalancing", "dynamodb", "monitoring", "cloudformation"],
        max_length=30,
        title=gettext_noop("Quotas of these services"),
        description=gettext_noop("The services whose quotas are read, by their codes in Service Quotas."),
    )


@dataclass(frozen=True)
class Facts:
    """`part` of `whole`: refused of all calls, or used of a quota. `part` None: CloudWatch could not give it."""

    kind: Kind
    resource: Resource
    part: float | None
    whole: float


@dataclass(frozen=True)
class Asked:
    """What is to be measured. `quota`: its value; `seconds`: for which a rate holds, 0: it is a count."""

    kind: Kind
    resource: Resource
    quota: float = 0.0
    seconds: float = 0.0


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    wanted = [*functions(reader), *tables(reader), *apis(reader), *quotas(reader, limits)]
    for asked, series in measured(reader, wanted, reader.now - timedelta(hours=limits.hours)):
        yield facts(asked, series)


def listed(reader: Reader, namespace: str, name: str) -> list[dict[str, str]]:
    """The dimensions under which a metric was reported in the last hours."""
    recent = Read("cloudwatch", "list_metrics", {"Namespace": namespace, "MetricName": name, "RecentlyActive": "PT3H"})
    pages = reader.pages(recent)
    return [{one["Name"]: one["Value"] for one in each["Dimensions"]} for page in pages for each in page["Metrics"]]


def functions(reader: Reader) -> Iterator[tuple[Asked, list[Metric]]]:
    for place in listed(reader, "AWS/Lambda", "Throttles"):
        if set(place) == {"FunctionName"}:
            name, namespace = place["FunctionName"], "AWS/Lambda"
            counts = [Metric(namespace, each, place, "Sum", QUARTER) for each in ("Throttles", "Invocations")]
            yield Asked("function", named(reader, "lambda", f":function:{name}", name)), counts


def tables(reader: Reader) -> Iterator[tuple[Asked, list[Metric]]]:
    """A table with all its operations; the metric is there only where requests were refused."""
    operations: dict[str, list[dict[str, str]]] = {}
    for place in listed(reader, "AWS/DynamoDB", "ThrottledRequests"):
        if set(place) == {"TableName", "Operation"}:
            operations.setdefault(place["TableName"], []).append(place)
    for name, places in operations.items():
        refused = [Metric("AWS/DynamoDB", "ThrottledRequests", place, "Sum", QUARTER) for place in places]
        latency = "SuccessfulRequestLatency"  # its samples are the requests that succeeded
        done = [Metric("AWS/DynamoDB", latency, place, "SampleCount", QUARTER) for place in places]
        yield Asked("table", named(reader, "dynamodb", f":table/{name}", name)), refused + done


def apis(reader: Reader) -> Iterator[tuple[Asked, list[Metric]]]:
    for place in listed(reader, "AWS/ApiGateway", "4XXError"):
        if set(place) == {"ApiName"}:
            errors = Metric("AWS/ApiGateway", "4XXError", place, "Sum", QUARTER)
            every = Metric("AWS/ApiGateway", "Count", place, "SampleCount", QUARTER)
            name = place["ApiName"]
            yield Asked("api", named(reader, "apigateway", f":{name}", name)), [errors, every]


def named(reader: Reader, service: str, rest: str, name: str) -> Resource:
    """What CloudWatch knows by its name only; `rest`: what follows the account in its ARN."""
    partition = {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(reader.region.rpartition("-")[0].rpartition("-")[0], "aws")
    arn = f"arn:{partition}:{service}:{reader.region}:{reader.environment.account}{rest}"
    return Resource(arn, reader.now, name)


def quotas(reader: Reader, limits: Limits) -> Iterator[tuple[Asked, list[Metric]]]:
    """The quotas whose use CloudWatch knows."""
    for service in limits.services:
        for page in reader.pages(Read("service-quotas", "list_service_quotas", {"ServiceCode": service})):
            for each in page["Quotas"]:
                usage = each.get("UsageMetric", {})
                if usage.get("MetricName") and each.get("Value"):
                    quota = Resource(each["QuotaArn"], reader.now, f"{each['ServiceName']}: {each['QuotaName']}")
                    yield Asked("quota", quota, each["Value"], span(each)), [used(usage)]


def used(usage: Mapping[str, Any]) -> Metric:
    """Calls are counted by minute, resources are told as they are."""
    statistic: Statistic = "Sum" if usage["MetricName"] == "CallCount" else "Maximum"
    period = MINUTE if statistic == "Sum" else 5 * MINUTE
    return Metric(usage["MetricNamespace"], usage["MetricName"], usage["MetricDimensions"], statistic, period)


def span(quota: Mapping[str, Any]) -> float:
    """The seconds for which a rate holds; 0: it is a count."""
    period = quota.get("Period", {})
    return float(period.get("PeriodValue", 0)) * SECONDS.get(period.get("PeriodUnit", ""), 0)


def facts(asked: Asked, series: tuple[Series, ...]) -> Facts:
    """The share of what was measured, refusals first; where there were none CloudWatch has no point."""
    told = asked.kind, asked.resource
    if not all(each.whole for each in series):
        return Facts(*told, None, 0.0)
    if asked.kind == "quota":
        return Facts(*told, max(series[0].values, default=0.0), most(asked))
    half = len(series) // 2
    refused, others = (sum(sum(each.values) for each in part) for part in (series[:half], series[half:]))
    return Facts(*told, refused, others if asked.kind == "api" else refused + others)


def most(asked: Asked) -> float:
    """The quota for what was measured: a rate is measured by the minute."""
    return asked.quota * 60 / asked.seconds if asked.seconds else asked.quota


def judge(facts: Facts, limits: Limits) -> Found | None:
    if facts.part is None:
        text = _("How much was refused is not known: CloudWatch did not give all figures of {span}.")
        return found(facts, text.format(span=about(limits.hours)), _("Sweep again."), "low")
    limit = {"quota": limits.quota, "api": limits.client_errors}.get(facts.kind, limits.share)
    share = facts.part / facts.whole * 100 if facts.whole else 0.0
    if share < limit:
        return None
    severity: Severity | None = "low" if facts.kind == "api" else "high" if share >= 100 else None
    return found(facts, detail(facts, share, limits), advice(facts.kind), severity)


def detail(facts: Facts, share: float, limits: Limits) -> str:
    texts = {
        "function": _("{part} of {whole} invocations were throttled in {span} ({share} %)."),
        "table": _("{part} of {whole} requests were throttled in {span} ({share} %)."),
        "api": _("{part} of {whole} answers in {span} were 4XX ({share} %). How many of them are 429 is not known."),
        "quota": _("Up to {part} of {whole} were used in {span} ({share} % of the quota)."),
    }
    figures = {"part": f"{facts.part:g}", "whole": f"{facts.whole:g}", "share": f"{share:.1f}"}
    return texts[facts.kind].format(**figures, span=about(limits.hours))


def advice(kind: Kind) -> str:
    texts = {
        "function": _("Raise its reserved concurrency, ask for a higher quota, or call it more evenly."),
        "table": _("Raise its capacity, use on-demand mode, or look for a hot key."),
        "api": _("Look for 429 in its access log and compare with the limits of its stages and usage plans."),
        "quota": _("Ask for a higher quota before it is used up, or remove what is not used."),
    }
    return texts[kind]


def found(facts: Facts, detail: str, advice: str, severity: Severity | None) -> Found:
    return resources.found(
        facts.resource,
        detail=detail,
        advice=advice,
        severity=severity,
        kind=facts.kind,
        part=facts.part,
        whole=facts.whole,
    )


CHECK = Check(
    name="api-throttling",
    title=gettext_noop("AWS refuses calls"),
    summary=gettext_noop("Functions, tables or APIs are throttled, or a quota is nearly used up."),
    group="reliability",
    severity="medium",
    limits=Limits,
    gather=gather,
    judge=judge,
    permissions=(*metrics.PERMISSIONS, "cloudwatch:ListMetrics", "servicequotas:ListServiceQuotas"),
    guide=__doc__ or "",
)
