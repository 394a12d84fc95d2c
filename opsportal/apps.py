"""The portal as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OpsportalConfig(AppConfig):
    name = "opsportal"
    verbose_name = _("Operations")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.contrib.auth.models import User
        from django.db.models.signals import post_save, pre_delete, pre_save
        from django_celery_beat.models import PeriodicTask

        from . import beat
        from .audit import edits
        from .web import leavers

        edits.connect()
        post_save.connect(leavers.account_ended, sender=User)
        pre_save.connect(beat.guard_change, sender=PeriodicTask)
        pre_delete.connect(beat.guard_delete, sender=PeriodicTask)
