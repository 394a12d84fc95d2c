"""Every environment variable the product reads, typed; docs/operate.md shows the same table."""

import secrets
from functools import lru_cache
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from opsportal.complaints import complaint

from .kinds import (
    WORDS,
    AuditDays,
    Broker,
    Database,
    FindingDays,
    Folder,
    Issuers,
    Level,
    LowerNames,
    MailServer,
    Names,
    Networks,
    WebhookSecret,
)

ROOT = Path(__file__).resolve().parent.parent
_ = WORDS.gettext


class Env(BaseSettings):
    """Names are those of the environment, in capitals."""

    model_config = SettingsConfigDict(env_file=None, extra="ignore", frozen=True)

    var_dir: Folder = Field(ROOT / "var", description="Where the SQLite file, the embedded Valkey and its socket live.")
    secret_key: str = Field("", min_length=0, description="Signs sessions. Empty: made once and kept in VAR_DIR.")
    debug: bool = Field(False, description="Django's debug pages; never where others can reach them.")
    allowed_hosts: Names = Field(
        ["localhost", "127.0.0.1", "[::1]"], description="Host names the portal answers to, separated by commas."
    )
    public_url: str = Field("http://localhost:8000", description="The portal's address, for links in messages.")
    trusted_proxies: Networks = Field(
        [],
        description="Networks of the load balancers before the portal; their X-Forwarded-For and -Proto are believed.",
    )
    metrics_token: str = Field(
        "", description="Who sends it as a bearer token may read /metrics. Empty: only from the same host."
    )
    database_url: Database = Field("", description="Empty: SQLite in VAR_DIR. Else postgres://… or mysql://…")
    redis_url: Broker = Field(
        "",
        description="Empty: the embedded Valkey's socket in VAR_DIR. Else redis://… or rediss://user:password@host:6379/0",
    )
    blueprints_dir: Folder = Field(ROOT / "cloudformation", description="The folder of blueprints.")
    runbook_modules: Names = Field(
        [], description="Python modules whose RUNBOOKS and CHECKS are known besides our own, separated by commas."
    )
    aws_endpoint: str = Field("", description="Another endpoint for every AWS call: the sandbox, LocalStack.")
    aws_requests_per_second: float = Field(20, gt=0, description="Budget of AWS calls per account, over all workers.")
    aws_endpoint_speed: float = Field(
        1,
        gt=0,
        description="How many times faster than AWS that endpoint is; usual seconds of blueprints are divided by it.",
    )
    lease_seconds: float = Field(
        30, ge=1, description="How long a step is left alone after its worker was last heard of."
    )
    log_level: Level = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")
    time_zone: str = Field("UTC", description="The portal's time zone.")
    language_code: Literal["en", "ko"] = Field(
        "en",
        description="What records, mails and Slack are written in, and whoever's browser asks for neither: en or ko.",
    )
    retention_events_days: int = Field(
        90, ge=0, description="Lines of ended runs that are older than this leave every night; 0: never."
    )
    retention_runs_days: int = Field(
        365, ge=0, description="Runs leave whole this many days after their end; 0: never."
    )
    retention_audit_days: AuditDays = Field(
        730, ge=0, description="Audit entries leave after this many days, 30 at least; 0: never."
    )
    retention_firings_days: int = Field(
        365, ge=0, description="Firings of policies leave after this many days, but for each policy's last; 0: never."
    )
    retention_findings_days: FindingDays = Field(
        365, ge=0, description="Findings leave this many days after they were closed, 90 at least; 0: never."
    )
    mfa_required: bool = Field(False, description="Whoever signs in by password has to set up a second factor.")
    oidc_issuer: str = Field("", description="The company's OpenID Connect provider; empty: passwords only.")
    oidc_client_id: str = Field("", description="This opsportal's name at that provider.")
    oidc_client_secret: str = Field("", description="Its secret there.")
    oidc_name: str = Field("Company", description="What the button to sign in there is called.")
    oidc_domains: Names = Field(
        [], description="Domains whose verified addresses may sign in there, separated by commas; empty: all."
    )
    oidc_groups_claim: str = Field(
        "", description="The claim that names a person's groups; those that exist here are theirs from then on."
    )

    owner_tag: str = Field(
        "owner", min_length=1, description="The tag, in any case, that names whose resource a finding is about."
    )
    email_url: MailServer = Field(
        "",
        description="The mail server: smtp+tls://user:password@host:587, smtps://… (TLS at once), smtp://host:25, "
        "or file:///folder to keep mails there. Empty: no mail leaves.",
    )
    email_from: str = Field("", description="The sender of mails. Empty: opsportal@ the host of PUBLIC_URL.")
    owner_domains: LowerNames = Field(
        [], description="Domains of whose addresses a resource's owner is told by mail that it is marked for clean-up."
    )
    webhook_hosts: LowerNames = Field([], description="Hosts that webhooks may be sent to, separated by commas.")
    webhook_secret: WebhookSecret = Field(
        "", description="What webhooks are signed with: whsec_ and 24 to 64 bytes as base64 (Standard Webhooks)."
    )
    slack_bot_token: str = Field("", description="The app's bot token, xoxb-…; empty: opsportal is not in Slack.")
    slack_app_token: str = Field(
        "", description="The app-level token, xapp-…, with which `manage.py slackbot` connects: no open port is needed."
    )
    slack_signing_secret: str = Field(
        "",
        description="What Slack signs its requests to /slack/events with, where they come over HTTP. Empty: refused.",
    )
    slack_api_url: str = Field("https://slack.com/api/", description="Another Slack: the sandbox, GovSlack.")
    slack_api_speed: float = Field(
        1, gt=0, description="How many times faster than Slack that address is; its limits are reached so much quicker."
    )
    ci_github_issuers: Issuers = Field(
        ["https://token.actions.githubusercontent.com"],
        description="Issuers of GitHub Actions whose tokens are exchanged for ours, separated by commas.",
    )
    ci_gitlab_issuers: Issuers = Field(
        ["https://gitlab.com"], description="The same of GitLab CI/CD: the addresses of GitLab instances."
    )
    ci_audience: str = Field("", description="The audience that those tokens have to name. Empty: PUBLIC_URL.")

    @property
    def broker(self) -> str:
        """The Redis address as redis-py reads it."""
        return self.redis_url or f"unix://{self.var_dir}/valkey.sock"

    @property
    def sender(self) -> str:
        """Of mails; empty: none leaves."""
        return (self.email_from or f"opsportal@{urlsplit(self.public_url).hostname}") if self.email_url else ""

    @property
    def signing_key(self) -> str:
        if self.secret_key:
            return self.secret_key
        return kept_secret(self.var_dir / "secret_key")


def kept_secret(path: Path) -> str:
    """The secret in this file, made on first use; of two processes that race for it the first one wins."""
    if not path.exists():
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(50))
        try:
            path.hardlink_to(fresh)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text()


@lru_cache
def env() -> Env:
    """Read once; a wrong variable ends the process with its name and what was expected."""
    try:
        found = Env()
        found.var_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        text = _("opsportal can't start. VAR_DIR: {path} can't be made, {why}.")
        raise SystemExit(text.format(path=error.filename, why=error.strerror)) from None
    except ValidationError as error:
        raise SystemExit("\n".join([_("opsportal can't start. Wrong environment variables:"), *wrong(error)])) from None
    return found


def wrong(error: ValidationError) -> list[str]:
    """A line for each variable: its name and what was expected."""
    return [f"  {str(e['loc'][0]).upper()}: {complaint(e, WORDS.gettext, WORDS.ngettext)}" for e in error.errors()]
