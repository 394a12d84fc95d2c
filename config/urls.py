"""Addresses of the portal."""

from django.contrib import admin
from django.urls import include, path, re_path, register_converter
from django.urls.converters import IntConverter
from django.views.generic import RedirectView

from opsportal.admin import hide_others
from opsportal.api import problems, v1
from opsportal.live import view as live
from opsportal.pages import finding, finding_deeds, finding_export, findings, holding, lines, people, runbooks, system
from opsportal.slack import connecting, receiving


class RowConverter(IntConverter):
    """The number of a row: no more digits than any database takes."""

    regex = "[0-9]{1,18}"


register_converter(RowConverter, "row")
admin.autodiscover()
hide_others()

handler500 = "opsportal.web.broken.page"
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/opsportal/", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/opsportal/runbooks/", admin.site.admin_view(runbooks.page), name="runbooks"),
    path("admin/opsportal/environment/<row:pk>/people/", admin.site.admin_view(people.page), name="environment_people"),
    path(
        "admin/opsportal/environment/<row:pk>/people/change/",
        admin.site.admin_view(people.change),
        name="environment_people_change",
    ),
    path("admin/opsportal/system/", admin.site.admin_view(system.page), name="system"),
    path("admin/opsportal/slack/", admin.site.admin_view(connecting.page), name="slack"),
    path("admin/opsportal/slack/confirm/", admin.site.admin_view(connecting.confirm), name="slack_confirm"),
    path("admin/opsportal/slack/disconnect/", admin.site.admin_view(connecting.disconnect), name="slack_disconnect"),
    path("admin/opsportal/pause/", admin.site.admin_view(holding.pause), name="pause"),
    path("admin/opsportal/pause/<row:pk>/resume/", admin.site.admin_view(holding.resume), name="resume"),
    path("admin/opsportal/run/<row:run_id>/glass/", admin.site.admin_view(holding.glass), name="break_glass"),
    path("admin/opsportal/finding/", admin.site.admin_view(findings.page), name="findings"),
    path("admin/opsportal/finding/do/<slug:verb>/", admin.site.admin_view(finding_deeds.several), name="findings_do"),
    path("admin/opsportal/finding/export.csv", admin.site.admin_view(finding_export.export), name="findings_export"),
    path("admin/opsportal/finding/<row:pk>/", admin.site.admin_view(finding.page), name="finding"),
    path(
        "admin/opsportal/finding/<row:pk>/do/<slug:verb>/", admin.site.admin_view(finding_deeds.one), name="finding_do"
    ),
    path("admin/login/", RedirectView.as_view(pattern_name="account_login", query_string=True)),
    path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path("admin/password_change/done/", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("accounts/", include("opsportal.pages.accounts")),
    path("api/v1/", problems.nothing),
    path("api/v1/", v1.urls),
    re_path("^api/", problems.nothing),
    path("slack/events", receiving.receive, name="slack_events"),
    path("runs/<row:run_id>/stream", live.stream, name="run_stream"),
    path("runs/<row:run_id>/lines", lines.lines, name="run_lines"),
]
