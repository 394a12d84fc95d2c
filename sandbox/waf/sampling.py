"""Sampled requests of a web ACL. AWS WAF API Reference: GetSampledRequests, SampledHTTPRequest."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from sandbox.cloudformation.errors import Refused
from sandbox.cloudformation.records import Json
from sandbox.cloudformation.requests import Request
from sandbox.seeds import form

HOURS_3 = 10_800
MOST = 500
STRICT = ConfigDict(extra="forbid")


class RequestSeed(BaseModel):
    model_config = STRICT
    uri: str
    method: str = "GET"
    ip: str = "203.0.113.9"
    country: str = "KR"
    host: str = "example.com"
    action: Literal["ALLOW", "BLOCK", "COUNT"] = "BLOCK"
    minutes: float = 1
    rule: str = ""
    labels: list[str] = []


class RequestsSeed(BaseModel):
    """`acl` is the ARN; `metric` the name of the rule's metric, as its VisibilityConfig says."""

    model_config = STRICT
    acl: str
    metric: str
    requests: list[RequestSeed]


def plant(request: Request) -> Json:
    """POST /_sandbox/requests."""
    seed = form(RequestsSeed, request)
    kept = request.world.seeded.sampled.setdefault((seed.acl, seed.metric), [])
    kept.extend((request.now - one.minutes * 60, _sampled(one)) for one in seed.requests)
    return {"made": len(seed.requests)}


def _sampled(seed: RequestSeed) -> Json:
    headers = [{"Name": "Host", "Value": seed.host}]
    asked = {"ClientIP": seed.ip, "Country": seed.country, "URI": seed.uri, "Method": seed.method}
    found: Json = {"Request": asked | {"HTTPVersion": "HTTP/1.1", "Headers": headers}, "Weight": 1}
    found |= {"Action": seed.action, "Labels": [{"Name": label} for label in seed.labels]}
    found |= {"RuleNameWithinRuleGroup": seed.rule} if seed.rule else {}
    return found | ({"ResponseCodeSent": 403} if seed.action == "BLOCK" else {})


def get_sampled_requests(request: Request) -> Json:
    """Of the last three hours: an earlier start is moved there."""
    window, most = request.given["TimeWindow"], int(request.given["MaxItems"])
    if not 1 <= most <= MOST:
        text = f"Error reason: The value must be from 1 to {MOST}., field: MAX_ITEMS, parameter: {most}"
        raise Refused("WAFInvalidParameterException", text)
    start = max(window["StartTime"], request.now - HOURS_3)
    kept: list[Any] = request.world.seeded.sampled.get(
        (request.given["WebAclArn"], request.given["RuleMetricName"]), []
    )
    found = [told | {"Timestamp": at} for at, told in sorted(kept, key=lambda one: -one[0])]
    inside = [one for one in found if start <= one["Timestamp"] <= window["EndTime"]]
    times = {"StartTime": start, "EndTime": max(window["EndTime"], start)}
    return {"SampledRequests": inside[:most], "PopulationSize": len(inside), "TimeWindow": times}
