"""The parameters of off-hours: whose hours, in which zone, on which holidays, and how much may be done in a run."""

import re
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, Field

from opsportal import freezes
from opsportal.errors import Invalid
from opsportal.words import gettext as _
from opsportal.words import gettext_noop

from .hours import LONGEST, parsed

CODE = re.compile(r"([A-Z]{2})(?:-([A-Z0-9]{1,3}))?")  # ISO 3166


def _hours(text: str) -> str:
    try:
        parsed(text, "UTC")
    except Invalid as error:
        raise ValueError(error.message.rstrip(".")) from None
    return text


def _zone(name: str) -> str:
    if name not in available_timezones():
        text = _("“{name}” is no time zone; write such as Europe/Berlin")
        raise ValueError(text.format(name=name))
    return name


def _country(code: str) -> str:
    if not celebrates(code):
        text = _("no holidays of “{code}” are known; write such as DE or DE-BY")
        raise ValueError(text.format(code=code))
    return code


def celebrates(code: str) -> bool:
    """Whether public holidays of it are known."""
    found = CODE.fullmatch(code)
    if not found:
        return False
    try:
        freezes.almanac(*found.groups())
    except NotImplementedError:
        return False
    return True


class Params(BaseModel):
    hours: Annotated[str, AfterValidator(_hours)] = Field(
        "mon-fri 08:00-19:00",
        max_length=LONGEST,
        title=gettext_noop("Hours"),
        description=gettext_noop("Of what is tagged without hours of its own: an empty value, or “default”."),
    )
    time_zone: Annotated[str, AfterValidator(_zone)] = Field(
        "UTC",
        title=gettext_noop("Time zone"),
        description=gettext_noop("Of hours that name none, such as Europe/Berlin."),
    )
    holidays: list[Annotated[str, AfterValidator(_country)]] = Field(
        [],
        max_length=20,
        title=gettext_noop("Holidays"),
        description=gettext_noop(
            "Of these countries or parts of them, by ISO 3166, such as DE-BY. Empty: those that the environment's "
            "freeze calendar names."
        ),
    )
    tag: str = Field(
        "opsportal:hours",
        min_length=1,
        max_length=127,
        title=gettext_noop("Tag"),
        description=gettext_noop("Whose value says the hours; what has no such tag is left alone."),
    )
    regions: list[str] = Field(
        [],
        title=gettext_noop("Only in these regions"),
        description=gettext_noop("Of the environment's. Empty: all of them."),
    )
    degree: Literal["report", "act"] = Field(
        "report",
        title=gettext_noop("May"),
        description=gettext_noop("Report what would be done, or act: stop and start."),
    )
    max_changes: int = Field(
        50,
        ge=1,
        le=1000,
        title=gettext_noop("At most so many"),
        description=gettext_noop("Stops and starts in this run, starts first. The rest is listed as “Next time”."),
    )
    max_percent: int = Field(
        100,
        ge=1,
        le=100,
        title=gettext_noop("And at most this share, in %"),
        description=gettext_noop("Of all instances and databases that were read, tagged or not."),
    )
