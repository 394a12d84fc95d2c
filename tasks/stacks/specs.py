"""From a blueprint to the steps of a run: read, checked and linted once, and kept by content."""

from collections.abc import Mapping, Sequence
from typing import Any

from opsportal.catalog import StepSpec
from opsportal.contexts import Context
from opsportal.errors import Invalid
from opsportal.words import gettext as _

from . import blueprint, lint, variables
from .blueprint import Blueprint
from .entries import Stack, Value
from .library import directory, lint_cache, usual
from .params import Params
from .references import settled
from .variables import Values

TIMEOUT = 4 * 3600.0  # CloudFormation itself gives an ECS service three hours to become stable


def specs(ctx: Context[Params], action: str) -> list[StepSpec]:
    """One step for each stack, done by `action`; with `only`, others whose outputs are needed are just read.

    Raises Invalid with everything that is wrong, by file and line.
    """
    found = blueprint.load(directory(), ctx.params.blueprint)
    known = variables.known(found, ctx.environment, ctx.params.variables)
    taken = chosen(found, ctx.params.only)
    check(ctx, found, taken)
    prefix = ctx.params.name or f"{ctx.environment.name}-{found.name}"
    needed = {need for key in taken for need in found.stacks[key].needs()} - set(taken)
    steps = [_spec(ctx, found, key, action if key in taken else "read", prefix, known) for key in found.stacks]
    return [step for step in steps if step.key in taken or step.key in needed]


def chosen(found: Blueprint, only: Sequence[str]) -> list[str]:
    """The keys of the stacks to take, in the blueprint's order. Raises Invalid."""
    if unknown := [key for key in only if key not in found.stacks]:
        names = {"blueprint": found.name, "stacks": ", ".join(unknown), "known": ", ".join(found.stacks)}
        raise Invalid(_("{blueprint} has no stack {stacks}: known are {known}.").format(**names), "only")
    return [key for key in found.stacks if not only or key in only]


def check(ctx: Context[Params], found: Blueprint, taken: Sequence[str]) -> None:
    """Lint the templates: warnings are told, errors end it. Raises Invalid."""
    errors = []
    for stack in (found.stacks[key] for key in taken):
        for finding in lint.findings(_body(stack), ctx.environment.regions[:1], lint_cache()):
            text = f"{stack.path}:{finding.line}: {finding.rule} {finding.text}"
            if finding.is_error:
                errors.append(text)
            else:
                ctx.say(text, "warning", kind="lint", stack=stack.key)
    if errors:
        raise Invalid("\n".join(errors), "blueprint")


def _body(stack: Stack) -> str:
    return stack.template.body if stack.template else ""


def _spec(ctx: Context[Params], found: Blueprint, key: str, action: str, prefix: str, known: Values) -> StepSpec:
    stack = found.stacks[key]
    name, region = f"{prefix}-{key}", ctx.environment.region
    if action == "read":
        return StepSpec(key, action, input={"stack": name, "region": region})
    tags = {"opsportal:blueprint": [found.name], "opsportal:environment": [ctx.environment.name]}
    return StepSpec(
        key=key,
        action=action,
        needs=stack.needs(),
        locks=(f"stack/{region}/{name}",) if action == "deploy" else (),
        input={
            "stack": name,
            "region": region,
            "template": _body(stack),
            "parameters": _settled(stack.parameters, known),
            "tags": tags | _settled(stack.tags, known),
            "capabilities": list(stack.capabilities),
            "protect": stack.protect,
            "volatile": _volatile(stack, known),
        },
        timeout=TIMEOUT,
        usual_seconds=usual(stack.seconds) if action == "deploy" else None,
    )


def _settled(values: Mapping[str, Value], known: Values) -> dict[str, list[Any]]:
    return {name: settled(value.parts, known) for name, value in values.items()}


def _volatile(stack: Stack, known: Values) -> bool:
    """A dynamic reference may stand in a parameter's value too."""
    given = str(_settled(stack.parameters, known))
    return stack.template is None or stack.template.volatile or "{{resolve:" in given
