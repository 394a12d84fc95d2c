"""Who did what, when and from where. Rows are only ever added; old ones leave by the retention policy."""

from typing import Any, NoReturn

from django.db import models
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from ..errors import Refused


class Audit(models.Model):
    """`who` and `what` are names as they were then, so that a row outlives both. `data`: before and after, by field.

    The database refuses changes too (`opsportal/audit/append_only.py`). On SQLite a migration that alters this
    table makes it afresh and has to install its triggers again.
    """

    at = models.DateTimeField(_("time"))
    who = models.CharField(_("who"), max_length=150)
    user_id = models.BigIntegerField(null=True)
    address = models.GenericIPAddressField(_("from"), null=True)
    action = models.CharField(_("action"), max_length=60)
    kind = models.CharField(_("kind"), max_length=40, blank=True)
    object_id = models.BigIntegerField(null=True)
    what = models.CharField(_("what"), max_length=200, blank=True)
    environment_id = models.BigIntegerField(null=True)
    environment = models.CharField(_("environment"), max_length=40, blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["at"], name="audit_at"),
            models.Index(fields=["environment_id", "-id"], name="audit_environment"),
            models.Index(fields=["user_id", "-id"], name="audit_user"),
            models.Index(fields=["kind", "object_id", "-id"], name="audit_object"),
        ]
        permissions = [("export_audit", _("Can export the audit"))]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise Refused(__("An audit entry is never changed."))
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise Refused(__("An audit entry is never deleted; old ones leave by the retention policy."))

    def __str__(self) -> str:
        return f"{self.who}: {self.action} {self.what}".strip()
