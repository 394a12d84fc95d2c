"""Small checks that Block Kit's limits are made of: each yields what is wrong, with where, in Slack's words."""

from collections.abc import Callable, Iterator
from typing import Any

Check = Callable[[Any, str], Iterator[str]]


def said(problem: str, pointer: str) -> str:
    return f"{problem} [json-pointer:{pointer}]"


def string(most: int, least: int = 0) -> Check:
    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield said("must provide a string", at)
        elif len(value) > most:
            yield said(f"must be less than {most + 1} characters", at)
        elif len(value) < least:
            yield said(f"must be more than {least - 1} characters", at)

    return check


def one_of(*values: str) -> Check:
    def check(value: Any, at: str) -> Iterator[str]:
        if value not in values:
            yield said(f"must be a valid enum value: {', '.join(values)}", at)

    return check


def anything(value: Any, at: str) -> Iterator[str]:
    """What is not checked."""
    yield from ()


def items(each: Check, most: int, least: int = 1) -> Check:
    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield said("must provide an array", at)
            return
        if len(value) > most:
            yield said(f"no more than {most} items allowed", at)
        if len(value) < least:
            yield said(f"no fewer than {least} items allowed", at)
        for number, item in enumerate(value):
            yield from each(item, f"{at}/{number}")

    return check


def shape(needed: dict[str, Check], optional: dict[str, Check] | None = None) -> Check:
    """An object with these fields; other fields are let pass, as Slack mostly does."""

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield said("must provide an object", at)
            return
        for name, inner in needed.items():
            if value.get(name) is None:
                yield said(f"missing required field: {name}", at)
            else:
                yield from inner(value[name], f"{at}/{name}")
        for name, inner in (optional or {}).items():
            if value.get(name) is not None:
                yield from inner(value[name], f"{at}/{name}")

    return check


def by_type(kinds: dict[str, Check]) -> Check:
    def check(value: Any, at: str) -> Iterator[str]:
        kind = value.get("type") if isinstance(value, dict) else None
        if kind is None:
            yield said("missing required field: type", at)
        elif not isinstance(kind, str) or kind not in kinds:
            yield said(f"unsupported type: {kind}", f"{at}/type")
        else:
            yield from kinds[kind](value, at)

    return check


def any_field(*names: str) -> Check:
    def check(value: Any, at: str) -> Iterator[str]:
        if isinstance(value, dict) and not any(value.get(name) for name in names):
            yield said(f"must have at least one of: {', '.join(names)}", at)

    return check


def both(*parts: Check) -> Check:
    def check(value: Any, at: str) -> Iterator[str]:
        for part in parts:
            yield from part(value, at)

    return check


def unique(name: str, where: str = "") -> Check:
    """No two items of a list, or of the list `where` in an object, have the same id."""

    def check(value: Any, at: str) -> Iterator[str]:
        found = value.get(where) if where and isinstance(value, dict) else value
        listed = found if isinstance(found, list) else []
        ids = [str(item[name]) for item in listed if isinstance(item, dict) and item.get(name)]
        if len(ids) != len(set(ids)):
            yield said(f"{name} must be unique", f"{at}/{where}" if where else at)

    return check
