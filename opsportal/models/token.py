"""What a program signs in with: a token that speaks for a person, with no more rights than theirs."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .environment import Environment
from .publisher import Publisher


class Token(models.Model):
    """Only `digest`, the SHA-256 of the whole token, is kept; `prefix` is its beginning and names it in lists and logs.

    It ends with `expires_at`, `revoked_at` or the person's account. It reaches `environments` alone, or `everywhere`:
    all of the person's, those to come too. That is said and not told from an empty list, which deleting makes.
    `runbooks`: the only ones it may start; empty: all. `publisher`: whose CI's token it was exchanged for, else None.
    """

    class Scope(models.TextChoices):
        READ = "read", _("See environments and runs")
        RUN = "run", _("Start and steer runs, handle findings")
        APPROVE = "approve", _("Answer approvals")

    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(_("begins with"), max_length=20, unique=True)
    digest = models.CharField(max_length=64)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens", verbose_name=_("speaks for")
    )
    scopes = models.JSONField(_("may"), default=list)
    everywhere = models.BooleanField(_("all environments"), default=False)
    environments = models.ManyToManyField(Environment, blank=True, related_name="+", verbose_name=_("environments"))
    runbooks = models.JSONField(_("runbooks"), default=list)
    publisher = models.ForeignKey(
        Publisher, null=True, on_delete=models.CASCADE, related_name="tokens", verbose_name=_("trusted publisher")
    )
    created_at = models.DateTimeField(_("made"))
    expires_at = models.DateTimeField(_("expires"))
    used_at = models.DateTimeField(_("last used"), null=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
