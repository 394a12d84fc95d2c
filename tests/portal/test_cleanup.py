"""What a clean-up would do, shown where findings are decided about, and the form that it leads to."""

from datetime import timedelta

import pytest

from opsportal import clock, previews, rights
from opsportal.models import Audit, Run
from tests import factories
from tests.portal.conftest import html, signed_in

LIST, ADD = "/admin/opsportal/finding/", "/admin/opsportal/run/add/"
BUTTON = "Plan a clean-up"


@pytest.fixture
def where():
    return factories.environment(name="prod")


@pytest.fixture
def volume(where):
    """Found by a sweep that ended well."""
    run = factories.run(environment=where, runbook="sweep", params={"checks": ["ebs-unattached"]})
    output = {"checks": {"ebs-unattached": {"looked": 40, "refused": ""}}}
    factories.step(run, "eu-central-1", status="succeeded", output=output)
    return factories.finding(environment=where, name="data")


def page(client, finding):
    return html(client.get(f"{LIST}{finding.pk}/"))


def plan(client, *findings, **more):
    return client.post(f"{LIST}do/plan/", {"pick": [each.pk for each in findings], **more})


def test_the_page_of_a_finding_tells_what_a_clean_up_would_do(client, volume):
    text = page(client, volume)
    for part in (
        "nothing has changed yet",
        "Takes a snapshot of the volume, then deletes the volume.",
        "ec2:CreateTags",
    ):
        assert part in text
    for part in (
        "<code>ec2:CreateSnapshot</code>, <code>ec2:DeleteVolume</code>",
        "under another id",
        "7 days from its mark",
    ):
        assert part in text
    assert "20 in a run, and 10 % of what the check’s last sweep read" in text
    assert "would not touch it" not in text


def test_its_button_leads_to_a_form_that_only_reports_on_just_this_one(client, volume):
    link = f"{ADD}?runbook=cleanup&findings={volume.pk}"
    assert link.replace("&", "&amp;") in page(client, volume)
    response = client.get(link)
    values = {field.name: field.value for field in response.context["fields"]}
    assert (response.context["chosen"], values["checks"]) == ("prod", "ebs-unattached")
    assert (values["findings"], values["degree"]) == (f"{volume.pk}", "report")
    assert (Run.objects.filter(runbook="cleanup").exists(), Audit.objects.filter(kind="finding").exists()) == (0, 0)


def test_what_is_marked_tells_when_it_may_go(client, volume):
    type(volume).objects.update(marked_at=clock.now(), mark={"after": "2026-12-24", "tags": {}})
    assert "It is marked: not before 2026-12-24." in page(client, volume)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"state": "exempt", "until": clock.told(None) + timedelta(days=9)}, "its finding is exempt"),
        ({"tags": {"keep": "yes"}}, "it is tagged keep"),
        ({"region": "us-east-1"}, "no sweep of ebs-unattached is known there"),
        ({"last_seen": clock.told(None) - timedelta(days=9)}, "the last sweep did not see it"),
    ],
)
def test_what_stands_against_a_clean_up_is_told_as_its_plan_would(client, volume, fields, why):
    type(volume).objects.update(**fields)
    assert f"As things are a clean-up would not touch it: {why}." in page(client, volume)


def test_a_protected_environment_says_that_it_asks(client, volume, where):
    assert "another person approves it first" not in page(client, volume)
    type(where).objects.update(protected=True)
    assert "another person approves it first" in page(client, volume)


@pytest.mark.parametrize("fields", [{"state": "closed", "closed_at": clock.told(None)}, {"check_name": "nat-idle"}])
def test_what_is_closed_or_takes_a_person_has_no_clean_up(client, volume, fields):
    type(volume).objects.update(**fields)
    assert BUTTON not in page(client, volume)


def test_who_may_start_nothing_there_reads_it_and_has_no_button(volume, where):
    person = factories.user("none")
    rights.give("viewer", person, where)
    text = page(signed_in(person), volume)
    assert ("then deletes the volume" in text, BUTTON in text) == (True, False)
    assert "You don" in html(signed_in(person).get(f"{ADD}?runbook=cleanup&findings={volume.pk}"))


def test_the_list_tells_it_once_for_each_kind_it_shows(client, volume):
    for check in ("snapshot-old", "snapshot-orphaned", "nat-idle"):
        factories.finding(check_name=check)
    response = client.get(LIST)
    assert [(each.kind, each.titles.count(",")) for each in response.context["cleanups"]] == [
        ("snapshot", 1),
        ("volume", 0),
    ]
    assert html(response).count('data-cleanup=""') == 1


def test_those_chosen_in_the_list_lead_to_the_form(client, volume, where):
    other = factories.finding(environment=where, check_name="snapshot-old")
    response = plan(client, volume, other)
    assert response.url == f"{ADD}?runbook=cleanup&findings={volume.pk},{other.pk}"
    values = {field.name: field.value for field in client.get(response.url).context["fields"]}
    assert values["checks"] == "ebs-unattached\nsnapshot-old"


def test_what_one_clean_up_cannot_do_is_refused_with_the_choice_kept(client, volume, where):
    elsewhere = factories.finding(environment=factories.environment(name="build"))
    idle = factories.finding(environment=where, check_name="nat-idle", name="nat-1")
    closed = factories.finding(environment=where, name="old", state="closed", closed_at=clock.now())
    for chosen, sentence in (
        ([volume, elsewhere], "these are of build, prod. Choose those of one."),
        ([volume, idle], "No clean-up is known for nat-1 (prod)"),
        ([volume, closed], "Not true any more: old (prod)."),
    ):
        response = plan(client, *chosen, back="sort=usd")
        assert (response.status_code, sentence in html(response)) == (409, True), sentence
        assert response.context["picked"] == {each.pk for each in chosen}
    assert plan(client).status_code == 422


@pytest.mark.parametrize("findings", ["", "x", "4711", "1," * 300, ",".join(map(str, range(1, 300)))])
def test_nonsense_in_the_address_of_the_form_is_answered_with_a_sentence(client, findings):
    response = client.get(ADD, {"runbook": "cleanup", "findings": findings})
    assert (response.status_code, len(response.context["elsewhere"])) == (200, 1)


def test_a_kind_that_is_not_known_is_for_a_person():
    assert (previews.of("nat-idle"), previews.of("no-such-check")) == (None, None)
