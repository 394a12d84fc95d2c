"""The lists and forms of the portal, in unfold's look."""

from django.contrib import admin
from django_celery_beat import models as beat

from . import approvals, audit, calendars, environments, people, runs

__all__ = ["approvals", "audit", "calendars", "environments", "people", "runs"]

# Beat serves the policies: its own rows are not for people.
for model in (
    beat.ClockedSchedule,
    beat.CrontabSchedule,
    beat.IntervalSchedule,
    beat.PeriodicTask,
    beat.SolarSchedule,
):
    if admin.site.is_registered(model):
        admin.site.unregister(model)

admin.site.index_template = "opsportal/home.html"
admin.site.enable_nav_sidebar = True
