"""Whether a blueprint's stacks, references and templates fit together, before anything starts."""

from collections.abc import Collection, Mapping
from graphlib import CycleError, TopologicalSorter

from .entries import Stack, Value
from .limits import misfits
from .problems import Problems
from .references import Known, Output
from .template import Template


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
            problems.add(file, value.line, f"unknown variable {part.name!r}: {_known(variables)}")
        if isinstance(part, Output):
            _output(stack, part, value.line, stacks, file, problems)


def _output(stack: Stack, part: Output, line: int, stacks: Mapping[str, Stack], file: str, problems: Problems) -> None:
    other = stacks.get(part.stack)
    if other is None:
        problems.add(file, line, f"unknown stack {part.stack!r}: {_known(stacks)}")
    elif other is stack:
        problems.add(file, line, f"stack {stack.key!r} can't refer to its own output {part.name!r}")
    elif other.template is not None and part.name not in other.template.outputs:
        known = _known(other.template.outputs)
        problems.add(file, line, f"stack {part.stack!r} has no output {part.name!r}: {known}")


def _known(names: Collection[str]) -> str:
    return f"known are {', '.join(sorted(names))}" if names else "there are none"


def _parameters(stack: Stack, template: Template, file: str, problems: Problems) -> None:
    for name, value in stack.parameters.items():
        if name not in template.parameters:
            known = _known(template.parameters)
            problems.add(file, value.line, f"template {stack.path} has no parameter {name!r}: {known}")
        elif len(value.parts) <= 1 and all(isinstance(part, str) for part in value.parts):
            literal = "".join(str(part) for part in value.parts)
            for wrong in misfits(template.parameters[name], literal):
                text = f"parameter {name} of stack {stack.key!r} has to {wrong}, not {literal!r}"
                problems.add(file, value.line, text)
    for name, parameter in template.parameters.items():
        if parameter.default is None and name not in stack.parameters:
            problems.add(file, stack.line, f"stack {stack.key!r} has no value for parameter {name!r} of {stack.path}")


def _cycle(stacks: Mapping[str, Stack], file: str, problems: Problems) -> None:
    graph = {key: [need for need in stack.needs() if need in stacks and need != key] for key, stack in stacks.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        path = list(error.args[1])[::-1]
        problems.add(file, stacks[path[0]].line, f"the stacks need each other in a circle: {' → '.join(path)}")
