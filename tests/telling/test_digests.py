"""What a firing's recipients are told, when, and that it is once."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from opsportal import clock
from opsportal.models import FindingChange, Firing, Notice
from opsportal.slack import digest_words, limits
from opsportal.telling import digests
from tests import factories

from .conftest import firing, swept, told

OPS = ["ops@example.com"]


@pytest.fixture
def place():
    return factories.environment(name="dev")


@pytest.fixture
def telling(place, mails):
    return factories.policy([place], name="nightly costs", tell=OPS)


def note(finding, run, kind, text=""):
    FindingChange.objects.create(finding=finding, at=clock.now(), kind=kind, run=run, text=text)


def test_what_is_new_is_told_with_its_cost_and_what_to_do(telling, place):
    run = swept(telling, place, found=5, new=1, usd=80.0)
    found = factories.finding(
        environment=place, resource="vol-1", detail="Nobody uses it.", usd=40, advice="Delete it."
    )
    note(found, run, "found")
    (notice,) = told(firing(telling, run))
    assert (notice.to, notice.subject) == (OPS[0], "[opsportal] nightly costs: 1 new finding")
    for text in ("dev: succeeded. 5 found, 1 new, $80.00 a month.", "vol-1", ", $40.00 a month · dev", "Delete it."):
        assert text in notice.text
    for page in (f"/policy/{telling.pk}/", f"/run/{run.pk}/", f"/finding/{found.pk}/"):
        assert f"http://localhost:8000/admin/opsportal{page}" in notice.text


def test_a_notice_has_all_that_slack_tells(telling, place):
    run = swept(telling, place, found=5, new=1, usd=80.0, refused={"eip-loose": "denied"})
    note(factories.finding(environment=place, resource="vol-1", detail="Nobody uses it.", usd=40), run, "found")
    (notice,) = told(firing(telling, run))
    message = digest_words.message(notice.subject, notice.data, "https://ops.example.com/policy/1/")
    assert limits.of_message(message.text, message.blocks) == []
    text = "\n".join(limits.texts(message.blocks))
    assert message.text == "nightly costs: 1 new finding, not all was checked"
    for part in ("`dev` succeeded. 5 found, 1 new, $80.00 a month.", "Not checked: eip-loose: denied", "🟡 `vol-1`"):
        assert part in text


def test_nobody_is_told_that_nothing_is_new(telling, place):
    made = firing(telling, swept(telling, place, found=5, closed=2, usd=80.0))
    assert told(made) == []
    assert Firing.objects.get(pk=made.pk).told is None


@pytest.mark.parametrize(
    ("sweep", "subject"),
    [
        ({"status": "failed"}, "1 run did not succeed"),
        ({"reopened": 2}, "2 new findings"),
        ({"refused": {"eip-loose": "ec2:DescribeAddresses is missing"}}, "not all was checked"),
        ({"status": "cancelled", "new": 1}, "1 run did not succeed, 1 new finding"),
    ],
)
def test_what_is_told(telling, place, sweep, subject):
    (notice,) = told(firing(telling, swept(telling, place, **sweep)))
    assert notice.subject.endswith(f": {subject}")


def test_what_was_not_checked_is_told_with_what_is_missing(telling, place):
    (notice,) = told(firing(telling, swept(telling, place, refused={"eip-loose": "ec2:DescribeAddresses is missing"})))
    assert "Not checked: eip-loose: ec2:DescribeAddresses is missing" in notice.text
    assert notice.data["runs"][0]["refused"] == ["eip-loose: ec2:DescribeAddresses is missing"]


def test_a_policy_is_told_of_once_however_many_environments_it_has(telling, place):
    other = factories.environment(name="prod")
    runs = [swept(telling, place, new=1), swept(telling, other, new=2)]
    (notice,) = told(firing(telling, *runs))
    assert notice.subject.endswith("3 new findings")
    assert notice.text.index("dev: succeeded") < notice.text.index("prod: succeeded")


def test_nothing_is_told_before_the_last_run_has_ended(telling, place):
    late = swept(telling, place, status="running", new=1)
    made = firing(telling, swept(telling, place, new=1), late)
    assert told(made) == []
    late.status = "succeeded"
    late.save()
    assert [each.about for each in told(made)] == ["firing"]


def test_it_is_told_once_whoever_looks(telling, place):
    made = firing(telling, swept(telling, place, new=1))
    told(made)
    digests.tell(made.pk, clock.now())
    Firing.objects.update(told=-1)  # as if the transaction that wrote it down had been forgotten
    assert len(told(made)) == 1


def test_a_firing_that_could_not_start_is_told(telling, place):
    made = Firing.objects.create(policy=telling, due_at=clock.now(), fired_at=clock.now(), told=-1)
    Firing.objects.filter(pk=made.pk).update(status="failed", reason="dev: somebody has left.")
    (notice,) = told(made)
    assert notice.subject.endswith("could not start")
    assert "dev: somebody has left." in notice.text


def test_the_worst_are_named_and_the_others_counted(telling, place):
    run = swept(telling, place, new=12)
    for number in range(12):
        note(factories.finding(environment=place, resource=f"vol-{number:02}", usd=number), run, "found")
    (notice,) = told(firing(telling, run))
    named = [line.split(" · ")[2] for line in notice.text.splitlines() if line.startswith("- ")]
    assert (len(named), named[0][:6]) == (10, "vol-11")
    assert "And 2 more: http://localhost:8000/admin/opsportal/finding/" in notice.text


def test_what_has_a_name_is_not_told_by_its_arn(telling, place):
    run = swept(telling, place, new=1)
    note(factories.finding(environment=place, resource="arn:aws:autoscaling:x", name="checkout"), run, "found")
    (notice,) = told(firing(telling, run))
    assert "· checkout, $" in notice.text
    assert "arn:" not in notice.text


def cleaned(place, status="succeeded"):
    return factories.run(environment=place, runbook="cleanup", status=status, ended_at=clock.now())


def test_a_clean_up_is_told_when_it_has_ended_and_does_not_hold_up_the_sweep(telling, place):
    sweep, clean = swept(telling, place, new=1), cleaned(place, "asking")
    made = firing(telling, sweep, clean)
    assert [each.about for each in told(made)] == ["firing"]
    assert told(made)
    assert Firing.objects.get(pk=made.pk).told == 1
    clean.status = "succeeded"
    clean.save()
    note(factories.finding(environment=place, resource="vol-1", owner="team web"), clean, "cleaned", "Snapshot snap-1.")
    of_run = told(made)[1]
    assert (of_run.about, of_run.subject) == (f"run:{clean.pk}", "[opsportal] nightly costs: 1 cleaned up, dev")
    assert "- Cleaned up: vol-1" in of_run.text
    assert ", of team web. Snapshot snap-1." in of_run.text
    assert Firing.objects.get(pk=made.pk).told is None


def test_owners_of_the_companys_domains_are_told_of_what_is_theirs(telling, place, settings):
    settings.OWNER_DOMAINS = ["example.com"]
    clean = cleaned(place)
    whose = ("Alice@example.com", "alice@example.com", "eve@evil.example", "team web", "bob@example.com", OPS[0])
    for number, owner in enumerate(whose):
        note(
            factories.finding(environment=place, resource=f"vol-{number}", owner=owner),
            clean,
            "marked",
            "Not before X.",
        )
    notices = {each.to: each for each in told(firing(telling, clean))}
    assert set(notices) == {"alice@example.com", "bob@example.com", *OPS}
    assert "2 resources of yours are marked for clean-up, dev" in notices["alice@example.com"].subject
    mine = notices["bob@example.com"].text
    assert "vol-4" in mine
    assert "vol-0" not in mine
    assert "tag it opsportal:keep" in mine
    assert "Not before X." in mine


def test_no_owner_is_told_where_no_domain_is_named(telling, place):
    clean = cleaned(place)
    note(factories.finding(environment=place, owner="alice@example.com"), clean, "marked")
    assert [each.to for each in told(firing(telling, clean))] == OPS


def test_a_digest_that_can_not_be_made_says_so_and_stops_no_other(telling, place):
    broken = swept(telling, place, new=1)
    broken.steps.update(output={"not_checked": {}})
    bad, good = firing(telling, broken), firing(telling, swept(telling, place, new=1))
    assert len(told(good)) == 1
    bad.refresh_from_db()
    assert bad.told is None
    assert "Nobody was told of it: opsportal's own code failed, KeyError." in bad.reason


def test_many_environments_take_as_many_statements_as_two(telling, place):
    taken = []
    for number in (2, 20):
        made = firing(telling, *[swept(telling, place, new=1) for _ in range(number)])
        with CaptureQueriesContext(connection) as queries:
            digests.tell(made.pk, clock.now())
        taken.append(len(queries))
    assert taken[0] == taken[1]


def test_who_is_told_nothing_costs_nothing(place, django_assert_num_queries):
    silent = factories.policy([place])
    firing(silent, swept(silent, place, new=1))
    told(None)
    assert not Notice.objects.exists()
    with django_assert_num_queries(1):
        assert digests.due(10) == []
