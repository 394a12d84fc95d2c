"""When a part of the product was last seen at work."""

from django.db import models


class Heartbeat(models.Model):
    name = models.CharField(max_length=100, primary_key=True)
    at = models.DateTimeField()
    detail = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.name
