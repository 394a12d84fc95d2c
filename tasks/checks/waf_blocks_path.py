"""Addresses that a web ACL answers with 403 although everything behind it is well.

The addresses an environment declares are followed to their load balancers (by DNS name, Route 53 alias or host rule)
or CloudFront distribution, and each is taken through the web ACL in front: rules by priority, managed groups with
their overrides and scope, exceptions by label. AWSManagedRulesAdminProtectionRuleSet, for one, blocks what looks like
an administrator's path. AWS does not publish its patterns: what is known here is in tasks/sweeps/managed_rules.py. Only
reading: no request is sent. Web ACLs of distributions are read in us-east-1.

AWS docs: AWS Managed Rules rule groups list; Rule group action overrides in AWS WAF; Scope-down statements; Labels on
web requests; GetWebACLForResource.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Read, Reader, Severity
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps import addresses, resources, target_groups, web_acls
from tasks.sweeps.managed_rules import Request
from tasks.sweeps.resources import Resource
from tasks.sweeps.web_acls import Block, Outcome


class Limits(BaseModel):
    expected: list[str] = Field(
        [],
        max_length=50,
        title=gettext_noop("Meant to be blocked"),
        description=gettext_noop("Paths that a web ACL may block, such as /phpmyadmin."),
    )


@dataclass(frozen=True)
class Facts:
    """One load balancer or distribution, its web ACL's name, and what becomes of each address. `resource` may be a
    host that nothing here answers at: then `outcomes` are None."""

    resource: Resource
    acl: str
    outcomes: tuple[tuple[str, Outcome | None], ...]


@dataclass(frozen=True)
class Probe:
    """A declared address, and the request it makes."""

    address: str
    request: Request


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    probes = [probe(address) for address in reader.environment.probes]
    if not probes:
        return
    led = addresses.targets(reader, sorted({each.request.host for each in probes}))
    if reader.region == addresses.GLOBAL:
        yield from of_distributions(reader, probes, led)
    yield from of_balancers(reader, probes, led)


def probe(address: str) -> Probe:
    parts = urlsplit(address)
    return Probe(address, Request((parts.hostname or "").lower(), parts.path or "/", parts.query))


def of_distributions(reader: Reader, probes: Sequence[Probe], led: Mapping[str, str]) -> Iterator[Facts]:
    known = addresses.distributions(reader)
    served: dict[str, list[Probe]] = {}
    for each in probes:
        found = known.get(each.request.host) or known.get(led[each.request.host])
        if found:
            served.setdefault(found["ARN"], []).append(each)
    for told in {each["ARN"]: each for each in known.values() if each["ARN"] in served}.values():
        acl = distribution_acl(reader, told.get("WebACLId", ""))
        yield facts(Resource(told["ARN"], reader.now, told["DomainName"]), acl, served[told["ARN"]])


def distribution_acl(reader: Reader, arn: str) -> dict[str, Any] | None:
    """The web ACL of a distribution: …:global/webacl/NAME/ID."""
    parts = arn.split("/")
    if len(parts) != 4:
        return None
    answer = reader.read(Read("wafv2", "get_web_acl", {"Name": parts[2], "Id": parts[3], "Scope": "CLOUDFRONT"}))
    return dict(answer["WebACL"])


def of_balancers(reader: Reader, probes: Sequence[Probe], led: Mapping[str, str]) -> Iterator[Facts]:
    balancers = {
        arn: each for arn, each in target_groups.balancers(reader).items() if each.get("Type") == "application"
    }
    names = {addresses.plain(each["DNSName"]): arn for arn, each in balancers.items()}
    found = {host: names[target] for host, target in led.items() if target in names}
    lost = [host for host, target in led.items() if target not in names and target == host]
    found |= addresses.by_rule(reader, balancers, lost) if lost else {}
    served: dict[str, list[Probe]] = {}
    for each in probes:
        if each.request.host in found:
            served.setdefault(found[each.request.host], []).append(each)
    reads = [Read("wafv2", "get_web_acl_for_resource", {"ResourceArn": arn}) for arn in served]
    for arn, answer in zip(served, reader.several(reads), strict=True):
        balancer = Resource(arn, reader.now, balancers[arn]["LoadBalancerName"])
        yield facts(balancer, (answer or {}).get("WebACL"), served[arn])
    if reader.region == reader.environment.region:
        yield from nowhere(reader, probes, [host for host in lost if host not in found])


def nowhere(reader: Reader, probes: Sequence[Probe], hosts: Sequence[str]) -> Iterator[Facts]:
    """Hosts that nothing in this region answers at, said once, in the environment's first region."""
    for host in hosts:
        mine = [each.address for each in probes if each.request.host == host]
        yield Facts(Resource(host, reader.now, host), "", tuple((address, None) for address in mine))


def facts(resource: Resource, acl: Mapping[str, Any] | None, probes: Sequence[Probe]) -> Facts:
    outcomes = [web_acls.outcome(acl, each.request) if acl else Outcome("passed") for each in probes]
    pairs = zip([each.address for each in probes], outcomes, strict=True)
    return Facts(resource, acl["Name"] if acl else "", tuple(pairs))


def judge(facts: Facts, limits: Limits) -> Found | None:
    told = [(address, outcome) for address, outcome in facts.outcomes if not expected(address, limits)]
    blocked = [(address, outcome.block) for address, outcome in told if outcome and outcome.block]
    if blocked:
        return found(facts, sentence(facts, blocked), exception(facts, blocked), None, blocked)
    if any(outcome is None for _, outcome in told):
        text = _("No load balancer in this region answers to {host}, so whether a web ACL blocks it is not known.")
        return found(
            facts, text.format(host=facts.resource.id), _("Correct the address, or sweep its region too."), "low"
        )
    doubts = [(address, outcome.by) for address, outcome in told if outcome and outcome.by]
    if not doubts:
        return None
    text = _("Whether {acl} lets {address} through is not known: rule {rule} looks at more than its path.")
    detail = text.format(acl=facts.acl, address=doubts[0][0], rule=doubts[0][1])
    return found(facts, detail, _("Ask for the address from outside."), "low")


def expected(address: str, limits: Limits) -> bool:
    return any(urlsplit(address).path.startswith(path) for path in limits.expected)


def sentence(facts: Facts, blocked: Sequence[tuple[str, Block]]) -> str:
    block = blocked[0][1]
    what = f"{block.group} ({block.inner})" if block.group else block.rule
    text = _("{acl} blocks {addresses} by {what}: they get 403 whatever the targets answer.")
    if not block.sure:
        text = _("{acl} may block {addresses} by {what}: what narrows that rule could not be read.")
    return text.format(acl=facts.acl, addresses=", ".join(address for address, _ in blocked), what=what)


def exception(facts: Facts, blocked: Sequence[tuple[str, Block]]) -> str:
    """The smallest exception: only this rule counts, and what it marks is blocked but for this path."""
    address, block = blocked[0]
    path = urlsplit(address).path or "/"
    if not block.group:
        text = _("Change rule {rule} so that it does not match {path}.")
        return text.format(rule=block.rule, path=path)
    text = _(
        "In {rule} override {inner} alone to Count. After it add a rule that blocks the label {label} unless the path "
        "begins with {path}."
    )
    return text.format(rule=block.rule, inner=block.inner, label=block.label, path=path)


def statement(address: str, block: Block) -> dict[str, Any]:
    """That rule's statement, as JSON of the WAF API."""
    path = {
        "FieldToMatch": {"UriPath": {}},
        "PositionalConstraint": "STARTS_WITH",
        "SearchString": urlsplit(address).path or "/",
        "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
    }
    label = {"LabelMatchStatement": {"Scope": "LABEL", "Key": block.label}}
    return {"AndStatement": {"Statements": [label, {"NotStatement": {"Statement": {"ByteMatchStatement": path}}}]}}


def found(
    facts: Facts,
    detail: str,
    advice: str,
    severity: Severity | None,
    blocked: Sequence[tuple[str, Block]] = (),
) -> Found:
    if blocked and not all(block.sure for _, block in blocked):
        severity = "medium"
    return resources.found(
        facts.resource,
        detail=detail,
        advice=advice,
        severity=severity,
        web_acl=facts.acl,
        blocked=[{"address": address, "rule": block.rule, "by": block.inner} for address, block in blocked],
        exception=[json.dumps(statement(address, block)) for address, block in blocked if block.label],
    )


CHECK = Check(
    name="waf-blocks-path",
    title=gettext_noop("WAF blocks a path"),
    summary=gettext_noop("A web ACL answers one of the environment's addresses with 403."),
    group="reliability",
    severity="high",
    limits=Limits,
    gather=gather,
    judge=judge,
    permissions=(*addresses.PERMISSIONS, "wafv2:GetWebACL", "wafv2:GetWebACLForResource"),
    guide=__doc__ or "",
)
