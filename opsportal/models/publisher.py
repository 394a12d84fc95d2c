"""Whom a CI's tokens are exchanged for: a repository's workflow that may start runbooks without a stored secret."""

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from .environment import Environment

NUMBER = RegexValidator(r"^[0-9]+\Z", _("Write the number alone, such as 9919."))
REPOSITORY = RegexValidator(r"^[\w.-]+(/[\w.-]+)+\Z", _("Write owner/name, such as octo-org/shop."))
WORKFLOW = RegexValidator(r"^[\w.-]+(/[\w.-]+)*\.ya?ml\Z", _("Write the file’s name, such as deploy.yml."))
REF = RegexValidator(r"^refs/(heads|tags)/[^\s*]+\Z", _("Write a branch or tag as the whole ref: refs/heads/main."))


class Publisher(models.Model):
    """A rule: a job that fits gets a token for `runbooks` on `environments`, with no more rights than `person` has.

    `owner_id` is the number that the CI gave the owner, which a renamed or re-created one does not keep. Of `ref` and
    `ci_environment` at least one is set. https://docs.pypi.org/trusted-publishers/security-model/
    """

    class Kind(models.TextChoices):
        GITHUB = "github", "GitHub Actions"
        GITLAB = "gitlab", "GitLab CI/CD"

    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    issuer = models.CharField(_("issuer"), max_length=200)
    repository = models.CharField(
        _("repository"),
        max_length=200,
        validators=[REPOSITORY],
        help_text=_("GitHub: owner/name. GitLab: the project’s path, with its groups."),
    )
    owner_id = models.CharField(
        _("owner’s number"),
        max_length=20,
        validators=[NUMBER],
        help_text=_("GitHub: the id at https://api.github.com/users/OWNER. GitLab: the id of the project’s group."),
    )
    workflow = models.CharField(
        _("workflow file"),
        max_length=200,
        validators=[WORKFLOW],
        help_text=_("GitHub: its name in .github/workflows. GitLab: its path, .gitlab-ci.yml as a rule."),
    )
    ref = models.CharField(
        _("branch or tag"), max_length=200, blank=True, validators=[REF], help_text=_("Such as refs/heads/main.")
    )
    ci_environment = models.CharField(
        _("environment of the CI"),
        max_length=200,
        blank=True,
        help_text=_("As the job names it. Without a branch or tag, protect it there: else any branch may use it."),
    )
    runbooks = models.JSONField(_("runbooks"), default=list)
    environments = models.ManyToManyField(Environment, related_name="publishers", verbose_name=_("environments"))
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("speaks for")
    )
    created_at = models.DateTimeField(_("made"))
    disabled_at = models.DateTimeField(_("disabled"), null=True)

    class Meta:
        verbose_name = _("trusted publisher")
        verbose_name_plural = _("trusted publishers")
        ordering = ["name", "id"]
        indexes = [models.Index(fields=["issuer", "owner_id"], name="publisher_owner")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(ref="", ci_environment=""),
                name="publisher_ref_or_environment",
                violation_error_message=_("Name a branch or tag, an environment of the CI, or both."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class UsedToken(models.Model):
    """A CI's token that was exchanged. `jti`: SHA-256 of that claim, as hex, since databases fold case and cut texts.

    It stays until the token has expired, so that none is exchanged twice, whatever becomes of any cache.
    """

    issuer = models.CharField(max_length=200)
    jti = models.CharField(max_length=64)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("used CI token")
        verbose_name_plural = _("used CI tokens")
        constraints = [models.UniqueConstraint(fields=["issuer", "jti"], name="used_token_once")]

    def __str__(self) -> str:
        return self.jti
