"""Rules that make the sandbox misbehave on demand."""

from dataclasses import dataclass
from typing import Literal, get_args

from sandbox import rules
from sandbox.rules import BadRule, Rules, as_json

__all__ = ["BadRule", "Faults", "Rule", "as_json"]

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


@dataclass(kw_only=True)
class Rule(rules.Rule):
    """`contains`: a part of the request; `stack`, `logical_id`, `during`: of rules about a resource."""

    service: str = "*"
    action: str = "*"
    account: str = "*"
    status: int = 503
    stack: str = "*"
    logical_id: str = "*"
    reason: str = "Resource handler returned message: simulated failure"
    during: str = "*"
    reads: int = 1


@dataclass
class Faults(Rules[Rule]):
    sort = Rule
    kinds = get_args(Kind)

    def for_call(self, service: str, action: str, account: str, text: str) -> list[Rule]:
        """The rules that strike this call, used up by one."""
        return [rule for rule in self.rules if _matches_call(rule, service, action, account, text) and rule.strikes()]

    def resource_failure(self, stack: str, logical_id: str, stage: Stage) -> str | None:
        """The reason for which this resource fails now, or None."""
        for rule in self._about("fail_resource", stack, logical_id):
            if (
                rule.during in ("*", stage)
                and (rule.during == stage or stage in ("create", "update"))
                and rule.strikes()
            ):
                return rule.reason
        return None

    def holds(self, stack: str, logical_id: str) -> bool:
        """True while a resource must stay in progress."""
        return any(self._about("never_ends", stack, logical_id))

    def stale_reads(self, stack: str) -> int:
        """How many DescribeStacks after this ExecuteChangeSet serve the earlier status."""
        return next((rule.reads for rule in self._about("stale", stack, "*") if rule.strikes()), 0)

    def omits_token(self, stack: str) -> bool:
        return any(self._about("omit_request_token", stack, "*"))

    def _about(self, kind: Kind, stack: str, logical_id: str) -> list[Rule]:
        found = [rule for rule in self.rules if rule.kind == kind and rule.stack in ("*", stack)]
        return [rule for rule in found if "*" in (logical_id, rule.logical_id) or rule.logical_id == logical_id]


CALL_KINDS = ("throttle", "error", "latency", "hang", "deny", "expired", "lost")


def _matches_call(rule: Rule, service: str, action: str, account: str, text: str) -> bool:
    pairs = ((rule.service, service), (rule.action, action), (rule.account, account))
    return rule.kind in CALL_KINDS and all(want in ("*", have) for want, have in pairs) and rule.contains in text
