"""The form with its sentences, the list, and the page with firings, runs and what a person can do."""

import re

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from opsportal import firings, policies, rights
from opsportal.models import Firing, Policy
from tests import factories

from .conftest import administrator, fired, policy

HERE = "/admin/opsportal/policy/"


def signed_in(person):
    client = Client()
    client.force_login(person, "django.contrib.auth.backends.ModelBackend")
    return client


def filled(where, **changes):
    known = {"name": "nightly", "environments": [where.pk], "cron": "0 13 * * *", "timezone": "Europe/Berlin"}
    known |= {"checks": ["disk_idle"], "limits.disk_idle.days": "14", "limits.disk_idle.least": "2.5"}
    known |= {"overlap": "queue", "degree": "report", "grace_days": 7, "max_changes": 20, "max_percent": 10}
    return (
        known
        | {"regions": "eu-central-1, us-east-1", "tell": "ops@example.com\ndev@example.com", "enabled": "on"}
        | changes
    )


def html(answer):
    return answer.content.decode()


def test_a_policy_is_made_and_changed_by_its_form():
    person, where = administrator(), factories.environment()
    client = signed_in(person)
    answer = client.post(f"{HERE}add/", filled(where))
    made = Policy.objects.get()
    assert (answer.status_code, answer.url) == (302, f"{HERE}{made.pk}/")
    assert made.params["limits"] == {"disk_idle": {"least": 2.5}}
    assert (made.params["regions"], made.tell) == (
        ["eu-central-1", "us-east-1"],
        ["ops@example.com", "dev@example.com"],
    )
    client.post(f"{HERE}{made.pk}/change/", filled(where, name="daily", checks=["address_idle"]))
    made.refresh_from_db()
    assert (made.name, made.params["checks"], made.params["limits"]) == ("daily", ["address_idle"], {})


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"cron": "0 25 * * *"}, "“25” is no hour. Take 0 to 23"),
        ({"cron": "noon"}, "Write five fields"),
        ({"cron": "0 0 31 feb *"}, "No such day ever comes"),
        ({"timezone": "Berlin"}, "There is no time zone “Berlin”."),
        ({"checks": []}, "Choose at least one check."),
        ({"limits.disk_idle.days": "0"}, "Input should be 1 or more."),
        ({"limits.disk_idle.days": "many"}, "Input should be a whole number."),
        ({"regions": "Frankfurt"}, "Frankfurt"),
        ({"tell": "ops"}, "“ops” is neither an e-mail address nor the https:// address of a webhook."),
        ({"environments": []}, "required"),
        ({"name": ""}, "required"),
        ({"max_percent": 0}, "greater than or equal to 1"),
        ({"grace_days": 0}, "greater than or equal to 1"),
    ],
)
def test_what_is_wrong_gets_a_sentence_at_the_form(changes, sentence):
    answer = signed_in(administrator()).post(f"{HERE}add/", filled(factories.environment(), **changes))
    assert (answer.status_code, Policy.objects.count()) == (200, 0)
    assert sentence in html(answer)


def test_what_was_typed_is_still_there_after_a_mistake():
    answer = signed_in(administrator()).post(f"{HERE}add/", filled(factories.environment(), cron="x"))
    assert 'value="2.5"' in html(answer)
    sections = answer.context["adminform"].form.sections
    assert [section.check.name for section in sections if section.chosen] == ["disk_idle"]


def test_a_wrong_limit_is_told_next_to_its_field():
    sent = filled(factories.environment(), **{"limits.disk_idle.days": "0"})
    sections = signed_in(administrator()).post(f"{HERE}add/", sent).context["adminform"].form.sections
    assert [field.name for each in sections for field in each.fields if field.wrong] == ["limits.disk_idle.days"]


def test_a_policy_of_another_runbook_has_its_parameters():
    where = factories.environment()
    client, sent = signed_in(administrator()), filled(where, **{"params.graph": '{"a": []}'})
    assert "params.graph" in html(client.get(f"{HERE}add/?runbook=test.graph"))
    assert client.post(f"{HERE}add/?runbook=test.graph", sent).status_code == 302
    made = Policy.objects.get()
    assert (made.runbook, made.params["graph"]) == ("test.graph", {"a": []})


def test_a_wrong_parameter_of_another_runbook_is_told_next_to_its_field():
    answer = signed_in(administrator()).post(f"{HERE}add/?runbook=test.graph", filled(factories.environment()))
    field = answer.context["adminform"].form.parameters[0]
    assert (field.name, field.wrong, Policy.objects.count()) == ("params.graph", "Fill this in.", 0)


def test_a_runbook_that_there_is_not_is_told():
    answer = signed_in(administrator()).post(f"{HERE}add/?runbook=no.such", filled(factories.environment()))
    assert "There is no runbook “no.such”." in html(answer)


def test_environments_of_others_can_not_be_named():
    person, ours, theirs = factories.user("none"), factories.environment(), factories.environment()
    rights.give("administrator", person, ours)
    answer = signed_in(person).post(f"{HERE}add/", filled(theirs))
    assert (answer.status_code, Policy.objects.count()) == (200, 0)
    assert theirs.name not in html(answer)


def test_the_next_three_times_are_shown_in_the_policys_zone():
    made = policy(timezone="Asia/Seoul")
    for page in ("", "change/"):
        assert html(signed_in(made.edited_by).get(f"{HERE}{made.pk}/{page}")).count("13:00 KST") == 3


def test_the_page_shows_firings_and_their_runs():
    made = policy([factories.environment(name="dev")])
    run = fired(made).runs.get()
    text = html(signed_in(made.edited_by).get(f"{HERE}{made.pk}/"))
    assert f'href="/admin/opsportal/run/{run.pk}/"' in text
    assert f"dev {run.pk}" in text


def test_limits_that_are_not_as_usual_are_told_by_their_titles():
    made = policy(params={"checks": ["disk_idle"], "limits": {"disk_idle": {"days": 30}}})
    assert "<dd>Idle disks: Days 30</dd>" in html(signed_in(made.edited_by).get(f"{HERE}{made.pk}/"))


def test_the_form_groups_checks_by_what_they_are_about():
    form = signed_in(administrator()).get(f"{HERE}add/").context["adminform"].form
    titles = [str(title) for title, _ in form.groups()]
    assert (titles, len(form.sections)) == (
        ["Cost", "Reliability", "Security"],
        sum(len(own) for _, own in form.groups()),
    )


def test_run_now_and_its_refusal():
    made = policy(overlap="skip")
    client = signed_in(made.edited_by)
    assert client.post(f"{HERE}{made.pk}/do/run/").url == f"{HERE}{made.pk}/"
    assert Firing.objects.get().by == made.edited_by
    again = client.post(f"{HERE}{made.pk}/do/run/")
    assert "still open" in str(list(get_messages(again.wsgi_request))[-1])


def test_run_now_sent_twice_runs_it_once():
    made = policy(overlap="queue")
    client = signed_in(made.edited_by)
    nonce = re.search(r'name="nonce" value="([^"]+)"', html(client.get(f"{HERE}{made.pk}/")))[1]
    for _ in range(2):
        assert client.post(f"{HERE}{made.pk}/do/run/", {"nonce": nonce}).status_code == 302
    assert Firing.objects.get().status == "started"


def test_disabling_is_offered_before_deleting_which_says_what_is_lost():
    made = policy()
    fired(made)
    client = signed_in(made.edited_by)
    text = html(client.get(f"{HERE}{made.pk}/delete/"))
    assert text.index("Disable it instead") < text.index("Delete it with its history")
    assert "1 firing. The runs" in text
    assert client.post(f"{HERE}{made.pk}/delete/").url == HERE
    assert not Policy.objects.exists()


@pytest.mark.parametrize(
    ("status", "word"), [("running", "Running"), ("failed", "Failed"), ("asking", "Asking"), ("succeeded", "Succeeded")]
)
def test_the_list_shows_the_next_time_and_the_worst_of_the_last_runs(status, word):
    made = policy([factories.environment(), factories.environment()])
    run = fired(made).runs.last()
    made.firings.get().runs.update(status="succeeded")
    type(run).objects.filter(pk=run.pk).update(status=status)
    (row,) = signed_in(made.edited_by).get(HERE).context["cl"].result_list
    assert row.look.word == word


def test_the_list_says_what_is_overdue_and_what_is_disabled():
    late, off = policy(name="a"), policy(name="b")
    policies.disable(off.pk, off.edited_by)
    Policy.objects.filter(pk=late.pk).update(next_due="2026-01-01T00:00Z")
    text = html(signed_in(administrator()).get(HERE))
    assert text.index("Overdue") < text.index("Disabled")


@pytest.mark.parametrize("size", [1, 12])
def test_list_and_page_take_a_constant_number_of_queries(size, django_assert_max_num_queries):
    person, made = administrator(), policy([factories.environment() for _ in range(size)])
    for _ in range(size):
        fired(policy(by=person))
        made.firings.all().delete()
        fired(made)
    client = signed_in(person)
    for page in ("", f"{made.pk}/"):
        with django_assert_max_num_queries(26):
            assert client.get(HERE + page).status_code == 200


def test_an_operator_sees_the_policy_and_runs_it_but_changes_nothing():
    person, where = factories.user("none"), factories.environment()
    rights.give("operator", person, where)
    made, client = policy([where]), signed_in(person)
    text = html(client.get(f"{HERE}{made.pk}/"))
    assert ("Run now" in text, "Disable" in text) == (True, False)
    assert client.get(f"{HERE}{made.pk}/change/").status_code == 403
    assert firings.may_run(made, person)
