"""Django's settings, made from the typed environment."""

from typing import Any

import dj_database_url
import pymysql
from django.utils.translation import gettext_lazy as _

from . import mailing
from .env import ROOT, env
from .kinds import LOCALE
from .logs import LOGGING as LOGGING
from .security import *  # noqa: F403  its names are settings
from .signin import *  # noqa: F403  its names are settings
from .unfold import UNFOLD as UNFOLD

ENV = env()
BASE_DIR = ROOT
VAR_DIR = ENV.var_dir
SECRET_KEY = ENV.signing_key
DEBUG = ENV.debug
ALLOWED_HOSTS = ENV.allowed_hosts
PUBLIC_URL = ENV.public_url.rstrip("/")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
TRUSTED_PROXIES = ENV.trusted_proxies
METRICS_TOKEN = ENV.metrics_token

BROKER = ENV.broker
BLUEPRINTS_DIR = ENV.blueprints_dir
AWS_ENDPOINT = ENV.aws_endpoint
AWS_ENDPOINT_SPEED = ENV.aws_endpoint_speed
AWS_REQUESTS_PER_SECOND = ENV.aws_requests_per_second
LEASE_SECONDS = ENV.lease_seconds
RETENTION_EVENTS_DAYS = ENV.retention_events_days
RETENTION_RUNS_DAYS = ENV.retention_runs_days
RETENTION_AUDIT_DAYS = ENV.retention_audit_days
RETENTION_FIRINGS_DAYS = ENV.retention_firings_days
RETENTION_FINDINGS_DAYS = ENV.retention_findings_days
RUNBOOK_MODULES = ENV.runbook_modules
OWNER_TAG = ENV.owner_tag
OWNER_DOMAINS = ENV.owner_domains
WEBHOOK_HOSTS = ENV.webhook_hosts
WEBHOOK_SECRET = ENV.webhook_secret
EMAIL_FROM = ENV.sender
SLACK_BOT_TOKEN = ENV.slack_bot_token
SLACK_APP_TOKEN = ENV.slack_app_token
SLACK_SIGNING_SECRET = ENV.slack_signing_secret
SLACK_API_URL = ENV.slack_api_url
SLACK_API_SPEED = ENV.slack_api_speed
globals().update(mailing.settings(ENV.email_url))
CI_GITHUB_ISSUERS = ENV.ci_github_issuers
CI_GITLAB_ISSUERS = ENV.ci_gitlab_issuers
CI_AUDIENCE = ENV.ci_audience

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin.apps.SimpleAdminConfig",  # config.urls looks for the admin's pages: workers need none
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_celery_beat",
    "guardian",
    "simple_history",
    "opsportal",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "axes",
    "csp",
    "ninja",
    "config.apps.StartUp",
]
MIDDLEWARE = [
    "opsportal.health.probes.answered",
    "opsportal.web.headers.added",
    "django.middleware.security.SecurityMiddleware",
    "opsportal.web.headers.Policy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "opsportal.web.signin.second_factor",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]


def database(url: str) -> dict[str, Any]:
    """Django's description of the database behind this address, with what each engine needs to be safe."""
    settings: dict[str, Any] = dict(dj_database_url.parse(url or f"sqlite:///{VAR_DIR}/opsportal.sqlite3"))
    settings["CONN_MAX_AGE"] = 600
    options = settings.setdefault("OPTIONS", {})
    if settings["ENGINE"].endswith("sqlite3"):
        pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=20000;"
        settings["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
        options.update(timeout=20, transaction_mode="IMMEDIATE", init_command=pragmas)
    if settings["ENGINE"].endswith("postgresql"):
        options.update(prepare_threshold=5)
    if settings["ENGINE"].endswith("mysql"):
        pymysql.install_as_MySQLdb()
        settings["ENGINE"] = "config.mysql"
        session = "SET time_zone = '+00:00', sql_mode = CONCAT(@@sql_mode, ',STRICT_TRANS_TABLES')"
        options.update(charset="utf8mb4", isolation_level="read committed", init_command=session)
    return settings


DATABASES = {"default": database(ENV.database_url)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

LANGUAGE_CODE = ENV.language_code
LANGUAGES = [("en", _("English")), ("ko", _("Korean"))]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [LOCALE]
TIME_ZONE = ENV.time_zone
USE_TZ = True

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True
ANONYMOUS_USER_NAME = None
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "opsportal_cache"}}
SESSION_COOKIE_AGE = 12 * 3600
