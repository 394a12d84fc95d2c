"""The look and the navigation of the portal."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "opsportal",
    "SITE_HEADER": "opsportal",
    "SITE_SUBHEADER": _("AWS operations"),
    "SITE_SYMBOL": "rocket_launch",
    "SITE_URL": None,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("opsportal/logo.svg")}],
    "SHOW_HISTORY": True,
    "SHOW_LANGUAGES": True,
    "BORDER_RADIUS": "6px",
    # A quieter violet than unfold's, and never the blue of “running”.
    "COLORS": {
        "primary": {
            "50": "oklch(97% .016 288)",
            "100": "oklch(94% .034 288)",
            "200": "oklch(89% .06 288)",
            "300": "oklch(81% .1 288)",
            "400": "oklch(73% .14 288)",
            "500": "oklch(62% .19 286)",
            "600": "oklch(51% .2 284)",
            "700": "oklch(45% .19 283)",
            "800": "oklch(39% .16 283)",
            "900": "oklch(33% .13 283)",
            "950": "oklch(25% .1 283)",
        },
    },
    "STYLES": [
        lambda request: static("opsportal/tokens.css"),
        lambda request: static("opsportal/parts.css"),
        lambda request: static("opsportal/pages.css"),
    ],
    "ACCOUNT": {
        "navigation": [
            {"title": _("Second factor"), "link": reverse_lazy("mfa_index")},
            {"title": _("Sessions"), "link": reverse_lazy("usersessions_list")},
            {"title": _("Slack"), "link": reverse_lazy("slack")},
        ]
    },
    "DASHBOARD_CALLBACK": "opsportal.pages.home.context",
    "SIDEBAR": {"show_search": False, "navigation": "opsportal.pages.sidebar.navigation"},
}
