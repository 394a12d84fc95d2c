"""Every address and deed × every role × the own and another environment. A new address without a row here fails."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from opsportal import clock, health, rights
from opsportal.admin import proposals
from opsportal.health import observing
from opsportal.models import Environment, Pause, Proposal, Publisher
from opsportal.pages import deeds, finding_deeds, policy
from tests import factories
from tests.routes import entries

from .conftest import signed_in

VIEW, OPERATE, APPROVE, ADMINISTER = rights.VIEW, rights.OPERATE, rights.APPROVE, rights.ADMINISTER
GLOBAL = "by a right on all environments"
ANYWHERE = "with any role"
ADMINISTERS = "with the right to administer any environment"
NOBODY = "nobody"
ROLES = [*rights.ROLES, "none"]

# The name of each address of ours, with the method, and what it takes. `{…}` are numbers of rows of the environment.
TABLE = {
    "environment_people get": VIEW,
    "environment_people_change post": ADMINISTER,
    "resume post": OPERATE,
    "pause post": OPERATE,
    "break_glass post": OPERATE,
    "opsportal_approval_change get": VIEW,
    "opsportal_environment_test post": OPERATE,
    "opsportal_environment_trust get": VIEW,
    "opsportal_environment_role get": VIEW,
    "opsportal_environment_proposal withdraw": NOBODY,  # but who proposed it
    **{f"opsportal_environment_proposal {verb}": ADMINISTER for verb in ("apply", "reject")},
    "opsportal_environment_change get": VIEW,
    "opsportal_environment_change post": ADMINISTER,
    "opsportal_environment_history get": VIEW,
    "opsportal_run_page get": VIEW,
    "opsportal_run_parts get": VIEW,
    "opsportal_run_approve post": APPROVE,
    "opsportal_run_answer post": APPROVE,
    "opsportal_run_do cancel": OPERATE,
    "opsportal_run_do retry": OPERATE,
    "opsportal_run_do undo": OPERATE,
    "opsportal_run_do deploy": OPERATE,
    "opsportal_run_add post": OPERATE,
    "opsportal_run_change get": VIEW,
    "run_lines get": VIEW,
    "finding get": VIEW,
    "finding_do acknowledge": OPERATE,
    "finding_do snooze": OPERATE,
    "finding_do exempt": OPERATE,
    "finding_do assign": OPERATE,
    "finding_do open": OPERATE,
    **{f"findings_do {verb}": OPERATE for verb in ("acknowledge", "snooze", "exempt", "assign", "open", "plan")},
    "findings_export get": GLOBAL,
    "findings get": ANYWHERE,
    "opsportal_environment_add get": GLOBAL,
    "opsportal_environment_add post": GLOBAL,
    "opsportal_environment_delete get": GLOBAL,
    "opsportal_calendar_changelist get": GLOBAL,
    "opsportal_calendar_add get": GLOBAL,
    "opsportal_calendar_add post": GLOBAL,
    "opsportal_audit_changelist get": GLOBAL,
    "opsportal_audit_export get": GLOBAL,
    "auth_user_changelist get": GLOBAL,
    "auth_user_add get": GLOBAL,
    "auth_user_add post": GLOBAL,
    "auth_group_changelist get": GLOBAL,
    "auth_group_add get": GLOBAL,
    "auth_group_add post": GLOBAL,
    "runbooks get": ANYWHERE,
    "system get": ANYWHERE,
    "opsportal_run_changelist get": ANYWHERE,
    "opsportal_approval_changelist get": ANYWHERE,
    "opsportal_environment_changelist get": ANYWHERE,
    "opsportal_token_changelist get": ANYWHERE,
    "opsportal_token_add get": ANYWHERE,
    "opsportal_token_add post": ANYWHERE,
    "opsportal_token_delete get": NOBODY,
    "opsportal_publisher_changelist get": ADMINISTERS,
    "opsportal_publisher_add get": ADMINISTERS,
    "opsportal_publisher_add post": ADMINISTERS,
    "opsportal_publisher_change get": ADMINISTER,
    "opsportal_publisher_change post": ADMINISTER,
    "opsportal_publisher_history get": ADMINISTER,
    "opsportal_publisher_test get": ADMINISTER,
    "opsportal_publisher_test post": ADMINISTER,
    "opsportal_publisher_disable post": ADMINISTER,
    "opsportal_publisher_delete get": NOBODY,
    "opsportal_policy_changelist get": ANYWHERE,
    "opsportal_policy_add get": ADMINISTERS,
    "opsportal_policy_add post": ADMINISTERS,
    "opsportal_policy_page get": VIEW,
    "opsportal_policy_history get": VIEW,
    "opsportal_policy_change get": ADMINISTER,
    "opsportal_policy_change post": ADMINISTER,
    "opsportal_policy_delete get": ADMINISTER,
    "opsportal_policy_do run": OPERATE,
    "opsportal_policy_do enable": ADMINISTER,
    "opsportal_policy_do disable": ADMINISTER,
    "opsportal_notice_changelist get": ANYWHERE,
    "opsportal_notice_change get": VIEW,
    "opsportal_notice_again post": ADMINISTER,
    "opsportal_notice_add get": NOBODY,
    "opsportal_notice_delete get": NOBODY,
    "opsportal_run_delete get": NOBODY,
    "opsportal_approval_add get": NOBODY,
    "opsportal_approval_delete get": NOBODY,
    "opsportal_audit_add get": NOBODY,
    "opsportal_audit_delete get": NOBODY,
    "auth_user_delete get": NOBODY,
}
# Addresses that show nothing of an environment, Django's own pages about single rows, under the model's rights, and the
# stream, whose rows are read on a thread that sees no test's transaction: test_the_stream_of_others_is_refused.
ELSEWHERE = {
    "run_stream",
    *("slack", "slack_confirm", "slack_disconnect", "slack_events"),  # tests/slack: who is who, and what Slack signs
    *("index", "login", "logout", "search", "autocomplete", "jsi18n", "view_on_site", "app_list"),
    *("password_change", "password_change_done", "auth_user_password_change"),
    *(f"auth_{kind}_{page}" for kind in ("user", "group") for page in ("change", "history", "delete")),
    *(f"opsportal_calendar_{page}" for page in ("change", "history", "delete")),
    *(f"opsportal_token_{page}" for page in ("change", "history", "revoke")),
    "opsportal_notice_history",
    *("opsportal_run_history", "opsportal_approval_history", "opsportal_audit_change", "opsportal_audit_history"),
}

# What is done by a verb at the end of an address: all that the code knows.
VERBS = {
    "opsportal_run_do": {*deeds.VERBS, "deploy"},
    "opsportal_environment_proposal": {*proposals.VERBS},
    "opsportal_policy_do": {*policy.DEEDS},
    "finding_do": {*finding_deeds.VERBS},
    "findings_do": {*finding_deeds.VERBS, finding_deeds.PLAN},
}
FORMS = ("_add get", "_change get")
ONLY_SHOWN = {"opsportal_approval_change", "opsportal_run_change", "opsportal_notice_change"}  # forms without a save


def test_every_address_has_a_row():
    """But allauth's own, and the API's, which have a table in tests/api."""
    ours = {name for route, name in entries() if name and not route.startswith(("/accounts/", "/api/v1/"))}
    assert ours - {line.split()[0] for line in TABLE} - ELSEWHERE == set()


@pytest.mark.parametrize("name", VERBS)
def test_every_verb_has_a_row(name):
    assert {line.split()[1] for line in TABLE if line.split()[0] == name} == VERBS[name]


def test_every_form_that_is_saved_has_a_row_for_that():
    opened = {line.split()[0] for line, needed in TABLE.items() if line.endswith(FORMS) and needed != NOBODY}
    assert {name for name in opened - ONLY_SHOWN if f"{name} post" not in TABLE} == set()


@pytest.mark.parametrize("line", [line for line, needed in TABLE.items() if needed in (GLOBAL, ADMINISTERS)])
def test_who_has_all_rights_everywhere_is_let_in(line, places):
    person = factories.user(is_superuser=True)
    assert not refused(send(signed_in(person), line, places["theirs"]))


@pytest.fixture
def places(monkeypatch):
    """An environment of ours and one of others, each with one of everything."""
    monkeypatch.setattr(observing, "facts", health.Facts)
    return {name: rows(factories.environment(name=name)) for name in ("ours", "theirs")}


def rows(environment):
    run = factories.run(environment=environment, runbook="stacks.plan")
    approval = factories.approval(factories.step(run, "a", status="asking"))
    by = factories.user()
    pause = Pause.objects.create(environment=environment, reason="x", by=by, begun_at=clock.now())
    changes = {"protected": [False, True]}
    proposal = Proposal.objects.create(environment=environment, changes=changes, by=by, at=clock.now())
    return {
        "environment": environment.pk,
        "run": run.pk,
        "approval": approval.pk,
        "pause": pause.pk,
        "proposal": proposal.pk,
        "person": by.pk,
        "policy": (policy := factories.policy([environment])).pk,
        "notice": factories.notice(policy, run).pk,
        "publisher": trusted(environment, by).pk,
        "finding": factories.finding(environment=environment).pk,
    }


def trusted(environment, by):
    known = {"kind": "github", "issuer": "https://token.actions.githubusercontent.com", "repository": "octo-org/shop"}
    known |= {"owner_id": "9919", "workflow": "deploy.yml", "ref": "refs/heads/main", "runbooks": ["test.graph"]}
    made = Publisher.objects.create(name="shop", person=by, created_at=clock.now(), **known)
    made.environments.add(environment)
    return made


def send(client, line, row):
    """The request of this line of the table."""
    name, how = line.split()
    admin, run, where = "/admin/opsportal", f"/admin/opsportal/run/{row['run']}", row["environment"]
    environment = f"{admin}/environment/{where}"
    address, sent = {
        "environment_people": (f"{environment}/people/", {}),
        "environment_people_change": (
            f"{environment}/people/change/",
            {"who": f"user-{row['person']}", "role": "viewer"},
        ),
        "resume": (f"{admin}/pause/{row['pause']}/resume/", {}),
        "pause": (f"{admin}/pause/", {"environment": where, "reason": "because"}),
        "break_glass": (f"{run}/glass/", {"reason": "because"}),
        "opsportal_approval_change": (f"{admin}/approval/{row['approval']}/change/", {}),
        "opsportal_environment_test": (f"{environment}/test/", {}),
        "opsportal_environment_trust": (
            f"{environment}/trust-policy.json",
            {"principal": "arn:aws:iam::123456789012:root"},
        ),
        "opsportal_environment_role": (f"{environment}/role.yaml", {}),
        "opsportal_environment_proposal": (f"{environment}/proposals/{row['proposal']}/{how}/", {}),
        "opsportal_environment_change": (f"{environment}/change/", {}),
        "opsportal_environment_history": (f"{environment}/history/", {}),
        "opsportal_environment_delete": (f"{environment}/delete/", {}),
        **{
            f"opsportal_publisher_{page}": (f"{admin}/publisher/{row['publisher']}/{page}/", {"claims": "{}"})
            for page in ("change", "history", "test", "disable", "delete")
        },
        "opsportal_policy_page": (f"{admin}/policy/{row['policy']}/", {}),
        "opsportal_policy_do": (f"{admin}/policy/{row['policy']}/do/{how}/", {}),
        **{
            f"opsportal_policy_{page}": (f"{admin}/policy/{row['policy']}/{page}/", {})
            for page in ("change", "history", "delete")
        },
        **{
            f"opsportal_notice_{page}": (f"{admin}/notice/{row['notice']}/{page}/", {})
            for page in ("change", "again", "delete")
        },
        "opsportal_run_page": (f"{run}/", {}),
        "opsportal_run_parts": (f"{run}/parts/", {}),
        "opsportal_run_do": (f"{run}/do/{how}/", {}),
        "opsportal_run_approve": (f"{run}/approve/", {"questions": row["approval"]}),
        "opsportal_run_answer": (f"{run}/answer/{row['approval']}/", {"answer": "approve"}),
        "opsportal_run_add": (
            f"{admin}/run/add/",
            {"runbook": "environment.test", "environment": Environment.objects.get(pk=where).name},
        ),
        "opsportal_run_change": (f"{run}/change/", {}),
        "opsportal_run_delete": (f"{run}/delete/", {}),
        "findings": (f"{admin}/finding/", {}),
        "findings_export": (f"{admin}/finding/export.csv", {}),
        "findings_do": (f"{admin}/finding/do/{how}/", handled(row) | {"pick": [row["finding"]]}),
        "finding": (f"{admin}/finding/{row['finding']}/", {}),
        "finding_do": (f"{admin}/finding/{row['finding']}/do/{how}/", handled(row)),
        "run_lines": (f"/runs/{row['run']}/lines", {}),
        "opsportal_audit_export": (f"{admin}/audit/export.csv", {}),
        "opsportal_audit_delete": (f"{admin}/audit/1/delete/", {}),
        "opsportal_token_delete": (f"{admin}/token/1/delete/", {}),
        "opsportal_approval_delete": (f"{admin}/approval/{row['approval']}/delete/", {}),
        "auth_user_delete": ("/admin/auth/user/1/delete/", {}),
        "runbooks": (f"{admin}/runbooks/", {}),
        "system": (f"{admin}/system/", {}),
    }.get(name) or (plain(name), {})
    return client.get(address, sent) if how == "get" else client.post(address, sent)


def handled(row):
    """What any deed on a finding takes."""
    day = f"{clock.now() + timedelta(days=7):%Y-%m-%d}"
    known = {"snooze_until": day, "exempt_until": day, "exempt_reason": "because"}
    return known | {"assign_to": row["person"]}


def plain(name):
    label, model, page = name.split("_")
    return f"/admin/{label}/{model}/" + ("add/" if page == "add" else "")


REFUSALS = ("the right to", "can withdraw this", "Choose an environment", "There is no such environment")


def refused(response):
    """Whether the person was turned away: by a status, or with a sentence about rights."""
    if response.status_code in (403, 404):
        return True
    said = [str(message) for message in get_messages(response.wsgi_request)]
    if response.status_code in (409, 422):
        said.append(response.content.decode())
    away = response.status_code == 302 and response.url.startswith(("/admin/login/", "/accounts/login/"))
    home = response.status_code == 302 and "doesn’t exist" in "".join(said)
    return away or home or any(sentence in text for text in said for sentence in REFUSALS)


def person_with(role, places):
    person = factories.user("none", username=f"{role}-person")
    if role != "none":
        rights.give(role, person, Environment.objects.get(pk=places["ours"]["environment"]))
    return person


def allowed(needed, role, whose):
    if needed in (GLOBAL, NOBODY) or role == "none":
        return False
    if needed == ADMINISTERS:
        return ADMINISTER in rights.ROLES[role]
    return needed == ANYWHERE or (whose == "ours" and needed in rights.ROLES[role])


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_what_the_table_says_and_nothing_of_others(role, places):
    person, wrong = person_with(role, places), []
    for line, needed in TABLE.items():
        for whose, row in places.items():
            got = not refused(send(signed_in(person), line, row))
            if got != allowed(needed, role, whose):
                wrong.append(f"{line}, {whose}: {'let in' if got else 'turned away'}")
    assert not wrong, "\n".join(wrong)


def test_nobody_comes_in_signed_out(places):
    assert [line for line in TABLE if not refused(send(Client(), line, places["ours"]))] == []
