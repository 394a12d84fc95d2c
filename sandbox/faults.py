"""Rules that make the sandbox misbehave on demand."""

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, get_args

Kind = Literal[
    "throttle",
    "error",
    "latency",
    "hang",
    "deny",
    "expired",
    "lost",
    "stale",
    "fail_resource",
    "never_ends",
    "omit_request_token",
]
Stage = Literal["create", "update", "delete", "rollback"]
FOREVER = -1


class BadRule(Exception):
    """A rule that cannot be understood; the text says why."""


@dataclass
class Rule:
    """`count` is how often it strikes (-1: always), `after` how many matches it lets pass before."""

    kind: str
    service: str = "*"
    action: str = "*"
    account: str = "*"
    contains: str = ""
    count: int = FOREVER
    after: int = 0
    seconds: float = 0.0
    status: int = 503
    stack: str = "*"
    logical_id: str = "*"
    reason: str = "Resource handler returned message: simulated failure"
    during: str = "*"
    reads: int = 1
    id: str = ""
    hits: int = 0


@dataclass
class Faults:
    rules: list[Rule] = field(default_factory=list)
    made: int = 0

    def add(self, given: dict[str, Any]) -> Rule:
        """Raises BadRule for an unknown kind, name or type of value."""
        rule = Rule(**_checked(given))
        self.made += 1
        rule.id = f"f{self.made}"
        self.rules.append(rule)
        return rule

    def clear(self, rule_id: str = "") -> None:
        self.rules = [rule for rule in self.rules if rule_id and rule.id != rule_id]

    def for_call(self, service: str, action: str, account: str, text: str) -> list[Rule]:
        """The rules that strike this call, used up by one."""
        return [rule for rule in self.rules if _matches_call(rule, service, action, account, text) and _strike(rule)]

    def resource_failure(self, stack: str, logical_id: str, stage: Stage) -> str | None:
        """The reason for which this resource fails now, or None."""
        for rule in self._about("fail_resource", stack, logical_id):
            if (
                rule.during in ("*", stage)
                and (rule.during == stage or stage in ("create", "update"))
                and _strike(rule)
            ):
                return rule.reason
        return None

    def holds(self, stack: str, logical_id: str) -> bool:
        """True while a resource must stay in progress."""
        return any(self._about("never_ends", stack, logical_id))

    def stale_reads(self, stack: str) -> int:
        """How many DescribeStacks after this ExecuteChangeSet serve the earlier status."""
        return next((rule.reads for rule in self._about("stale", stack, "*") if _strike(rule)), 0)

    def omits_token(self, stack: str) -> bool:
        return any(self._about("omit_request_token", stack, "*"))

    def _about(self, kind: Kind, stack: str, logical_id: str) -> list[Rule]:
        found = [rule for rule in self.rules if rule.kind == kind and rule.stack in ("*", stack)]
        return [rule for rule in found if "*" in (logical_id, rule.logical_id) or rule.logical_id == logical_id]


CALL_KINDS = ("throttle", "error", "latency", "hang", "deny", "expired", "lost")


def _matches_call(rule: Rule, service: str, action: str, account: str, text: str) -> bool:
    pairs = ((rule.service, service), (rule.action, action), (rule.account, account))
    return rule.kind in CALL_KINDS and all(want in ("*", have) for want, have in pairs) and rule.contains in text


def _strike(rule: Rule) -> bool:
    rule.hits += 1
    return rule.hits > rule.after and (rule.count == FOREVER or rule.hits <= rule.after + rule.count)


def _checked(given: dict[str, Any]) -> dict[str, Any]:
    types = {f.name: type(f.default) for f in fields(Rule) if f.name not in ("kind", "id", "hits")} | {"kind": str}
    if given.get("kind") not in get_args(Kind):
        raise BadRule(f"kind must be one of {', '.join(get_args(Kind))}, not {given.get('kind')!r}.")
    for name, value in given.items():
        if name not in types:
            raise BadRule(f"{name!r} is not a field of a rule; known are {', '.join(sorted(types))}.")
        if not isinstance(value, (int, float) if types[name] is float else types[name]):
            raise BadRule(f"{name} must be a {types[name].__name__}, not {value!r}.")
    return given


def as_json(rule: Rule) -> dict[str, Any]:
    return asdict(rule)
