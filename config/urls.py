"""Addresses of the portal."""

from django.contrib import admin
from django.urls import path
from django.views.generic import RedirectView

from opsportal import live
from opsportal.pages import lines, runbooks

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/opsportal/runbooks/", admin.site.admin_view(runbooks.page), name="runbooks"),
    path("admin/", admin.site.urls),
    path("runs/<int:run_id>/stream", live.stream, name="run_stream"),
    path("runs/<int:run_id>/lines", lines.lines, name="run_lines"),
]
