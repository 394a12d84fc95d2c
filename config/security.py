"""What browsers are told: https only, cookies of our own, and nothing run or loaded that is not ours.

https://docs.djangoproject.com/en/5.2/topics/security/ · https://django-csp.readthedocs.io
"""

from typing import Any

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE

from .env import env

ENV = env()
https = ENV.public_url.startswith("https://")
YEAR = 365 * 24 * 3600

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = https
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_HSTS_SECONDS = YEAR if https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = https
# Only who is known to stand before the portal is asked whether a request came over https; without such a proxy a
# redirect could go round for ever.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.trusted_proxies else None
SECURE_SSL_REDIRECT = https and bool(ENV.trusted_proxies)
SILENCED_SYSTEM_CHECKS = ["security.W021"]  # preloading is for a domain's owner to ask for, not for one host

CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
CSP_BESIDES: dict[str, dict[str, list[str]]] = {
    # unfold's Alpine evaluates the expressions in its templates, which also hold the theme's colours as a style.
    "/admin/": {"script-src": [UNSAFE_EVAL], "style-src": [UNSAFE_INLINE]},
    # The page to try the API: Swagger UI sets styles and draws pictures of its own.
    "/api/v1/docs": {"style-src": [UNSAFE_INLINE]},
    # The form that leads to the company's sign-in: browsers hold its redirect against form-action too.
    "/accounts/": {"form-action": ["https:"]} if ENV.oidc_issuer else {},
}
