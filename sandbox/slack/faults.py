"""Rules that make the workspace misbehave on demand."""

from dataclasses import asdict, dataclass, field, fields
from typing import Any

KINDS = ("ratelimit", "error", "refuse", "lost", "latency", "hang", "away")
FOREVER = -1


class BadRule(Exception):
    """A rule that cannot be understood; the text says why."""


@dataclass
class Rule:
    """`count` is how often it strikes (-1: always), `after` how many matches it lets pass before."""

    kind: str
    method: str = "*"
    contains: str = ""
    count: int = FOREVER
    after: int = 0
    seconds: float = 0.0
    status: int = 500
    error: str = "internal_error"
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

    def for_call(self, method: str, text: str) -> list[Rule]:
        """The rules that strike this call, used up by one."""
        found = [rule for rule in self.rules if rule.method in ("*", method) and rule.contains in text]
        return [rule for rule in found if _strike(rule)]

    def away(self) -> bool:
        """Whether nothing answers, sockets included; uses up no rule."""
        return any(rule.kind == "away" and rule.method == "*" and _stands(rule) for rule in self.rules)


def as_json(rule: Rule) -> dict[str, Any]:
    return asdict(rule)


def _strike(rule: Rule) -> bool:
    rule.hits += 1
    return rule.hits > rule.after and (rule.count == FOREVER or rule.hits <= rule.after + rule.count)


def _stands(rule: Rule) -> bool:
    return rule.count == FOREVER or rule.hits < rule.after + rule.count


def _checked(given: dict[str, Any]) -> dict[str, Any]:
    kinds = {f.name: type(f.default) for f in fields(Rule) if f.name not in ("kind", "id", "hits")} | {"kind": str}
    if given.get("kind") not in KINDS:
        raise BadRule(f"kind must be one of {', '.join((*KINDS, 'disconnect'))}, not {given.get('kind')!r}.")
    for name, value in given.items():
        if name not in kinds:
            raise BadRule(f"{name!r} is not a field of a rule; known are {', '.join(sorted(kinds))}.")
        if not isinstance(value, (int, float) if kinds[name] is float else kinds[name]):
            raise BadRule(f"{name} must be a {kinds[name].__name__}, not {value!r}.")
    return given
