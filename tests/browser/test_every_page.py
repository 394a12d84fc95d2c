"""Each page in a real browser: nothing from outside, no trouble in the console, nothing wider than the window."""

import pytest

from tests import factories

PAGES = (
    "/admin/",
    "/admin/opsportal/run/",
    "/admin/opsportal/run/add/",
    "/admin/opsportal/run/add/?runbook=stacks.deploy",
    "/admin/opsportal/run/{run}/",
    "/admin/opsportal/approval/",
    "/admin/opsportal/environment/",
    "/admin/opsportal/environment/add/",
    "/admin/opsportal/environment/{environment}/change/",
    "/admin/opsportal/environment/{environment}/history/",
    "/admin/opsportal/environment/{environment}/delete/",
    "/admin/opsportal/runbooks/",
    "/admin/auth/user/",
    "/admin/auth/group/",
    "/admin/opsportal/run/999/",
    "/nowhere",
)


@pytest.fixture
def asking(transactional_db):
    run = factories.run(status="asking")
    factories.approval(factories.step(run, "service", status="asking", started_at=run.created_at))
    return run


@pytest.mark.parametrize(
    "options",
    [{}, {"viewport": {"width": 390, "height": 800}}, {"color_scheme": "dark"}],
    ids=["wide", "phone", "dark"],
)
def test_no_page_asks_another_host_or_complains(sign_in, site, asking, options):
    page = sign_in(factories.user(is_superuser=True), **options)
    outside, complaints, wide = [], [], []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.route(
        lambda url: not url.startswith((site, "data:", "blob:")),
        lambda route: (outside.append(route.request.url), route.abort()),
    )
    for path in PAGES:
        page.goto(path.format(run=asking.pk, environment=asking.environment_id))
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(path)
    assert (outside, [text for text in complaints if "404" not in text], wide) == ([], [], [])
