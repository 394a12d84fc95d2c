"""Each page in a real browser: nothing from outside, no trouble in the console, nothing too wide or out of reach."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from opsportal.models import Calendar, Finding
from tests import factories
from tests.api.ci import publisher

PAGES = (
    "/admin/",
    "/admin/opsportal/run/",
    "/admin/opsportal/run/add/",
    "/admin/opsportal/run/add/?runbook=stacks.deploy",
    "/admin/opsportal/run/add/?runbook=sweep",
    "/admin/opsportal/run/add/?runbook=cleanup&findings={volume}",
    "/admin/opsportal/run/{run}/",
    "/admin/opsportal/approval/",
    "/admin/opsportal/finding/",
    "/admin/opsportal/finding/?q=nowhere&severity=3",
    "/admin/opsportal/finding/{finding}/",
    "/admin/opsportal/finding/{volume}/",
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
    "/admin/opsportal/notice/",
    "/admin/opsportal/notice/{notice}/change/",
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
    known["volume"] = Finding.objects.filter(check_name="ebs-unattached").first().pk
    known["calendar"] = Calendar.objects.create(name="Christmas").pk
    policy = factories.policy([asking.environment])
    known["policy"], known["notice"] = policy.pk, factories.notice(policy, asking).pk
    known["publisher"] = publisher("https://token.actions.githubusercontent.com", [asking.environment]).pk
    return [path.format(**known) for path in PAGES]


def serious(page):
    """What axe finds on the page that keeps somebody from using it. https://github.com/dequelabs/axe-core"""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [(rule["id"], rule["nodes"][0]["html"]) for rule in found if rule["impact"] in ("serious", "critical")]


def watched(page, site):
    """Lists that fill with the requests to other hosts, which get nowhere, and with what the console complains of."""
    outside, complaints = [], []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.route(
        lambda url: not url.startswith((site, "data:", "blob:")),
        lambda route: (outside.append(route.request.url), route.abort()),
    )
    return outside, complaints


@pytest.mark.parametrize("options", [LIGHT_AND_WIDE, DARK_AND_NARROW], ids=["light and wide", "dark and narrow"])
def test_each_page_is_complete_by_itself_and_keeps_nobody_from_using_it(sign_in, chrome, site, asking, options):
    page, context = sign_in(factories.user(is_superuser=True), **options), chrome.new_context(base_url=site, **options)
    stranger, barred, wide = context.new_page(), [], []
    visits = [(page, path) for path in addresses(asking)] + [(stranger, path) for path in SIGNED_OUT]
    seen = [watched(each, site) for each in (page, stranger)]
    for reader, path in visits:
        reader.goto(path)
        barred += [(path, *each) for each in serious(reader)]
        wide += [path] if reader.evaluate("document.documentElement.scrollWidth > innerWidth") else []
    context.close()
    complaints = [text for _, told in seen for text in told if "404" not in text]
    assert ([each for outside, _ in seen for each in outside], complaints, wide, barred) == ([], [], [], [])
