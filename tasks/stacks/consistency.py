"""Whether a blueprint's stacks, references and templates fit together, before anything starts."""

from collections.abc import Collection, Mapping
from graphlib import CycleError, TopologicalSorter

from opsportal.words import gettext as _

from .entries import Stack, Value
from .limits import misfits
from .problems import Problems
from .references import Known, Output
from .template import Parameter, Template


def check(stacks: Mapping[str, Stack], variables: Collection[str], file: str, problems: Problems) -> None:
    for stack in stacks.values():
        for value in [*stack.parameters.values(), *stack.tags.values()]:
            _references(stack, value, stacks, variables, file, problems)
        if stack.template is not None:
            _parameters(stack, stack.template, file, problems)
    _cycle(stacks, file, problems)


def _references(
    stack: Stack, value: Value, stacks: Mapping[str, Stack], variables: Collection[str], file: str, problems: Problems
) -> None:
    for part in value.parts:
        if isinstance(part, Known) and part.scope == "variables" and part.name not in variables:
            text = _("unknown variable {name!r}: {known}").format(name=part.name, known=_known(variables))
            problems.add(file, value.line, text)
        if isinstance(part, Output):
            _output(stack, part, value.line, stacks, file, problems)


def _output(stack: Stack, part: Output, line: int, stacks: Mapping[str, Stack], file: str, problems: Problems) -> None:
    other = stacks.get(part.stack)
    if other is None:
        text = _("unknown stack {key!r}: {known}").format(key=part.stack, known=_known(stacks))
        problems.add(file, line, text)
    elif other is stack:
        text = _("stack {key!r} can't refer to its own output {name!r}").format(key=stack.key, name=part.name)
        problems.add(file, line, text)
    elif other.template is not None and part.name not in other.template.outputs:
        text, known = _("stack {key!r} has no output {name!r}: {known}"), _known(other.template.outputs)
        problems.add(file, line, text.format(key=part.stack, name=part.name, known=known))


def _known(names: Collection[str]) -> str:
    return _("known are {names}").format(names=", ".join(sorted(names))) if names else _("there are none")


def _parameters(stack: Stack, template: Template, file: str, problems: Problems) -> None:
    for name, value in stack.parameters.items():
        if name not in template.parameters:
            text, known = _("template {path} has no parameter {name!r}: {known}"), _known(template.parameters)
            problems.add(file, value.line, text.format(path=stack.path, name=name, known=known))
        elif len(value.parts) <= 1 and all(isinstance(part, str) for part in value.parts):
            _literal(stack, template.parameters[name], value, file, problems)
    for name, parameter in template.parameters.items():
        if parameter.default is None and name not in stack.parameters:
            text = _("stack {key!r} has no value for parameter {name!r} of {path}")
            problems.add(file, stack.line, text.format(key=stack.key, name=name, path=stack.path))


def _literal(stack: Stack, parameter: Parameter, value: Value, file: str, problems: Problems) -> None:
    """Hold a value without references against its parameter."""
    literal = "".join(str(part) for part in value.parts)
    what = _("parameter {name} of stack {stack!r}").format(name=parameter.name, stack=stack.key)
    for wrong in misfits(parameter, literal, what):
        problems.add(file, value.line, _("{wrong}, not {value!r}").format(wrong=wrong, value=literal))


def _cycle(stacks: Mapping[str, Stack], file: str, problems: Problems) -> None:
    graph = {key: [need for need in stack.needs() if need in stacks and need != key] for key, stack in stacks.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        path = list(error.args[1])[::-1]
        text = _("the stacks need each other in a circle: {path}").format(path=" → ".join(path))
        problems.add(file, stacks[path[0]].line, text)
