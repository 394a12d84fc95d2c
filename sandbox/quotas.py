"""Service Quotas: a small table of AWS's defaults, and what is seeded beside or over it.

Service Quotas API Reference: ListServiceQuotas, GetServiceQuota, ServiceQuota, MetricInfo.
"""

from collections.abc import Callable
from typing import Any

from moto.servicequotas.resources.default_quotas.vpc import VPC_DEFAULT_QUOTAS
from pydantic import BaseModel, ConfigDict

from sandbox.cloudformation.errors import Refused
from sandbox.cloudformation.records import Json
from sandbox.cloudformation.requests import Request
from sandbox.paging import page
from sandbox.seeds import form

MOST = 100
STRICT = ConfigDict(extra="forbid")
SERVICES = {
    "cloudformation": "AWS CloudFormation",
    "dynamodb": "Amazon DynamoDB",
    "ebs": "Amazon Elastic Block Store (Amazon EBS)",
    "ec2": "Amazon Elastic Compute Cloud (Amazon EC2)",
    "elasticloadbalancing": "Elastic Load Balancing (ELB)",
    "lambda": "AWS Lambda",
    "monitoring": "Amazon CloudWatch",
    "rds": "Amazon Relational Database Service (Amazon RDS)",
    "vpc": "Amazon Virtual Private Cloud (Amazon VPC)",
}


def _vcpus(kind: str) -> Json:
    dimensions = {"Class": kind, "Resource": "vCPU", "Service": "EC2", "Type": "Resource"}
    place = {"MetricNamespace": "AWS/Usage", "MetricName": "ResourceCount", "MetricDimensions": dimensions}
    return place | {"MetricStatisticRecommendation": "Maximum"}


# service, code, name, value, usage metric
DEFAULTS: tuple[tuple[str, str, str, float, Json], ...] = (
    ("cloudformation", "L-0485CB21", "Stack count", 2000, {}),
    ("ebs", "L-309BACF6", "Snapshots per Region", 100_000, {}),
    ("ec2", "L-0263D0A3", "EC2-VPC Elastic IPs", 5, {}),
    (
        "ec2",
        "L-1216C47A",
        "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances",
        5,
        _vcpus("Standard/OnDemand"),
    ),
    ("elasticloadbalancing", "L-53DA6B97", "Application Load Balancers per Region", 50, {}),
    ("lambda", "L-B99A9384", "Concurrent executions", 1000, {}),
    ("rds", "L-7B6409FD", "DB instances", 40, {}),
)


class UsageSeed(BaseModel):
    model_config = STRICT
    namespace: str = "AWS/Usage"
    name: str
    dimensions: dict[str, str] = {}
    statistic: str = "Maximum"


class QuotaSeed(BaseModel):
    """A value of the account's own, or a quota that the table does not have."""

    model_config = STRICT
    service: str
    code: str
    name: str = ""
    value: float
    usage: UsageSeed | None = None


class QuotasSeed(BaseModel):
    model_config = STRICT
    quotas: list[QuotaSeed]


def plant(request: Request) -> Json:
    """POST /_sandbox/quotas."""
    given = form(QuotasSeed, request)
    kept = request.world.seeded.quotas.setdefault(request.place, {})
    for seed in given.quotas:
        usage = _usage(seed.usage) if seed.usage else {}
        kept[seed.service, seed.code] = {"QuotaName": seed.name, "Value": seed.value, "UsageMetric": usage}
    return {"made": len(given.quotas)}


def _usage(seed: UsageSeed) -> Json:
    place = {"MetricNamespace": seed.namespace, "MetricName": seed.name, "MetricDimensions": seed.dimensions}
    return place | {"MetricStatisticRecommendation": seed.statistic}


def _defaults(request: Request, service: str) -> dict[str, Json]:
    if service == "vpc":
        return {str(one["QuotaCode"]): dict(one) for one in VPC_DEFAULT_QUOTAS}
    rows = (row for row in DEFAULTS if row[0] == service)
    return {code: _quota(request, service, code, name, value, usage) for _, code, name, value, usage in rows}


def _quota(request: Request, service: str, code: str, name: str, value: float, usage: Json) -> Json:
    account = request.place.account
    quota: Json = {
        "ServiceCode": service,
        "ServiceName": SERVICES.get(service, service),
        "QuotaArn": f"arn:aws:servicequotas:{request.place.region}:{account}:{service}/{code}",
        "QuotaCode": code,
        "QuotaName": name,
        "Value": float(value),
        "Unit": "None",
        "Adjustable": True,
        "GlobalQuota": False,
        "QuotaAppliedAtLevel": "ACCOUNT",
    }
    return quota | ({"UsageMetric": usage} if usage else {})


def _applied(request: Request, service: str) -> dict[str, Json]:
    found = _defaults(request, service)
    for (owner, code), own in request.world.seeded.quotas.get(request.place, {}).items():
        if owner == service:
            known = found.get(code) or _quota(request, service, code, "", 0, {})
            found[code] = known | {name: value for name, value in own.items() if value not in ("", {})}
    if not found and service not in SERVICES:
        raise _missing(f"The service code {service} does not exist.")
    return found


def _missing(text: str) -> Refused:
    return Refused("NoSuchResourceException", text)


def _listed(quotas: dict[str, Json], request: Request) -> Json:
    found = [quota for _, quota in sorted(quotas.items())]
    most = int(request.get("MaxResults", MOST))
    if not 1 <= most <= MOST:
        raise Refused("IllegalArgumentException", f"MaxResults must be from 1 to {MOST}.")
    return page(found, "Quotas", most, request.get("NextToken"), _bad_token)


def _bad_token(text: str) -> Refused:
    return Refused("InvalidPaginationTokenException", text)


def list_service_quotas(request: Request) -> Json:
    return _listed(_applied(request, request.get("ServiceCode", "")), request)


def list_aws_default_service_quotas(request: Request) -> Json:
    return _listed(_defaults(request, request.get("ServiceCode", "")), request)


def _one(quotas: dict[str, Json], code: Any) -> Json:
    if code not in quotas:
        raise _missing(f"The quota code {code} does not exist.")
    return {"Quota": quotas[code]}


def get_service_quota(request: Request) -> Json:
    return _one(_applied(request, request.get("ServiceCode", "")), request.get("QuotaCode"))


def get_aws_default_service_quota(request: Request) -> Json:
    return _one(_defaults(request, request.get("ServiceCode", "")), request.get("QuotaCode"))


def list_services(request: Request) -> Json:
    found = [{"ServiceCode": code, "ServiceName": name} for code, name in SERVICES.items()]
    return page(found, "Services", int(request.get("MaxResults", MOST)), request.get("NextToken"), _bad_token)


ACTIONS: dict[str, Callable[[Request], Json]] = {
    "GetAWSDefaultServiceQuota": get_aws_default_service_quota,
    "GetServiceQuota": get_service_quota,
    "ListAWSDefaultServiceQuotas": list_aws_default_service_quotas,
    "ListServiceQuotas": list_service_quotas,
    "ListServices": list_services,
}
