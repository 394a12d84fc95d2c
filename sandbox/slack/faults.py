"""Rules that make the workspace misbehave on demand."""

from dataclasses import dataclass

from sandbox import rules
from sandbox.rules import BadRule, Rules, as_json

__all__ = ["BadRule", "Faults", "Rule", "as_json"]


@dataclass(kw_only=True)
class Rule(rules.Rule):
    """`contains`: a part of what is sent; `status` of a server error, `error` of a refusal."""

    method: str = "*"
    status: int = 500
    error: str = "internal_error"


@dataclass
class Faults(Rules[Rule]):
    sort = Rule
    kinds = ("ratelimit", "error", "refuse", "lost", "latency", "hang", "away")
    elsewhere = ("disconnect",)

    def for_call(self, method: str, text: str) -> list[Rule]:
        """The rules that strike this call, used up by one."""
        found = [rule for rule in self.rules if rule.method in ("*", method) and rule.contains in text]
        return [rule for rule in found if rule.strikes()]

    def away(self) -> bool:
        """Whether nothing answers, sockets included; uses up no rule."""
        return any(rule.kind == "away" and rule.method == "*" and rule.stands() for rule in self.rules)
