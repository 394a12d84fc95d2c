"""Lists of rules by which a sandbox misbehaves on demand; each sandbox declares its own sort of rule."""

from dataclasses import asdict, dataclass, field, fields
from typing import Any, ClassVar, Generic, TypeVar

FOREVER = -1
R = TypeVar("R", bound="Rule")


class BadRule(Exception):
    """A rule that cannot be understood; the text says why."""


@dataclass(kw_only=True)
class Rule:
    """`count` is how often it strikes (-1: always), `after` how many matches it lets pass before; `hits` how often it
    has struck.
    """

    kind: str
    contains: str = ""
    count: int = FOREVER
    after: int = 0
    seconds: float = 0.0
    id: str = ""
    matches: int = 0
    hits: int = 0

    def strikes(self) -> bool:
        """Whether it strikes this match, which uses it up by one."""
        struck = self.stands() and self.matches >= self.after
        self.matches += 1
        self.hits += struck
        return struck

    def stands(self) -> bool:
        """Whether it will strike again."""
        return self.count == FOREVER or self.hits < self.count


@dataclass
class Rules(Generic[R]):
    """`sort` is the class of a rule, `kinds` what it may be; `elsewhere` are kinds that leave no rule."""

    sort: ClassVar[type[Rule]]
    kinds: ClassVar[tuple[str, ...]]
    elsewhere: ClassVar[tuple[str, ...]] = ()
    rules: list[R] = field(default_factory=list)
    made: int = 0

    def add(self, given: dict[str, Any]) -> R:
        """Raises BadRule for an unknown kind, name or type of value."""
        rule: Any = self.sort(**self._checked(given))
        self.made += 1
        rule.id = f"f{self.made}"
        self.rules.append(rule)
        return rule  # type: ignore[no-any-return]

    def clear(self, rule_id: str = "") -> None:
        self.rules = [rule for rule in self.rules if rule_id and rule.id != rule_id]

    def _checked(self, given: dict[str, Any]) -> dict[str, Any]:
        types = {f.name: type(f.default) for f in fields(self.sort) if f.name not in ("kind", "id", "matches", "hits")}
        types |= {"kind": str}
        if given.get("kind") not in self.kinds:
            known = ", ".join((*self.kinds, *self.elsewhere))
            raise BadRule(f"kind must be one of {known}, not {given.get('kind')!r}.")
        for name, value in given.items():
            if name not in types:
                raise BadRule(f"{name!r} is not a field of a rule; known are {', '.join(sorted(types))}.")
            if not isinstance(value, (int, float) if types[name] is float else types[name]):
                raise BadRule(f"{name} must be a {types[name].__name__}, not {value!r}.")
        return given


def as_json(rule: Rule) -> dict[str, Any]:
    return asdict(rule)
