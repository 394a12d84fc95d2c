"""The parameters of a sweep: which checks, where, and with which limits of their own."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, ValidationError, ValidationInfo, field_validator

from opsportal import checks
from opsportal.checks import Check
from opsportal.complaints import complaint
from opsportal.words import gettext as _
from opsportal.words import gettext_noop


def _known(name: str) -> str:
    if checks.check(name) is None:
        known = ", ".join(each.name for each in checks.checks())
        raise ValueError(_("there is no check “{name}”; known are {known}").format(name=name, known=known))
    return name


class Params(BaseModel):
    checks: list[Annotated[str, AfterValidator(_known), Field(json_schema_extra={"choices_from": "checks"})]] = Field(
        min_length=1,
        title=gettext_noop("Checks"),
        description=gettext_noop("What to look for; what several of them read is read once."),
    )
    regions: list[str] = Field(
        [],
        title=gettext_noop("Only in these regions"),
        description=gettext_noop("Of the environment's. Empty: all of them."),
    )
    limits: dict[str, dict[str, Any]] = Field(
        {},
        title=gettext_noop("Limits"),
        description=gettext_noop('Where a check is not to go by its own, as JSON: {"ebs-unattached": {"days": 30}}.'),
    )

    @field_validator("checks")
    @classmethod
    def once(cls, value: list[str]) -> list[str]:
        return list(dict.fromkeys(value))

    @field_validator("limits")
    @classmethod
    def fitting(cls, value: dict[str, dict[str, Any]], info: ValidationInfo) -> dict[str, dict[str, Any]]:
        wrong = [text for name, given in value.items() for text in mistakes(name, given, info.data.get("checks", []))]
        if wrong:
            raise ValueError("; ".join(wrong))
        return value


def mistakes(name: str, given: Mapping[str, Any], chosen: list[str]) -> list[str]:
    """What is wrong with the limits of this check, a phrase each."""
    check = checks.check(name)
    if check is None or name not in chosen:
        return [_("{check} is not among the checks, but has limits").format(check=name)]
    known = check.limits.model_fields
    wrong = {limit: unknown(known) for limit in given if limit not in known}
    try:
        check.limits.model_validate(given)
    except ValidationError as error:
        wrong |= {".".join(map(str, each["loc"])): complaint(each) for each in error.errors()}
    return [f"{name}.{limit}: {text}" if limit else f"{name}: {text}" for limit, text in wrong.items()]


def unknown(known: Mapping[str, Any]) -> str:
    """What is said of a limit that the check does not have."""
    if not known:
        return _("there is no such limit; it has none")
    return _("there is no such limit; known are {known}").format(known=", ".join(known))


def limits(params: Params, check: Check) -> BaseModel:
    """The limits that this check goes by in this sweep."""
    return check.limits.model_validate(params.limits.get(check.name, {}))
