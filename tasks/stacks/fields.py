"""The parameters that the stack runbooks share, as types."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from . import blueprint
from .template import written

STACK_NAME = re.compile(r"^[a-zA-Z][-a-zA-Z0-9]{0,100}$")


def _blueprint(value: str) -> str:
    if not blueprint.NAME.match(value):
        raise ValueError("use the name of a folder of blueprints: small letters, digits and -, a letter first.")
    return value


def _name(value: str) -> str:
    if value and not STACK_NAME.match(value):
        raise ValueError("use letters, digits and -, a letter first, 101 characters at most.")
    return value


def _texts(value: Any) -> Any:
    """Numbers and booleans of JSON as the text they are in a template."""
    if not isinstance(value, dict):
        return value
    return {key: written(each) if isinstance(each, int | float) else each for key, each in value.items()}


BlueprintName = Annotated[
    str,
    AfterValidator(_blueprint),
    Field(
        title="Blueprint",
        description="The folder of templates to deploy.",
        json_schema_extra={"choices_from": "blueprints"},
    ),
]
StackPrefix = Annotated[
    str,
    AfterValidator(_name),
    Field(
        title="Name",
        description="What the stacks' names begin with. Empty: the environment's name and the blueprint's.",
    ),
]
Only = Annotated[
    list[str],
    Field(title="Only", description="The stacks to take; the others are read for their outputs. Empty: all of them."),
]
Variables = Annotated[
    dict[str, str],
    BeforeValidator(_texts),
    Field(title="Variables", description="Values for this run, instead of the environment's and the blueprint's."),
]
