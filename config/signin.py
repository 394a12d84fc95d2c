"""How people sign in: password with limits and a second factor, or the company's OpenID Connect provider.

https://docs.allauth.org · https://django-axes.readthedocs.io
"""

from datetime import timedelta
from typing import Any

from .env import env

ENV = env()

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
ACCOUNT_ADAPTER = "opsportal.web.signin.Accounts"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {"login_failed": "30/m/ip,10/5m/key"}  # axes comes first for passwords; these are for codes

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_CALLABLE = "opsportal.web.signin.named"
AXES_CLIENT_IP_CALLABLE = "opsportal.web.addresses.client"
AXES_LOCKOUT_CALLABLE = "opsportal.web.signin.locked_out"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "opsportal"
MFA_REQUIRED = ENV.mfa_required

SOCIALACCOUNT_ADAPTER = "opsportal.web.signin.Company"
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_LOGIN_ON_GET = False
OIDC_DOMAINS = ENV.oidc_domains
OIDC_GROUPS_CLAIM = ENV.oidc_groups_claim


def provider() -> dict[str, Any]:
    """The company's provider as allauth knows it; none without OIDC_ISSUER."""
    if not ENV.oidc_issuer:
        return {}
    app = {
        "provider_id": "company",
        "name": ENV.oidc_name,
        "client_id": ENV.oidc_client_id,
        "secret": ENV.oidc_client_secret,
        "settings": {"server_url": ENV.oidc_issuer, "fetch_userinfo": True, "oauth_pkce_enabled": True},
    }
    return {"openid_connect": {"APPS": [app], "SCOPE": ["openid", "profile", "email"]}}


SOCIALACCOUNT_PROVIDERS = provider()
