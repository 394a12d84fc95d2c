"""Every page of the portal, and rows of each kind for them to show."""

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


def asking_run():
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
