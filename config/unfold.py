"""The look and the navigation of the portal."""

from typing import Any

UNFOLD: dict[str, Any] = {"SITE_TITLE": "opsportal", "SITE_HEADER": "opsportal", "SITE_SYMBOL": "rocket_launch"}
