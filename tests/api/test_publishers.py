"""Rules: what fits them, who may make them, and the pages for it."""

import json

import pytest
from django.db import IntegrityError
from django.test import Client

from opsportal import publishers, rights
from opsportal.api import claims
from opsportal.errors import Refused
from opsportal.models import Audit, Publisher
from tests import factories

from .ci import GITHUB, administrator, gitlab, publisher

ISSUER = "https://token.actions.githubusercontent.com"
HERE = "/admin/opsportal/publisher/"


def signed_in(person):
    client = Client()
    client.force_login(person, "django.contrib.auth.backends.ModelBackend")
    return client


def misfits(rule, said):
    return [line.claim for line in claims.judged(rule, said) if not line.fits]


def rule(**fields):
    known = {"kind": "github", "issuer": ISSUER, "repository": "octo-org/shop", "owner_id": "9919"}
    return Publisher(**known | {"workflow": "deploy.yml", "ref": "refs/heads/main"} | fields)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({}, []),
        (
            {
                "repository": "Octo-Org/Shop",
                "workflow_ref": "Octo-Org/Shop/.github/workflows/deploy.yml@refs/heads/main",
            },
            [],
        ),
        ({"workflow_ref": "octo-org/shop/.github/workflows/Deploy.yml@refs/heads/main"}, ["workflow_ref"]),
        ({"environment": "production"}, []),
        ({"iss": "https://gitlab.com"}, ["iss"]),
        ({"repository": "octo-org/other"}, ["repository"]),
        ({"repository_owner_id": 9919}, []),
        ({"repository_owner_id": "9918"}, ["repository_owner_id"]),
        ({"event_name": "pull_request"}, ["event_name"]),
        ({"event_name": "pull_request_target"}, ["event_name"]),
        ({"event_name": "issue_comment"}, ["event_name"]),
        ({"ref": "refs/heads/x"}, ["ref"]),
        ({"ref": None}, ["ref"]),
        ({"workflow_ref": None}, ["workflow_ref"]),
        ({"workflow_ref": "octo-org/shop/.github/workflows/deploy.yml@refs/heads/MAIN"}, ["workflow_ref"]),
    ],
)
def test_a_job_of_github_is_judged(changes, wrong):
    assert misfits(rule(), {"iss": ISSUER, **GITHUB, **changes}) == wrong


@pytest.mark.parametrize(
    ("fields", "changes", "wrong"),
    [
        ({}, {}, []),
        ({}, {"project_path": "octo/shop"}, ["project_path"]),
        ({}, {"namespace_id": "1"}, ["namespace_id"]),
        ({}, {"pipeline_source": "merge_request_event"}, ["pipeline_source"]),
        ({}, {"pipeline_source": "external_pull_request_event"}, ["pipeline_source"]),
        ({}, {"pipeline_source": "parent_pipeline"}, ["pipeline_source"]),
        ({}, {"ref_path": "refs/tags/main"}, ["ref_path"]),
        ({}, {"ci_config_ref_uri": "https://example.com/ci.yml"}, ["ci_config_ref_uri"]),
        ({"ref": "", "ci_environment": "prod"}, {"environment": "prod", "environment_protected": "true"}, []),
        ({"ref": "", "ci_environment": "prod"}, {"environment": "prod"}, ["environment_protected"]),
        ({"ref": "", "ci_environment": "prod"}, {"environment_protected": True}, ["environment"]),
    ],
)
def test_a_job_of_gitlab_is_judged(fields, changes, wrong):
    known = {"kind": "gitlab", "issuer": "https://gitlab.com", "repository": "octo/team/shop", "owner_id": "72"}
    said = {"iss": "https://gitlab.com", **gitlab("gitlab.com"), **changes}
    assert misfits(rule(**known | {"workflow": ".gitlab-ci.yml"} | fields), said) == wrong


@pytest.mark.parametrize("said", [{}, dict.fromkeys(GITHUB), {name: {"a": [1]} for name in GITHUB}])
def test_claims_that_make_no_sense_fit_nothing(said):
    assert all(not line.fits for line in claims.judged(rule(ci_environment="x"), said))


def test_a_rule_needs_a_ref_or_an_environment_of_the_ci():
    with pytest.raises(IntegrityError):
        publisher(ISSUER, ref="")


def test_only_who_administers_all_its_environments_makes_changes_and_disables_a_rule():
    person, ours, theirs = factories.user("none"), factories.environment(), factories.environment()
    rights.give("administrator", person, ours)
    with pytest.raises(Refused, match="the right"):
        publisher(ISSUER, [ours, theirs], by=person)
    with pytest.raises(Refused, match="at least one"):
        publisher(ISSUER, [], by=person)
    made = publisher(ISSUER, [ours, theirs])
    with pytest.raises(Refused, match="the right"):
        publishers.save(made, [ours], person)
    with pytest.raises(Refused, match="the right"):
        publishers.disable(made.pk, person)
    assert not publishers.administered(person).exists()
    assert [each.pk for each in publishers.administered(administrator())] == [made.pk]


def test_a_rule_without_environments_is_for_who_administers_all():
    person, ours = factories.user("none"), factories.environment()
    rights.give("administrator", person, ours)
    made = publisher(ISSUER, [ours], by=person)
    assert publishers.administered(person).count() == 1
    made.environments.clear()
    assert not publishers.administered(person).exists()
    with pytest.raises(Refused, match="all environments"):
        publishers.disable(made.pk, person)
    publishers.disable(made.pk, administrator())


def test_whoever_writes_a_rule_answers_for_what_it_starts():
    made, other = publisher(ISSUER), administrator()
    first = made.person
    made.workflow = "other.yml"
    publishers.save(made, made.environments.all(), other)
    row = Audit.objects.get(action="publisher.change")
    assert Publisher.objects.get().person == other
    assert row.data == {"workflow": ["deploy.yml", "other.yml"], "person": [str(first), str(other)]}


def test_what_becomes_of_a_rule_is_in_the_audit():
    made = publisher(ISSUER)
    publishers.disable(made.pk, made.person)
    publishers.disable(made.pk, made.person)
    rows = list(Audit.objects.filter(kind="publisher").order_by("pk").values_list("action", "who"))
    assert rows == [("publisher.make", str(made.person)), ("publisher.disable", str(made.person))]
    with pytest.raises(Refused, match="disabled"):
        publishers.save(made, made.environments.all(), made.person)


def filled(where, **changes):
    known = {"name": "shop", "issuer": ISSUER, "repository": "octo-org/shop", "owner_id": "9919"}
    known |= {"workflow": "deploy.yml", "ref": "refs/heads/main", "ci_environment": ""}
    return known | {"runbooks": ["test.graph"], "environments": [where.pk]} | changes


def test_a_rule_is_made_and_changed_by_its_form():
    person, where = administrator(), factories.environment()
    client = signed_in(person)
    assert client.post(f"{HERE}add/", filled(where)).status_code == 302
    made = Publisher.objects.get()
    assert (made.kind, made.person, list(made.environments.all())) == ("github", person, [where])
    assert client.post(f"{HERE}{made.pk}/change/", filled(where, ref="refs/heads/live")).status_code == 302
    assert Publisher.objects.get().ref == "refs/heads/live"
    assert list(Audit.objects.filter(kind="publisher").values_list("action", flat=True)) == [
        "publisher.change",
        "publisher.make",
    ]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"repository": "shop"}, "is owner/name"),
        ({"repository": "a/b/c"}, "is owner/name"),
        ({"owner_id": "octo-org"}, "number alone"),
        ({"workflow": "ci/deploy.yml"}, "file’s name alone"),
        ({"workflow": "deploy"}, "file’s name"),
        ({"ref": "main"}, "whole ref"),
        ({"ref": "refs/heads/*"}, "whole ref"),
        ({"ref": ""}, "Name a branch or tag"),
        ({"runbooks": []}, "required"),
        ({"runbooks": ["no.such"]}, "valid choice"),
        ({"environments": []}, "required"),
        ({"issuer": "https://example.com"}, "valid choice"),
    ],
)
def test_a_rule_that_says_too_little_is_not_saved(changes, sentence):
    answer = signed_in(administrator()).post(f"{HERE}add/", filled(factories.environment(), **changes))
    assert (answer.status_code, Publisher.objects.count()) == (200, 0)
    assert sentence in answer.content.decode()


def test_environments_of_others_can_not_be_named():
    person, ours, theirs = factories.user("none"), factories.environment(), factories.environment()
    rights.give("administrator", person, ours)
    answer = signed_in(person).post(f"{HERE}add/", filled(theirs))
    assert (answer.status_code, Publisher.objects.count()) == (200, 0)
    assert theirs.name not in answer.content.decode()


def test_a_rule_is_disabled_on_its_page_and_then_only_shown():
    made = publisher(ISSUER)
    client = signed_in(made.person)
    client.post(f"{HERE}{made.pk}/disable/")
    text = client.get(f"{HERE}{made.pk}/change/").content.decode()
    assert (Publisher.objects.get().disabled_at is not None, 'name="repository"' in text) == (True, False)
    assert client.post(f"{HERE}{made.pk}/change/", filled(made.environments.get())).status_code == 403
    assert client.post(f"{HERE}{made.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(("ref", "verdict"), [("refs/heads/main", "This job fits"), ("x", "This job is refused")])
def test_a_rule_is_tried_out_with_claims(ref, verdict):
    made = publisher(ISSUER)
    said = json.dumps({"iss": ISSUER, **GITHUB, "ref": ref})
    answer = signed_in(made.person).post(f"{HERE}{made.pk}/test/", {"claims": said})
    assert verdict in answer.content.decode()
    assert (answer.status_code, len(answer.context["lines"])) == (200, 6)


@pytest.mark.parametrize("text", ["", "{", "[]", "7", "[" * 50_000, "eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl"])
def test_what_are_no_claims_is_told_and_a_token_not_shown_again(text):
    made = publisher(ISSUER)
    answer = signed_in(made.person).post(f"{HERE}{made.pk}/test/", {"claims": text})
    assert (answer.status_code, bool(answer.context["wrong"])) == (422, True)
    assert "eyJhbGci" not in answer.content.decode()


@pytest.mark.parametrize("size", [1, 12])
def test_the_list_takes_a_constant_number_of_queries(size, django_assert_max_num_queries):
    person = administrator()
    for _ in range(size):
        publisher(ISSUER, by=person)
    client = signed_in(person)
    with django_assert_max_num_queries(20):
        assert client.get(HERE).status_code == 200
