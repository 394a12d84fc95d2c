"""Metric math as far as sums, rates and shares need it: numbers, ids, + - * / and FILL, SUM, AVG, MIN, MAX, ABS.

CloudWatch User Guide: Using math expressions with CloudWatch metrics.
"""

import ast
import operator
from collections.abc import Callable, Collection
from dataclasses import dataclass

Points = list[tuple[int, float]]  # seconds since the epoch and value, oldest first
Value = float | dict[int, float]

ARITHMETIC: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
FOLDS: dict[str, Callable[[list[float]], float]] = {
    "SUM": sum,
    "MIN": min,
    "MAX": max,
    "AVG": lambda values: sum(values) / len(values),
}


@dataclass(frozen=True)
class Scope:
    """The ids an expression may name, what gives their points, and every moment of the time asked for."""

    ids: Collection[str]
    of: Callable[[str], Points]
    moments: range


class BadExpression(Exception):
    """What cannot be calculated, or is not simulated; the text says what."""


def points(expression: str, scope: Scope) -> Points:
    """Raises BadExpression for what is not understood, an unknown id, or a number instead of a time series."""
    try:
        tree = ast.parse(expression.strip(), mode="eval").body
    except SyntaxError as error:
        raise BadExpression(f"the sandbox cannot read {expression}") from error
    found = _value(tree, scope)
    if isinstance(found, float):
        raise BadExpression("the result is not a time series")
    return sorted(found.items())


def _value(node: ast.expr, scope: Scope) -> Value:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name) if name in scope.ids:
            return dict(scope.of(name))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in ARITHMETIC:
            return _combined(ARITHMETIC[type(op)], _value(left, scope), _value(right, scope))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _combined(operator.mul, -1.0, _value(operand, scope))
        case ast.Call(func=ast.Name(id=name), args=args):
            return _called(name, args, scope)
    raise BadExpression(f"the sandbox does not simulate {ast.unparse(node)}")


def _combined(op: Callable[[float, float], float], left: Value, right: Value) -> Value:
    """Series are joined where both have a value; a division by zero has none."""
    if isinstance(left, float) and isinstance(right, float):
        return op(left, right)
    moments = {at for side in (left, right) if isinstance(side, dict) for at in side}
    pairs = ((at, _at(left, at), _at(right, at)) for at in moments)
    known = ((at, one, other) for at, one, other in pairs if one is not None and other is not None)
    return {at: op(one, other) for at, one, other in known if op is not operator.truediv or other}


def _at(value: Value, moment: int) -> float | None:
    return value if isinstance(value, float) else value.get(moment)


def _called(name: str, args: list[ast.expr], scope: Scope) -> Value:
    if name == "FILL" and len(args) == 2:
        return _filled(_series(args[0], scope), _value(args[1], scope), scope)
    if name == "ABS" and len(args) == 1:
        return {at: abs(value) for at, value in _series(args[0], scope).items()}
    if name in FOLDS and len(args) == 1:
        return _folded(FOLDS[name], args[0], scope)
    raise BadExpression(f"the sandbox does not simulate {name} with {len(args)} arguments")


def _series(node: ast.expr, scope: Scope) -> dict[int, float]:
    found = _value(node, scope)
    if isinstance(found, float):
        raise BadExpression(f"{ast.unparse(node)} is not a time series")
    return found


def _filled(found: dict[int, float], other: Value, scope: Scope) -> Value:
    filling = {at: _at(other, at) for at in scope.moments if at not in found}
    return found | {at: value for at, value in filling.items() if value is not None}


def _folded(fold: Callable[[list[float]], float], node: ast.expr, scope: Scope) -> Value:
    """Several series become one; a single one becomes a number."""
    if not isinstance(node, ast.List):
        return fold(list(_series(node, scope).values()) or [0.0])
    every = [_series(each, scope) for each in node.elts]
    moments = sorted({at for series in every for at in series})
    return {at: fold([series[at] for series in every if at in series]) for at in moments}
