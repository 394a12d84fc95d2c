"""The lists and forms of the portal, in unfold's look."""

from django.contrib import admin

from . import approvals, audit, calendars, environments, notices, people, policies, publishers, runs, tokens

__all__ = [
    "approvals",
    "audit",
    "calendars",
    "environments",
    "notices",
    "people",
    "policies",
    "publishers",
    "runs",
    "tokens",
]

admin.site.index_template = "opsportal/home.html"
admin.site.enable_nav_sidebar = True


def hide_others() -> None:
    """Take out the rows of libraries, which are not for people: schedules, sessions, second factors."""
    for model in list(admin.site._registry):
        if model._meta.app_label not in ("opsportal", "auth"):
            admin.site.unregister(model)
