"""Every page of the portal, and rows of each kind for them to show."""

from opsportal import clock, holds
from opsportal.models import Audit, Calendar, Environment, Finding, Proposal
from tests import factories
from tests.api.ci import publisher

ALWAYS = "daily 00:00 - 00:00 stock-taking"
PAGES = (
    "/admin/",
    "/admin/opsportal/run/",
    "/admin/opsportal/run/add/",
    "/admin/opsportal/run/add/?runbook=stacks.deploy",
    "/admin/opsportal/run/add/?runbook=sweep",
    "/admin/opsportal/run/add/?runbook=cleanup&findings={volume}",
    "/admin/opsportal/run/{run}/",
    "/admin/opsportal/run/{run}/history/",
    "/admin/opsportal/audit/add/",
    "/admin/opsportal/approval/",
    "/admin/opsportal/approval/{approval}/history/",
    "/admin/opsportal/finding/",
    "/admin/opsportal/finding/?q=nowhere&severity=3",
    "/admin/opsportal/finding/{finding}/",
    "/admin/opsportal/finding/{volume}/",
    "/admin/opsportal/environment/",
    "/admin/opsportal/environment/add/",
    "/admin/opsportal/environment/{environment}/change/",
    "/admin/opsportal/environment/{environment}/history/",
    "/admin/opsportal/environment/{unused}/delete/",
    "/admin/opsportal/runbooks/",
    "/admin/opsportal/environment/{environment}/people/",
    "/admin/opsportal/calendar/",
    "/admin/opsportal/calendar/add/",
    "/admin/opsportal/calendar/{calendar}/change/",
    "/admin/opsportal/calendar/{calendar}/history/",
    "/admin/opsportal/calendar/{calendar}/delete/",
    "/admin/opsportal/policy/",
    "/admin/opsportal/policy/add/",
    "/admin/opsportal/policy/{policy}/",
    "/admin/opsportal/policy/{policy}/change/",
    "/admin/opsportal/policy/{policy}/history/",
    "/admin/opsportal/policy/{policy}/delete/",
    "/admin/opsportal/notice/",
    "/admin/opsportal/notice/{notice}/change/",
    "/admin/opsportal/notice/{notice}/history/",
    "/admin/opsportal/publisher/",
    "/admin/opsportal/publisher/add/",
    "/admin/opsportal/publisher/{publisher}/change/",
    "/admin/opsportal/publisher/{publisher}/history/",
    "/admin/opsportal/publisher/{publisher}/test/",
    "/admin/opsportal/token/",
    "/admin/opsportal/token/add/",
    "/admin/opsportal/audit/",
    "/admin/opsportal/audit/{audit}/change/",
    "/admin/opsportal/audit/{audit}/history/",
    "/admin/opsportal/slack/",
    "/admin/auth/user/",
    "/admin/auth/user/add/",
    "/admin/auth/user/{user}/change/",
    "/admin/auth/user/{user}/history/",
    "/admin/auth/user/{user}/password/",
    "/admin/auth/group/",
    "/admin/auth/group/add/",
    "/admin/auth/group/{group}/change/",
    "/admin/auth/group/{group}/history/",
    "/admin/auth/group/{group}/delete/",
    "/accounts/password/set/",
    "/accounts/sessions/",
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/accounts/logout/",
    "/accounts/3rdparty/",
    "/accounts/3rdparty/login/cancelled/",
    "/accounts/3rdparty/login/error/",
    "/admin/opsportal/run/999/",
    "/nowhere",
)
TOO_OFTEN = {"/accounts/login/": 429}
ERRORS = {
    "/admin/opsportal/audit/add/": 403,
    "/accounts/3rdparty/login/error/": 401,
    "/admin/opsportal/run/999/": 404,
    "/nowhere": 404,
}
MOMENTS = (
    "/admin/",
    "/admin/opsportal/environment/",
    "/admin/opsportal/environment/{environment}/change/",
    "/admin/opsportal/run/{failed}/",
    "/admin/opsportal/run/{held}/",
    "/admin/opsportal/run/{glass}/",
)
PAUSED = ("/admin/", "/admin/opsportal/run/{held}/")
SIGNED_OUT = ("/accounts/login/", "/accounts/signup/", "/accounts/inactive/")
WITH_FACTOR = (
    "/accounts/reauthenticate/",
    "/accounts/2fa/reauthenticate/",
    "/accounts/2fa/recovery-codes/generate/",
    "/accounts/2fa/recovery-codes/",
    "/accounts/2fa/totp/deactivate/",
    "/accounts/password/change/",
)  # to who signs in with a second factor
ON_THE_WAY = (
    "/api/v1/docs",
    "/accounts/2fa/authenticate/",
    "/accounts/oidc/company/login/",
    "/admin/opsportal/slack/confirm/",
)  # each has a test of its own in tests/browser


# Addresses that are no page of their own, by what they answer when they are opened.
POSTS = {
    *("pause", "resume", "break_glass", "environment_people_change", "logout", "slack_disconnect", "slack_events"),
    *("findings_do", "finding_do", "opsportal_policy_do", "opsportal_notice_again", "opsportal_publisher_disable"),
    *("opsportal_run_do", "opsportal_run_approve", "opsportal_run_answer", "opsportal_token_revoke"),
    *("opsportal_environment_test", "opsportal_environment_proposal"),
}
DATA = {
    *("system", "search"),  # parts of a page
    *("findings_export", "jsi18n", "autocomplete", "opsportal_environment_role", "opsportal_run_parts"),
    *("opsportal_audit_export", "opsportal_environment_trust", "run_lines", "run_stream"),
    "mfa_download_recovery_codes",
}
ELSEWHERE = {
    *("login", "password_change", "password_change_done", "set_language", "app_list"),
    *("opsportal_run_change", "opsportal_approval_change", "opsportal_token_change", "opsportal_token_history"),
    *("socialaccount_signup", "openid_connect_callback"),  # nobody is asked on the way in
}
REFUSED = {
    *(f"opsportal_{kind}_add" for kind in ("approval", "audit", "notice")),
    *(f"opsportal_{kind}_delete" for kind in ("approval", "audit", "notice", "publisher", "run", "token")),
    *("auth_user_delete", "view_on_site"),
}


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


def visits(root, stranger, asking):
    """Who opens which address, one after the other: what is rare comes about when all else was seen."""
    yield from ((root, path) for path in addresses(asking))
    yield from ((stranger, path) for path in SIGNED_OUT)
    yield from ((root, path) for path in moments(asking))


def addresses(asking):
    return filled(PAGES, rows(asking))


def rows(asking):
    """One row of each kind, by what it is called in addresses."""
    policy = factories.policy([asking.environment])
    where, calendar = asking.environment, Calendar.objects.create(name="Christmas", rules="Fri 16:00 - Mon 08:00")
    calendar.rules = ALWAYS
    calendar.save()
    return {
        "run": asking,
        "approval": asking.steps.get().approvals.get(),
        "environment": where,
        "unused": factories.environment(),
        "user": factories.user(),
        "group": factories.group("release"),
        "finding": found(where),
        "volume": Finding.objects.filter(check_name="ebs-unattached").first(),
        "calendar": calendar,
        "policy": policy,
        "notice": factories.notice(policy, asking),
        "publisher": publisher("https://token.actions.githubusercontent.com", [where]),
        "audit": Audit.objects.first(),
    }


def moments(asking):
    """Pages of what failed, of what is held, and of changes that are paused, frozen, proposed or let through."""
    where, person, now = asking.environment, factories.user(username="olga"), clock.now()
    runs = {name: factories.run(environment=where) for name in ("held", "glass")}
    runs["failed"] = factories.run(environment=where, status="failed", ended_at=now, reason="worker: Rolled back.")
    factories.step(runs["failed"], "worker", status="failed", cause="kms:Decrypt denied", reason="Rolled back.")
    factories.line(runs["failed"], "kms:Decrypt denied", level="error")
    factories.step(runs["held"], "worker", status="due", held_at=now, wake_at=now, note=f"Frozen: {ALWAYS}.")
    factories.step(runs["glass"], "worker", status="running", started_at=now)
    holds.break_glass(runs["glass"].pk, person, "the certificate expires tonight")
    Proposal.objects.create(environment=where, changes={"protected": [False, True]}, by=person, at=now)
    Environment.objects.filter(pk=where.pk).update(calendar=Calendar.objects.get(name="Christmas"))
    yield from filled(MOMENTS, {**runs, "environment": where})
    holds.pause(where, person, "the bank audits")
    yield from filled(PAUSED, runs)


def filled(paths, rows):
    numbers = {name: row.pk for name, row in rows.items()}
    return [path.format(**numbers) for path in paths]
