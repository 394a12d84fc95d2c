"""Each page in a real browser: nothing from outside, no trouble in the console, nothing too wide or out of reach."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from opsportal.models import Calendar
from tests import factories
from tests.api.ci import publisher

PAGES = (
    "/admin/",
    "/admin/opsportal/run/",
    "/admin/opsportal/run/add/",
    "/admin/opsportal/run/add/?runbook=stacks.deploy",
    "/admin/opsportal/run/add/?runbook=sweep",
    "/admin/opsportal/run/{run}/",
    "/admin/opsportal/approval/",
    "/admin/opsportal/finding/",
    "/admin/opsportal/finding/?q=nowhere&severity=3",
    "/admin/opsportal/finding/{finding}/",
    "/admin/opsportal/environment/",
    "/admin/opsportal/environment/add/",
    "/admin/opsportal/environment/{environment}/change/",
    "/admin/opsportal/environment/{environment}/history/",
    "/admin/opsportal/environment/{environment}/delete/",
    "/admin/opsportal/runbooks/",
    "/admin/opsportal/environment/{environment}/people/",
    "/admin/opsportal/calendar/",
    "/admin/opsportal/calendar/add/",
    "/admin/opsportal/calendar/{calendar}/change/",
    "/admin/opsportal/policy/",
    "/admin/opsportal/policy/add/",
    "/admin/opsportal/policy/{policy}/",
    "/admin/opsportal/policy/{policy}/change/",
    "/admin/opsportal/policy/{policy}/delete/",
    "/admin/opsportal/publisher/",
    "/admin/opsportal/publisher/add/",
    "/admin/opsportal/publisher/{publisher}/change/",
    "/admin/opsportal/publisher/{publisher}/test/",
    "/admin/opsportal/token/",
    "/admin/opsportal/token/add/",
    "/admin/opsportal/audit/",
    "/admin/auth/user/",
    "/admin/auth/user/add/",
    "/admin/auth/user/{user}/change/",
    "/admin/auth/group/",
    "/admin/auth/group/add/",
    "/accounts/password/change/",
    "/accounts/sessions/",
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/admin/opsportal/run/999/",
    "/nowhere",
)
SIGNED_OUT = ("/accounts/login/", "/accounts/signup/", "/accounts/inactive/")
LIGHT_AND_WIDE, DARK_AND_NARROW = {}, {"viewport": {"width": 390, "height": 800}, "color_scheme": "dark"}


@pytest.fixture
def asking(transactional_db):
    run = factories.run(status="asking")
    factories.approval(factories.step(run, "service", status="asking", started_at=run.created_at))
    return run


def found(environment):
    """Findings of several kinds, among them an instance that runs out of credits."""
    for number, severity in enumerate((1, 2, 3)):
        factories.finding(environment=environment, severity=severity, name=f"data-{number}", owner="team-search")
    evidence = {"hours_to_zero": 0.8, "balance": [576, 410, 300, 120, 31]}
    known = {"check_name": "credits-run-out", "severity": 4, "usd": None, "evidence": evidence}
    return factories.finding(environment=environment, resource="i-0c41aa", name="batch-7", **known)


def addresses(asking):
    known = {"run": asking.pk, "environment": asking.environment_id, "user": factories.user().pk}
    known["finding"] = found(asking.environment).pk
    known["calendar"] = Calendar.objects.create(name="Christmas").pk
    known["policy"] = factories.firing(factories.policy([asking.environment]), asking).policy_id
    known["publisher"] = publisher("https://token.actions.githubusercontent.com", [asking.environment]).pk
    return [path.format(**known) for path in PAGES]


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
    for path in addresses(asking):
        page.goto(path)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(path)
    assert (outside, [text for text in complaints if "404" not in text], wide) == ([], [], [])


def serious(page, path):
    """What axe finds on the page that keeps somebody from using it. https://github.com/dequelabs/axe-core"""
    page.goto(path)
    found = Axe().run(page).response["violations"]
    return [(path, rule["id"], rule["nodes"][0]["html"]) for rule in found if rule["impact"] in ("serious", "critical")]


@pytest.mark.parametrize("options", [LIGHT_AND_WIDE, DARK_AND_NARROW], ids=["light and wide", "dark and narrow"])
def test_nothing_keeps_anybody_from_using_a_page(sign_in, chrome, site, asking, options):
    page = sign_in(factories.user(is_superuser=True), **options)
    found = [each for path in addresses(asking) for each in serious(page, path)]
    stranger = chrome.new_context(base_url=site, **options)
    found += [each for path in SIGNED_OUT for each in serious(stranger.new_page(), path)]
    stranger.close()
    assert found == []
