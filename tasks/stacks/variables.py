"""The values of a blueprint's variables: its defaults, then the environment's, then the run's own."""

from collections.abc import Mapping

from opsportal.contexts import EnvironmentFacts
from opsportal.errors import Invalid
from opsportal.words import gettext as _

from .blueprint import Blueprint, Variable
from .entries import Stack, Value
from .limits import is_number, misfits
from .references import Known, settled

Values = Mapping[str, Mapping[str, str]]


def known(blueprint: Blueprint, environment: EnvironmentFacts, given: Mapping[str, str]) -> Values:
    """All that references may name before anything starts, by scope. Raises Invalid with everything that is wrong."""
    wrong = [
        _("{blueprint} has no variable {name!r}.").format(blueprint=blueprint.name, name=name)
        for name in given
        if name not in blueprint.variables
    ]
    values: dict[str, str] = {}
    for name, variable in blueprint.variables.items():
        value = given.get(name, environment.variables.get(name, variable.default))
        wrong += _against(variable, value, "" if name in given else environment.name, blueprint.file)
        values[name] = "" if value is None else _written(variable, value)
    facts = {"name": environment.name, "account": environment.account, "region": environment.region}
    scopes = {"variables": values, "environment": facts}
    wrong = wrong or [line for stack in blueprint.stacks.values() for line in _misfits(stack, scopes)]
    if wrong:
        raise Invalid("\n".join(wrong), "variables")
    return scopes


def _against(variable: Variable, value: str | None, environment: str, file: str) -> list[str]:
    """What is wrong with the value; `environment` is where it may come from, "" where the run itself gives it."""
    if value is None:
        text = _("Variable {name!r} has no value: give it in the environment or in this run ({file}).")
        return [text.format(name=variable.name, file=file)]
    fits = {"string": True, "number": is_number(value), "boolean": value.lower() in ("true", "false")}
    if fits[variable.type]:
        return []
    text = _("Variable {name!r} of this run has to be a {type}, not {value!r}.")
    if environment:
        text = _("Variable {name!r} of environment {environment} has to be a {type}, not {value!r}.")
    return [text.format(name=variable.name, environment=environment, type=_(variable.type), value=value)]


def _written(variable: Variable, value: str) -> str:
    return value.lower() if variable.type == "boolean" else value


def _misfits(stack: Stack, scopes: Values) -> list[str]:
    """What templates don't take, of all values that are known in full by now."""
    lines: list[str] = []
    for name, value in stack.parameters.items():
        pieces = settled(value.parts, scopes)
        if stack.template is None or not all(isinstance(piece, str) for piece in pieces):
            continue
        text, parameter = "".join(pieces), stack.template.parameters[name]
        line = _("{wrong}.") if parameter.no_echo else _("{wrong}, not {value!r}.")
        wrong = misfits(parameter, text, _called(name, value, stack.key))
        lines += [line.format(wrong=each, value=text) for each in wrong]
    return lines


def _called(name: str, value: Value, stack: str) -> str:
    """The parameter, with the variables its value comes from."""
    source = ", ".join(part.name for part in value.parts if isinstance(part, Known))
    if source:
        return _("Parameter {name} of stack {stack!r} (from {source})").format(name=name, stack=stack, source=source)
    return _("Parameter {name} of stack {stack!r}").format(name=name, stack=stack)
