"""The parameters of a deployment, and of the plan that shows what it would change: the same ones."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from opsportal.words import gettext as _
from opsportal.words import gettext_noop

from . import blueprint
from .template import written

STACK_NAME = re.compile(r"^[a-zA-Z][-a-zA-Z0-9]{0,100}$")


def _folder(value: str) -> str:
    if not blueprint.NAME.match(value):
        raise ValueError(_("use the name of a folder of blueprints: small letters, digits and -, a letter first."))
    return value


def _prefix(value: str) -> str:
    if value and not STACK_NAME.match(value):
        raise ValueError(_("use letters, digits and -, a letter first, 101 characters at most."))
    return value


def _texts(value: Any) -> Any:
    """Numbers and booleans of JSON as the text they are in a template."""
    if not isinstance(value, dict):
        return value
    return {key: written(each) if isinstance(each, int | float) else each for key, each in value.items()}


class Params(BaseModel):
    blueprint: Annotated[str, AfterValidator(_folder)] = Field(
        title=gettext_noop("Blueprint"),
        description=gettext_noop("The folder of templates to deploy."),
        json_schema_extra={"choices_from": "blueprints"},
    )
    name: Annotated[str, AfterValidator(_prefix)] = Field(
        "",
        title=gettext_noop("Name"),
        description=gettext_noop(
            "What the stacks' names begin with. Empty: the environment's name and the blueprint's."
        ),
    )
    only: list[str] = Field(
        [],
        title=gettext_noop("Only these stacks"),
        description=gettext_noop("The stacks to take; the others are read for their outputs. Empty: all of them."),
    )
    variables: Annotated[dict[str, str], BeforeValidator(_texts)] = Field(
        {},
        title=gettext_noop("Variables"),
        description=gettext_noop(
            "Values for this run, instead of the environment's and the blueprint's. A blueprint deployed a second time "
            "under another name may need names of its own here: its description says which."
        ),
    )
