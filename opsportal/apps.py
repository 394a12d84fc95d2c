"""The portal as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OpsportalConfig(AppConfig):
    name = "opsportal"
    verbose_name = _("Operations")
    default_auto_field = "django.db.models.BigAutoField"
