"""The values of a blueprint's variables: its defaults, then the environment's, then the run's own."""

from collections.abc import Mapping

from opsportal.catalog import EnvironmentFacts
from opsportal.errors import Invalid

from .blueprint import Blueprint, Variable
from .entries import Stack
from .limits import is_number, misfits
from .references import Known, settled

Values = Mapping[str, Mapping[str, str]]


def known(blueprint: Blueprint, environment: EnvironmentFacts, given: Mapping[str, str]) -> Values:
    """All that references may name before anything starts, by scope. Raises Invalid with everything that is wrong."""
    wrong = [f"{blueprint.name} has no variable {name!r}." for name in given if name not in blueprint.variables]
    values: dict[str, str] = {}
    for name, variable in blueprint.variables.items():
        value = given.get(name, environment.variables.get(name, variable.default))
        whose = "this run" if name in given else f"environment {environment.name}"
        wrong += _against(variable, value, whose, blueprint.file)
        values[name] = "" if value is None else _written(variable, value)
    facts = {"name": environment.name, "account": environment.account, "region": environment.region}
    scopes = {"variables": values, "environment": facts}
    wrong = wrong or [line for stack in blueprint.stacks.values() for line in _misfits(stack, scopes)]
    if wrong:
        raise Invalid("\n".join(wrong), "variables")
    return scopes


def _against(variable: Variable, value: str | None, whose: str, file: str) -> list[str]:
    if value is None:
        return [f"Variable {variable.name!r} has no value: give it in the environment or in this run ({file})."]
    fits = {"string": True, "number": is_number(value), "boolean": value.lower() in ("true", "false")}
    if fits[variable.type]:
        return []
    return [f"Variable {variable.name!r} of {whose} has to be a {variable.type}, not {value!r}."]


def _written(variable: Variable, value: str) -> str:
    return value.lower() if variable.type == "boolean" else value


def _misfits(stack: Stack, scopes: Values) -> list[str]:
    """What templates don't take, of all values that are known in full by now."""
    lines: list[str] = []
    for name, value in stack.parameters.items():
        pieces = settled(value.parts, scopes)
        if stack.template is None or not all(isinstance(piece, str) for piece in pieces):
            continue
        text = "".join(pieces)
        from_ = ", ".join(part.name for part in value.parts if isinstance(part, Known))
        shown = "" if stack.template.parameters[name].no_echo else f", not {text!r}"
        source = f" (from {from_})" if from_ else ""
        wrong = misfits(stack.template.parameters[name], text)
        lines += [f"Parameter {name} of stack {stack.key!r}{source} has to {each}{shown}." for each in wrong]
    return lines
