"""What a web ACL does with a request, as far as its rules can be read: blocked, let through, or not known.

Rules are taken by priority; Allow and Block end it, Count goes on and leaves its label. AWS does not publish what its
managed rules look for: tasks/sweeps/managed_rules.py has what is known.

AWS docs: AWS Managed Rules rule groups list; How AWS WAF handles rule and rule group actions in a web ACL; Labels on
web requests; Rule group action overrides (an OverrideAction of Count counts the group's result only).
"""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal
from urllib.parse import unquote

from .managed_rules import RULES, Request

Fit = bool | None  # None: not known


@dataclass(frozen=True)
class Block:
    """What blocks a request: the rule of the web ACL, within a managed group its rule and label. `sure` False: what
    narrows it could not be read."""

    rule: str
    group: str = ""
    inner: str = ""
    label: str = ""
    sure: bool = True


@dataclass(frozen=True)
class Outcome:
    """`by`: the first rule that may block it all the same, because it could not be read; empty: none."""

    verdict: Literal["blocked", "passed"]
    block: Block | None = None
    by: str = ""


def outcome(acl: Mapping[str, Any], request: Request) -> Outcome:
    """What becomes of the request. Rules that look at what a path does not tell (rates, attacks) are taken not to
    match an ordinary visitor."""
    labels: set[str] = set()
    doubts: dict[str, str] = {}  # the first rule that could not be read, by what it would do
    for rule in sorted(acl.get("Rules", ()), key=lambda rule: rule["Priority"]):
        action, block = applied(rule, request, labels)
        if action == "Block":
            return Outcome("blocked", replace(block, sure=block.sure and "Allow" not in doubts))
        if action == "Allow":
            return Outcome("passed", by=doubts.get("Block", ""))
        if action:
            doubts.setdefault(action.removeprefix("?"), rule["Name"])
    if "Block" in acl.get("DefaultAction", {}):
        return Outcome("blocked", Block("Default_Action", sure="Allow" not in doubts))
    return Outcome("passed", by=doubts.get("Block", ""))


Action = Literal["Allow", "Block", "?Allow", "?Block", ""]


def applied(rule: Mapping[str, Any], request: Request, labels: set[str]) -> tuple[Action, Block]:
    """What a rule does with the request: it ends it, it may (?), or it does nothing; and what would block it."""
    plain, statement = Block(rule["Name"]), rule["Statement"]
    if "OverrideAction" in rule:
        managed = statement.get("ManagedRuleGroupStatement", {})
        block = in_group(rule, managed, request, labels) if managed.get("VendorName") == "AWS" else None
        unread = managed.get("VendorName") != "AWS" and "Count" not in rule["OverrideAction"]
        return ("Block", block) if block else ("?Block" if unread else "", plain)
    action = next(iter(rule.get("Action", {})), "")
    if action not in ("Allow", "Block"):
        return "", plain
    fit = fits(statement, request, labels)
    if fit is None:
        return ("?Allow" if action == "Allow" else "?Block"), plain
    return (("Allow" if action == "Allow" else "Block") if fit else ""), plain


def in_group(rule: Mapping[str, Any], managed: Mapping[str, Any], request: Request, labels: set[str]) -> Block | None:
    """What a managed rule group blocks; what it only counts leaves its label for later rules."""
    scope = managed.get("ScopeDownStatement")
    inside: Fit = fits(scope, request, labels) if scope else True
    if inside is False:
        return None
    counted = "Count" in rule.get("OverrideAction", {})
    for inner, matches in RULES.get(managed["Name"], ()):
        if matches(request):
            labels.add(inner.label)
            if not counted and action_of(managed, inner.name) == "Block":
                return Block(rule["Name"], managed["Name"], inner.name, inner.label, inside is True)
    return None


def action_of(managed: Mapping[str, Any], rule: str) -> str:
    """The action of one rule within a group; a name with a wrong case overrides nothing, as at AWS."""
    if rule in [each["Name"] for each in managed.get("ExcludedRules", ())]:
        return "Count"
    overrides = {
        each["Name"]: next(iter(each["ActionToUse"]), "Block") for each in managed.get("RuleActionOverrides", ())
    }
    return overrides.get(rule, "Block")


def fits(statement: Mapping[str, Any], request: Request, labels: Iterable[str]) -> Fit:
    """Whether a statement matches the request; None: it looks at what is not known here."""
    if "NotStatement" in statement:
        inner = fits(statement["NotStatement"]["Statement"], request, labels)
        return None if inner is None else not inner
    if "AndStatement" in statement:
        return every([fits(each, request, labels) for each in statement["AndStatement"]["Statements"]])
    if "OrStatement" in statement:
        found = every([negated(fits(each, request, labels)) for each in statement["OrStatement"]["Statements"]])
        return negated(found)
    if "LabelMatchStatement" in statement:
        return has_label(statement["LabelMatchStatement"], labels)
    if "ByteMatchStatement" in statement:
        return bytes_match(statement["ByteMatchStatement"], request)
    return None if ordinary(statement) is None else False


def every(found: Sequence[Fit]) -> Fit:
    return False if False in found else None if None in found else True


def negated(fit: Fit) -> Fit:
    return None if fit is None else not fit


def ordinary(statement: Mapping[str, Any]) -> Fit:
    """Statements about bursts, attacks or bodies do not match an ordinary visitor; others are not known."""
    return False if {"RateBasedStatement", "SqliMatchStatement", "XssMatchStatement"} & set(statement) else None


def has_label(statement: Mapping[str, Any], labels: Iterable[str]) -> bool:
    key = statement["Key"]
    if statement["Scope"] == "NAMESPACE":
        return any(label.startswith(key) for label in labels)
    return any(label == key or label.endswith(f":{key}") for label in labels)


def bytes_match(statement: Mapping[str, Any], request: Request) -> Fit:
    """A comparison of the path, the query or the host; other parts of a request are not known."""
    value = part(statement["FieldToMatch"], request)
    if value is None:
        return None
    kinds = [each["Type"] for each in statement.get("TextTransformations", ())]
    value = value.lower() if "LOWERCASE" in kinds else value
    value = unquote(value) if "URL_DECODE" in kinds else value
    wanted = text(statement["SearchString"])
    return {
        "STARTS_WITH": value.startswith(wanted),
        "ENDS_WITH": value.endswith(wanted),
        "EXACTLY": value == wanted,
        "CONTAINS": wanted in value,
    }.get(statement["PositionalConstraint"])


def part(field: Mapping[str, Any], request: Request) -> str | None:
    if "UriPath" in field:
        return request.path
    if "QueryString" in field:
        return request.query
    if field.get("SingleHeader", {}).get("Name", "").lower() == "host":
        return request.host
    return None


def text(searched: Any) -> str:
    """A SearchString: bytes as boto3 gives them, or base64 as it stands in JSON."""
    if isinstance(searched, bytes):
        return searched.decode(errors="replace")
    try:
        return base64.b64decode(searched, validate=True).decode()
    except ValueError:
        return str(searched)
