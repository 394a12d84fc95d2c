"""What AWS lists as a price, with where and when that was read."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Price(models.Model):
    """A row that was read from AWS; what is shipped lies in opsportal/prices.csv, and this goes before it.

    `usd`: for one `unit`. `as_of`: the date AWS gave the price list.
    """

    service = models.CharField(max_length=40)
    item = models.CharField(max_length=100)
    region = models.CharField(max_length=30)
    unit = models.CharField(max_length=40)
    usd = models.DecimalField(max_digits=20, decimal_places=10)
    as_of = models.CharField(max_length=20)

    class Meta:
        verbose_name = _("list price")
        verbose_name_plural = _("list prices")
        constraints = [models.UniqueConstraint(fields=["service", "item", "region"], name="price_once")]

    def __str__(self) -> str:
        return f"{self.service} {self.item} {self.region}"
