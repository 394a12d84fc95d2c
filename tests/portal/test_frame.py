"""What stands around a page: where it is, its one heading, its main part, and the counts of the sidebar."""

import re

import pytest

from tests import factories
from tests.portal.conftest import html

OBJECT = "/admin/opsportal/environment/{environment}/"


def way(response):
    """The breadcrumbs, as a person reads them."""
    nav = re.search(r'<nav[^>]*aria-label="Breadcrumb">(.*?)</nav>', html(response), re.DOTALL)[1]
    return [" ".join(part.split()) for part in re.findall(r"<(?:a|h1|span class=\"truncate)[^>]*>([^<]*)<", nav)]


@pytest.mark.parametrize(
    ("address", "crumbs"),
    [
        ("/admin/", ["Home"]),
        ("/admin/opsportal/run/", ["Runs"]),
        ("/admin/opsportal/run/add/", ["Runs", "Start a run"]),
        ("/admin/opsportal/run/{run}/", ["Runs", "Run {run}"]),
        ("/admin/opsportal/approval/", ["Approvals"]),
        ("/admin/opsportal/runbooks/", ["Runbooks"]),
        ("/admin/opsportal/environment/", ["Environments"]),
        (f"{OBJECT}change/", ["Environments", "dev"]),
        (f"{OBJECT}history/", ["Environments", "dev", "History"]),
        ("/admin/opsportal/environment/{empty}/delete/", ["Environments", "empty", "Delete"]),
        ("/admin/auth/user/", ["Users"]),
        ("/admin/auth/group/", ["Groups"]),
    ],
)
def test_a_page_says_where_it_is_once(admin, address, crumbs):
    run = factories.run(environment=factories.environment(name="dev"))
    ids = {"run": run.pk, "environment": run.environment_id, "empty": factories.environment(name="empty").pk}
    response = admin.get(address.format(**ids))
    assert way(response) == [crumb.format(**ids) for crumb in crumbs]
    assert html(response).count("<h1") == 1
    assert html(response).count("<main") == 1
