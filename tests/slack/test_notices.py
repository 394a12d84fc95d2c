"""Digests in channels: one for each policy and channel, of the environments that have this channel alone."""

import time
from datetime import timedelta

import pytest
from django.db.models import F

from opsportal import clock
from opsportal.models import Finding, FindingChange, Notice
from opsportal.slack import bucket, calls, notices
from opsportal.slack.client import client
from opsportal.telling import digests, outbox
from tests import factories

from .sends import QUICK

pytestmark = pytest.mark.django_db(transaction=True)
N = Notice.Status


@pytest.fixture
def fired(sends):
    """A firing in three environments, two of which have a channel, with a finding each."""
    places = [
        factories.environment(name="dev", slack_channel=sends.channel("ops")),
        factories.environment(name="prod", slack_channel=sends.channel("deploys")),
        factories.environment(name="lab"),
    ]
    policy = factories.policy(places, name="nightly-costs")
    runs = [factories.run(environment=place, status="succeeded", ended_at=clock.now()) for place in places]
    firing = factories.firing(policy, runs[0])
    for run in runs:
        run.firing = firing
        run.save()
        found = factories.finding(environment=run.environment, resource=f"vol-{run.environment}")
        FindingChange.objects.create(finding=found, run=run, at=clock.now(), kind="found")
        output = {"found": 1, "new": 1, "reopened": 0, "closed": 0, "usd": 8.8, "not_checked": {}}
        factories.step(run, "eu-central-1", status="succeeded", output=output)
    type(firing).objects.update(told=-1)
    digests.tell(firing.pk, clock.now())
    return firing


def text(messages):
    return str([each["blocks"] for each in messages])


def test_each_channel_has_the_digest_of_its_own_environments(fired, sends):
    sends.all()
    (ops,), (deploys,) = sends.messages("ops"), sends.messages("deploys")
    assert ("vol-dev" in text([ops]), "vol-prod" in text([ops]), "vol-lab" in text([ops])) == (True, False, False)
    assert ("vol-dev" in text([deploys]), "vol-prod" in text([deploys])) == (False, True)
    assert set(Notice.objects.values_list("status", flat=True)) == {N.SENT}


def test_a_digest_is_posted_once(fired, sends):
    sends.all()
    digests.tell(fired.pk, clock.now())
    sends.all()
    assert len(sends.messages("ops")) == 1


def test_a_lost_answer_leaves_one_digest(fired, sends, slack):
    slack.fault("lost", method="chat.postMessage", count=2)
    for _ in range(2):
        assert "RemoteDisconnected" in sends.away()
    assert "Slack is not reached" in Notice.objects.first().error
    sends.all()
    sends.all()
    assert (len(sends.messages("ops")), len(sends.messages("deploys"))) == (1, 1)


def test_an_earlier_try_is_found_however_much_was_written_since(fired, sends, slack, monkeypatch):
    """More than one round of the budget reads; what a person sends again is looked for as far back as the firing."""
    tried = Notice.objects.get(to=f"#{sends.channel('ops')}")
    Notice.objects.exclude(pk=tried.pk).delete()
    slack.fault("lost", method="chat.postMessage", count=1)
    sends.away()
    for number in range(5):
        client().chat_postMessage(channel=sends.channel("ops"), text=f"chatter {number}")
        time.sleep(QUICK)
    Notice.objects.update(status=N.FAILED, due_at=None, cursor="bm9uc2Vuc2U=")
    outbox.again([tried.pk], factories.user(is_superuser=True))
    monkeypatch.setattr(calls, "PAGE", 2)
    monkeypatch.setattr(calls, "EARLIER", timedelta(0))
    monkeypatch.setattr(bucket, "TIER_3", bucket.Rate(3000.0, 1))  # one reading, and the next one in half a minute
    Notice.objects.update(created_at=clock.now() - timedelta(hours=2))  # an hour later, were it not for the limit alone
    sends.round()
    tried.refresh_from_db()
    assert "left alone" in tried.error
    assert tried.due_at < clock.now() + timedelta(minutes=1)
    for _more in range(2):
        sends.readable()
        sends.round()
    assert Notice.objects.get().status == N.SENT
    assert len(slack.calls("conversations.history")) == 3
    assert len(sends.messages("ops")) == 6


def test_a_search_whose_place_slack_does_not_know_any_more_begins_anew(fired, sends):
    Notice.objects.update(tries=1, cursor="bm9uc2Vuc2U=")
    sends.round()
    assert "invalid_cursor" in Notice.objects.first().error
    sends.all()
    assert set(Notice.objects.values_list("status", flat=True)) == {N.SENT}


def test_who_has_a_digest_no_more_posts_nothing(fired, sends, slack, monkeypatch):
    search = calls.search

    def overtaken(*args, **more):
        Notice.objects.update(tries=F("tries") + 1)
        return search(*args, **more)

    Notice.objects.update(tries=1)
    monkeypatch.setattr(calls, "search", overtaken)
    sends.round()
    assert slack.calls("chat.postMessage") == []


def test_while_slack_is_away_one_digest_is_tried(fired, sends, slack):
    slack.fault("away")
    sends.away()
    assert len(slack.calls("chat.postMessage")) == 1


def test_workers_are_not_asked_for_what_goes_to_slack(fired):
    assert outbox.due(clock.now(), 10) == []


def test_a_channel_that_no_environment_has_any_more_gets_nothing(fired, sends, slack):
    type(fired.policy.environments.first()).objects.update(slack_channel="")
    sends.round()
    assert slack.calls("chat.postMessage") == []
    assert set(Notice.objects.values_list("status", flat=True)) == {N.FAILED}


def test_what_slack_refuses_is_told_and_tried_again(fired, sends, slack):
    slack.act("archive", channel="ops")
    sends.round()
    refused = Notice.objects.get(to=f"#{sends.channel('ops')}")
    assert "is_archived" in refused.error
    assert refused.due_at is not None


def test_a_limit_that_is_used_up_leaves_the_notice_as_it_was(fired, sends, settings):
    settings.SLACK_API_SPEED = 1
    channel = sends.channel("ops")
    assert notices.bucket.take("chat.postMessage", channel) == 0.0
    sends.round()
    assert Notice.objects.get(to=f"#{channel}").tries == 0


def test_a_digest_calls_nobody(fired, sends):
    Finding.objects.update(detail="<!channel> look <@U0MINAKIM1>")
    sends.all()
    shown = text(sends.messages("ops"))
    assert "<!channel>" not in shown
    assert "<@U0MINAKIM1>" not in shown
