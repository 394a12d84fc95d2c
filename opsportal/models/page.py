"""A page that a sweep has read from AWS, kept until its step is over: after a crash it is not read again."""

from django.db import models

from .step import Step


class Page(models.Model):
    """`call`: sha256 of service, operation, region and arguments, as hex. `content`: the page as JSON, compressed.

    `token`: where the next page begins, in the paginator's own words; null on the last one.
    """

    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="pages")
    call = models.CharField(max_length=64)
    number = models.PositiveIntegerField()
    token = models.JSONField(null=True)
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["step", "call", "number"], name="page_once")]

    def __str__(self) -> str:
        return f"{self.call[:8]} {self.number}"
