"""When environments are frozen: rules in a time zone, one calendar for as many environments as share it."""

from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from simple_history.models import HistoricalRecords  # type: ignore[import-untyped]

from .. import freezes
from ..errors import Invalid


def validate_rules(text: str) -> None:
    try:
        freezes.rules(text)
    except Invalid as error:
        raise ValidationError(error.message) from None


def validate_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(_("“%(name)s” is no time zone. Write such as Europe/Berlin."), params={"name": name})


class Calendar(models.Model):
    name = models.CharField(gettext_lazy("name"), max_length=100, unique=True)
    time_zone = models.CharField(gettext_lazy("time zone"), max_length=64, default="UTC", validators=[validate_zone])
    rules = models.TextField(
        gettext_lazy("rules"),
        blank=True,
        max_length=10_000,
        validators=[validate_rules],
        help_text=gettext_lazy(
            "One a line: “Fri 16:00 - Mon 08:00”, “daily 22:00 - 06:00”, “2026-12-20 - 2027-01-03 Christmas”, "
            "“holidays DE-BY”."
        ),
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = gettext_lazy("freeze calendar")
        verbose_name_plural = gettext_lazy("freeze calendars")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
