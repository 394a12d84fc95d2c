"""Starting a run from a form made of its parameters."""

import json
import re

import pytest
from django.urls import reverse

from opsportal import checks
from opsportal.models import Run
from tests import factories
from tests.portal.conftest import html, signed_in

ADD = "/admin/opsportal/run/add/"


@pytest.fixture
def dev():
    return factories.environment(name="dev")


def send(client, **data):
    return client.post(ADD, {"runbook": "test.graph", "environment": "dev", "nonce": "n", "graph": '{"a": []}'} | data)


def test_it_offers_the_runbooks(client):
    text = html(client.get(ADD))
    assert "Deploy stacks" in text
    assert "Test connection" in text


def test_it_makes_a_form_of_the_parameters(client, dev):
    text = html(client.get(ADD, {"runbook": "stacks.deploy", "environment": "dev"}))
    assert 'name="blueprint"' in text
    assert 'value="ecs-service"' in text
    assert '<option value="dev" selected>' in text
    assert "See the plan" in text


def test_it_starts_a_run_and_shows_it(client, dev):
    response = send(client)
    run = Run.objects.get()
    assert response.url == reverse("admin:opsportal_run_page", args=[run.pk])
    assert run.params["graph"] == {"a": []}


def test_a_double_click_starts_one_run(client, dev):
    first, second = send(client), send(client)
    assert first.url == second.url
    assert Run.objects.count() == 1


def test_the_same_form_with_another_content_starts_another_run(client, dev):
    send(client)
    send(client, timeout="700")
    assert Run.objects.count() == 2


def test_the_plan_button_starts_the_plan_with_the_same_parameters(client, dev):
    send(client, **{"runbook": "stacks.deploy", "blueprint": "ecs-service", "as": "plan", "variables": "image=shop:1"})
    run = Run.objects.get()
    assert (run.runbook, run.params["variables"]) == ("stacks.plan", {"image": "shop:1"})


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"timeout": "soon"}, "Input should be a valid number"),
        ({"graph": "{"}, "This is not JSON: line 1, column 2"),
        ({"graph": ""}, "Fill this in."),
        ({"environment": "mars"}, "Choose an environment."),
        ({"do": "a"}, "“a” is not name=value."),
    ],
)
def test_what_is_wrong_is_said_next_to_its_field(client, dev, typed, sentence):
    response = send(client, **typed)
    assert response.status_code == 422
    assert sentence in " ".join(re.findall(r'class="wrong"[^>]*>.*?<span>(.*?)</span>', html(response)))
    assert Run.objects.count() == 0


def test_what_was_typed_stays(client, dev):
    text = html(send(client, timeout="soon", folder="/some/x"))
    assert 'value="soon"' in text
    assert 'value="/some/x"' in text


def test_a_run_can_be_repeated_with_its_parameters(client, dev):
    run = factories.run(environment=dev, params={"graph": {"a": []}, "folder": "/again"})
    text = html(client.get(ADD, {"runbook": "test.graph", "again": run.pk}))
    assert 'value="/again"' in text
    assert '<option value="dev" selected>' in text


@pytest.mark.parametrize("again", ["x", "²", "999999999999999999999999", "0"])
def test_repeating_nonsense_gives_an_empty_form(client, again):
    assert client.get(ADD, {"runbook": "test.graph", "again": again}).status_code == 200


def test_an_unknown_runbook_is_not_found(client):
    response = client.get(ADD, {"runbook": "no.such"})
    assert response.status_code == 404
    assert "There is no runbook “no.such”." in html(response)


def test_a_person_without_the_right_is_told_so():
    response = signed_in(factories.user("view_environment")).get(ADD)
    assert response.status_code == 403
    assert "You don’t have the right to start runs." in html(response)


def ticked(text):
    """The checks whose boxes are."""
    return set(re.findall(r'name="checks" value="([^"]+)" checked', text))


def test_a_list_that_is_chosen_from_is_a_set_of_boxes(client, dev):
    text = html(client.get(ADD, {"runbook": "sweep"}))
    assert re.search(r'<fieldset class="several"[^>]*><legend class="label">Checks</legend>', text)
    assert text.count('type="checkbox" name="checks"') == len(checks.checks())
    assert ticked(text) == set()


def test_a_sweep_starts_with_the_checks_that_are_ticked(client, dev):
    limits, names = {"ebs-unattached": {"days": 30}}, ["ebs-unattached", "ec2-idle"]
    send(client, runbook="sweep", checks=names, limits=json.dumps(limits))
    run = Run.objects.get()
    assert (run.params["checks"], run.params["limits"]) == (names, limits)


def test_the_boxes_that_were_ticked_stay_so_when_something_is_wrong(client, dev):
    text = html(send(client, runbook="sweep", checks=["ebs-unattached", "ec2-idle"], limits="{"))
    assert ticked(text) == {"ebs-unattached", "ec2-idle"}


def test_a_sweep_that_is_repeated_has_its_boxes_ticked(client, dev):
    run = factories.run(environment=dev, runbook="sweep", params={"checks": ["ec2-idle"]})
    assert ticked(html(client.get(ADD, {"runbook": "sweep", "again": run.pk}))) == {"ec2-idle"}


def test_a_sweep_without_a_ticked_box_is_told_so(client, dev):
    assert "At least 1 entry is needed." in html(send(client, runbook="sweep"))


def test_a_check_that_does_not_exist_is_told_beside_its_field(client, dev):
    text = html(send(client, runbook="sweep", checks="ebs-unatached"))
    assert "There is no check “ebs-unatached”; known are" in text


def test_the_list_of_runbooks_shows_what_every_check_needs(client):
    text = html(client.get(reverse("runbooks")))
    assert all(f"<code>{action}</code>" in text for action in checks.permissions())
