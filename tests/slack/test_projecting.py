"""Each run has one message, which is right in the end, whatever happens in between."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from opsportal import clock, holds, runs, turns
from opsportal.health import observing
from opsportal.models import Mute, Run, SlackMessage, SlackPerson
from opsportal.slack import bucket, calls, outgoing, projecting
from opsportal.slack.client import client
from opsportal.telling import runs as told
from tests import factories

from .conftest import MINA
from .sends import QUICK

pytestmark = pytest.mark.django_db(transaction=True)
DUTY = "S0123456789"


@pytest.fixture
def run(sends):
    """At work in an environment that has the channel #ops."""
    where = factories.environment(name="dev", slack_channel=sends.channel(), slack_on_duty=DUTY)
    made = factories.run(environment=where, requested_by=factories.user(username="mina"))
    factories.step(made, "web", status="running")
    factories.line(made, "Started by mina.")
    SlackMessage.objects.create(run=made, channel=where.slack_channel, due_at=clock.now())
    return made


def text(message):
    return str(message["blocks"])


def end(run, status="succeeded", reason=""):
    ended = "failed" if status == "failed" else "succeeded"
    run.steps.filter(gate=False).update(status=ended, reason=reason, cause=reason, ended_at=clock.now())
    Run.objects.filter(pk=run.pk).update(status=status, reason=reason, ended_at=clock.now())
    run.refresh_from_db()
    factories.line(run, f"Ended: {status}.")


def ask(run, **fields):
    run.steps.update(status="asking")
    Run.objects.filter(pk=run.pk).update(status="asking")
    run.refresh_from_db()
    factories.line(run, "Apply?")
    return factories.approval(run.steps.get(), question="Apply 2 changes?", **fields)


def test_a_run_has_one_message_that_is_edited_until_its_end(run, sends):
    sends.all()
    (first,) = sends.messages()
    assert "Running" in text(first)
    factories.line(run, "web: 3 of 5 resources.")
    sends.all()
    (edited,) = sends.messages()
    assert (edited["ts"], "3 of 5" in text(edited)) == (first["ts"], True)
    end(run)
    sends.all()
    (last,) = sends.messages()
    assert (last["ts"], "Succeeded" in text(last)) == (first["ts"], True)
    assert SlackMessage.objects.get(about="run").due_at is None


def test_what_has_not_changed_is_not_sent_again(run, sends, slack):
    sends.all()
    before = len(slack.calls())
    assert [sends.round() for _ in range(3)] == [0, 0, 0]
    assert len(slack.calls()) == before


def test_many_lines_are_one_edit(run, sends, slack):
    sends.all()
    for n in range(30):
        factories.line(run, f"line {n}")
    sends.all()
    assert len(slack.calls("chat.update")) == 1


def test_between_two_edits_of_one_message_there_is_time(run, sends, slack):
    projecting.round_of(clock.now())
    for n in range(3):
        factories.line(run, f"line {n}")
        projecting.round_of(clock.now())
    assert slack.calls("chat.update") == []
    projecting.round_of(clock.now() + projecting.GAP)
    assert len(slack.calls("chat.update")) == 1


def test_a_running_runs_times_are_shown_anew_though_nothing_happens(run, sends, slack):
    sends.all()
    SlackMessage.objects.update(due_at=clock.now() - projecting.FRESH)
    projecting.round_of(clock.now())
    assert len(slack.calls("chat.update")) == 1


def test_a_failure_calls_who_started_it_and_puts_its_cause_and_log_into_the_thread(run, sends, slack):
    SlackPerson.objects.create(user=run.requested_by, team="T1", slack_id=MINA, confirmed_at=clock.now())
    end(run, "failed", "AccessDenied for s3:GetObject")
    sends.all()
    (message,) = sends.messages()
    call, details = sends.thread(message["ts"])
    assert f"<@{MINA}>" in text(call)
    assert DUTY not in text(call) + text(details)
    assert "AccessDenied for s3:GetObject" in text(details)
    assert "Ended: failed." in text(details)
    assert "run.retry" in text(message)


def test_a_failure_of_somebody_unknown_in_slack_calls_who_is_on_duty(run, sends):
    end(run, "failed", "no")
    sends.all()
    (message,) = sends.messages()
    assert f"<!subteam^{DUTY}>" in text(sends.thread(message["ts"])[0])


def test_a_success_calls_nobody_and_needs_no_thread(run, sends):
    SlackPerson.objects.create(user=run.requested_by, team="T1", slack_id=MINA, confirmed_at=clock.now())
    end(run)
    sends.all()
    (message,) = sends.messages()
    assert "<" not in text(message).replace("<http", "")
    assert sends.thread(message["ts"]) == []


def test_outputs_go_into_the_thread(run, sends):
    run.steps.update(output={"outputs": {"Url": "https://shop.example.com", "DbPassword": "hunter22"}})
    end(run)
    sends.all()
    (message,) = sends.messages()
    (reply,) = sends.thread(message["ts"])
    assert "https://shop.example.com" in text(reply)
    assert "hunter22" not in str(sends.shown("ops"))


def test_a_question_calls_who_is_on_duty_and_shows_what_is_at_stake(run, sends):
    shown = {"changes": [{"risk": "replace", "id": "Db", "type": "AWS::RDS::DBInstance", "hot": True}], "cost": "$12"}
    ask(run, shown=shown)
    sends.all()
    (message,) = sends.messages()
    assert "question.approve" in text(message)
    call, details = sends.thread(message["ts"])
    assert f"<!subteam^{DUTY}>" in text(call)
    assert "Db (AWS::RDS::DBInstance)" in text(details)
    assert "$12" in text(details)


def test_a_question_is_told_once(run, sends):
    ask(run)
    sends.all()
    factories.line(run, "One more line.")
    sends.all()
    (message,) = sends.messages()
    assert len(sends.thread(message["ts"])) == 1


def test_a_question_that_was_answered_before_it_could_be_told_calls_nobody(run, sends, slack):
    asked = ask(run)
    slack.fault("refuse", method="chat.postMessage", contains="thread_ts", error="msg_blocks_too_long")
    sends.round()
    asked.status = "approved"
    asked.save()
    slack.clear_faults()
    sends.all()
    (message,) = sends.messages()
    assert sends.thread(message["ts"]) == []


def test_broken_glass_is_told_once_in_the_thread_with_who_and_why(run, sends):
    holds.break_glass(run.pk, factories.user(username="olga"), "the *certificate* expires tonight")
    sends.all()
    sends.all()
    (message,) = sends.messages()
    (told,) = sends.thread(message["ts"])
    assert "olga broke the glass: this run changes" in text(told)
    assert "expires tonight" in text(told)


def test_who_is_muted_is_not_called(run, sends):
    Mute.objects.create(environment=run.environment, until=clock.now() + timedelta(hours=1))
    end(run, "failed", "no")
    sends.all()
    (message,) = sends.messages()
    assert len(sends.thread(message["ts"])) == 1
    assert DUTY not in str(sends.shown("ops"))


def test_after_a_retry_the_same_message_goes_on(run, sends):
    end(run, "failed", "first trouble")
    sends.all()
    Run.objects.filter(pk=run.pk).update(status="running", ended_at=None, reason="")
    run.refresh_from_db()
    factories.line(run, "Tried again by mina.")
    SlackMessage.objects.filter(about="run").update(due_at=clock.now())
    sends.all()
    assert "Running" in text(sends.messages()[0])
    end(run, "failed", "second trouble")
    sends.all()
    (message,) = sends.messages()
    assert [("first" in text(each), "second" in text(each)) for each in sends.thread(message["ts"])] == [
        (True, False),
        (True, False),
        (False, True),
        (False, True),
    ]


@pytest.mark.parametrize("where", ["message", "thread"])
def test_a_lost_answer_leaves_one_message(run, sends, slack, where):
    end(run, "failed", "no")
    contains = {"contains": "thread_ts"} if where == "thread" else {}
    slack.fault("lost", method="chat.postMessage", count=1, **contains)
    if where == "thread":
        sends.round()
    sends.away()
    sends.all()
    (message,) = sends.messages()
    assert len(sends.thread(message["ts"])) == 2
    assert len(slack.calls("chat.postMessage")) == 3


def test_a_post_that_did_not_arrive_is_posted_again(run, sends, slack):
    slack.fault("error", method="chat.postMessage", count=1, status=500)
    sends.away()
    sends.all()
    assert len(sends.messages()) == 1
    assert len(slack.calls("conversations.history")) == 1


def test_while_it_is_not_known_whether_a_post_arrived_none_is_sent(run, sends, slack):
    slack.fault("lost", method="chat.postMessage", count=1)
    sends.away()
    rule = slack.fault("refuse", method="conversations.history", error="missing_scope")
    for _ in range(3):
        sends.round()
    assert len(slack.calls("chat.postMessage")) == 1
    assert "missing_scope" in SlackMessage.objects.get().error
    slack.clear_faults(rule["id"])
    sends.all()
    assert len(sends.messages()) == 1


def test_who_died_after_posting_is_followed_without_a_second_message(run, sends):
    sends.round()
    SlackMessage.objects.update(ts="", posting_at=clock.now())  # as it is before the answer is noted
    sends.all()
    assert len(sends.messages()) == 1


def test_a_thread_of_several_posts_is_looked_for_post_by_post(run, sends):
    end(run, "failed", "no")
    sends.all()
    SlackMessage.objects.filter(about__startswith="end").update(
        ts="", parts=0, due_at=clock.now(), posting_at=run.created_at
    )
    sends.all()
    (message,) = sends.messages()
    assert len(sends.thread(message["ts"])) == 2


def test_a_search_goes_on_on_the_page_where_the_budget_ended(run, sends, slack, monkeypatch):
    sends.round()
    for number in range(5):
        client().chat_postMessage(channel=run.environment.slack_channel, text=f"chatter {number}")
        threading.Event().wait(QUICK)
    SlackMessage.objects.update(ts="", posting_at=clock.now())
    monkeypatch.setattr(calls, "PAGE", 2)
    monkeypatch.setattr(bucket, "TIER_3", bucket.Rate(3000.0, 1))  # one reading, and the next one in half a minute
    before = len(sends.messages())
    for reading in range(1, 4):
        sends.readable()
        sends.round()
        assert len(slack.calls("conversations.history")) == reading
    sends.all()
    assert len(sends.messages()) == before
    assert len(slack.calls("conversations.history")) == 3


def test_a_search_whose_place_slack_does_not_know_any_more_begins_anew(run, sends):
    sends.round()
    SlackMessage.objects.update(ts="", posting_at=clock.now(), cursor="bm9uc2Vuc2U=")
    sends.round()
    assert "invalid_cursor" in SlackMessage.objects.get().error
    sends.all()
    assert len(sends.messages()) == 1


def test_an_undo_that_is_rejected_tells_the_end_no_second_time(run, sends):
    end(run, "failed", "no")
    sends.all()
    factories.step(run, "undo", gate=True, status="failed", reason="no", ended_at=clock.now())
    factories.line(run, "The run stays as it was.")
    SlackMessage.objects.filter(about="run").update(due_at=clock.now())
    sends.all()
    (message,) = sends.messages()
    assert len(sends.thread(message["ts"])) == 2


@pytest.mark.parametrize("before", ["looked at meanwhile", "given up"])
def test_an_end_that_was_not_told_before_an_undo_was_rejected_is_told_then(run, sends, before):
    end(run, "failed", "no")
    sends.round()
    if before == "given up":
        SlackMessage.objects.exclude(about="run").update(due_at=None, refused_since=clock.now())
    Run.objects.filter(pk=run.pk).update(status="undoing")
    turns.take(run.pk, told.reopened)
    sends.all()
    assert sends.thread(sends.messages()[0]["ts"]) == []
    Run.objects.filter(pk=run.pk).update(status="failed")
    run.refresh_from_db()
    factories.line(run, "The run stays as it was.")
    SlackMessage.objects.filter(about="run").update(due_at=clock.now())
    sends.all()
    (message,) = sends.messages()
    assert len(sends.thread(message["ts"])) == 2


def test_slack_is_away_and_comes_back(run, sends, slack):
    slack.fault("away")
    for _ in range(3):
        assert "503" in sends.away()
    end(run, "failed", "no")
    slack.clear_faults()
    sends.all()
    (message,) = sends.messages()
    assert "no" in text(message)
    assert len(sends.thread(message["ts"])) == 2


def test_while_slack_is_away_a_round_makes_one_call(run, sends, slack):
    for _ in range(5):
        other = factories.run(environment=run.environment)
        SlackMessage.objects.create(run=other, channel=sends.channel("deploys"), due_at=clock.now())
    slack.fault("away")
    sends.away()
    assert len(slack.calls("chat.postMessage")) == 1


def test_after_429_nobody_calls_before_the_time_is_over(run, sends, slack):
    slack.fault("ratelimit", method="chat.postMessage", seconds=1, count=1)
    assert sends.round() == 0
    assert sends.round() == 0
    assert len(slack.calls("chat.postMessage")) == 1
    threading.Event().wait(1.1)
    assert sends.round() == 1


def test_two_senders_post_one_message(run, sends, slack):
    ready = threading.Barrier(2)

    def send():
        ready.wait()
        projecting.round_of(clock.now())
        connection.close()

    both = [threading.Thread(target=send) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert len(sends.messages()) == 1


def test_a_message_that_somebody_deleted_is_posted_anew(run, sends, slack):
    sends.all()
    client().chat_delete(channel=run.environment.slack_channel, ts=sends.messages()[0]["ts"])
    end(run)
    sends.all()
    (message,) = [each for each in sends.messages() if not each.get("deleted")]
    assert "Succeeded" in text(message)


def test_a_channel_without_the_bot_is_told_and_tried_again(run, sends, slack):
    slack.act("member", channel="ops", present=False)
    assert sends.round() == 0
    assert "not_in_channel" in SlackMessage.objects.get().error
    slack.act("member", channel="ops", present=True)
    sends.all()
    assert len(sends.messages()) == 1
    assert SlackMessage.objects.get().error == ""


def test_what_a_channel_refuses_for_a_day_after_the_end_is_given_up_and_stays_on_record(run, sends, slack):
    slack.act("member", channel="ops", present=False)
    sends.round()
    long_ago = clock.now() - projecting.GIVEN_UP - timedelta(minutes=1)
    SlackMessage.objects.update(refused_since=long_ago)
    sends.round()
    assert SlackMessage.objects.get().due_at is not None  # the run is open
    end(run)
    SlackMessage.objects.update(refused_since=None)
    Run.objects.update(ended_at=long_ago)
    sends.round()
    assert SlackMessage.objects.get().due_at is not None  # it is the first refusal
    SlackMessage.objects.update(refused_since=long_ago)
    sends.round()
    row = SlackMessage.objects.get()
    assert row.due_at is None
    assert "not_in_channel" in row.error
    part = SlackMessage.objects.create(run=run, about="end:1", channel=row.channel, due_at=clock.now())
    sends.round()
    part.refresh_from_db()
    assert part.due_at is None
    slack.act("member", channel="ops", present=True)
    turns.take(run.pk, told.reopened)
    assert observing.work().refused == 0
    sends.all()
    assert len(sends.messages()) == 1
    assert SlackMessage.objects.get(about="run").refused_since is None


def test_code_that_fails_keeps_nobody_from_the_others(run, sends, monkeypatch):
    other = factories.run(environment=run.environment)
    SlackMessage.objects.create(run=other, channel=sends.channel("deploys"), due_at=clock.now())
    words = outgoing.message

    def poison(row, seen, now):
        if row.pk == run.pk:
            raise ValueError("poison")
        return words(row, seen, now)

    monkeypatch.setattr(outgoing, "message", poison)
    assert sends.round() == 1
    assert "poison" in SlackMessage.objects.get(run=run).error


def test_the_end_goes_before_progress(run, sends):
    sends.all()
    rows = [factories.run(environment=run.environment) for _ in range(3)]
    for each in rows:
        SlackMessage.objects.create(run=each, channel="C1", ts=f"1.{each.pk}", status="running", due_at=clock.now())
        factories.line(each, "progress")
    end(run)
    SlackMessage.objects.filter(run=run).update(due_at=clock.now())
    assert projecting.due(clock.now())[0].run_id == run.pk


def test_a_sweep_for_costs_puts_what_is_unused_into_the_thread(run, sends):
    run.runbook, run.params = "sweep", {"checks": ["ebs-unattached", "eip-unassociated"]}
    run.save()
    factories.finding(environment=run.environment, usd="8.80", resource="vol-1")
    factories.finding(environment=factories.environment(name="other"), usd="99.00", resource="vol-2")
    end(run)
    sends.all()
    (message,) = sends.messages()
    (answer,) = sends.thread(message["ts"])
    assert "vol-1" in text(answer)
    assert "$8.80" in text(answer)
    assert "vol-2" not in text(answer)


def test_a_policys_sweep_has_its_digest_and_needs_no_thread(run, sends):
    factories.firing(factories.policy([run.environment]), run)
    Run.objects.filter(pk=run.pk).update(runbook="sweep", params={"checks": ["ebs-unattached"]})
    factories.finding(environment=run.environment)
    run.refresh_from_db()
    end(run)
    sends.all()
    (message,) = sends.messages()
    assert sends.thread(message["ts"]) == []


def test_one_full_channel_holds_up_no_other_and_no_edit(run, sends, settings):
    sends.all()
    settings.SLACK_API_SPEED = 1
    for name in ("ops", "ops", "ops", "deploys"):
        where = factories.environment(slack_channel=sends.channel(name))
        SlackMessage.objects.create(
            run=factories.run(environment=where), channel=where.slack_channel, due_at=clock.now()
        )
    end(run)
    assert sends.round() == 3
    assert "Succeeded" in text(sends.messages()[0])
    assert (len(sends.messages()), len(sends.messages("deploys"))) == (2, 1)


def test_what_was_tried_ever_so_often_is_counted_no_further(run, sends, slack):
    SlackMessage.objects.update(tries=projecting.MOST_TRIES)
    slack.fault("away")
    sends.away()
    assert SlackMessage.objects.get().tries == projecting.MOST_TRIES


def test_who_lost_the_row_while_looking_posts_nothing(run, sends, slack, monkeypatch):
    def overtaken(*_args):
        SlackMessage.objects.update(due_at=clock.now())
        return iter([("", "")])

    SlackMessage.objects.update(posting_at=clock.now())
    monkeypatch.setattr(projecting.calls, "search", overtaken)
    assert sends.round() == 0
    assert slack.calls("chat.postMessage") == []


def test_a_run_whose_environment_has_another_channel_goes_on_there(run, sends):
    sends.all()
    type(run.environment).objects.update(slack_channel=sends.channel("deploys"))
    end(run, "failed", "a cause for nobody else")
    sends.all()
    (message,) = sends.messages("deploys")
    assert len(sends.thread(message["ts"], "deploys")) == 2
    assert "a cause" not in str(sends.shown("ops"))


def test_a_run_whose_environment_has_no_channel_any_more_is_told_nowhere(run, sends, slack):
    type(run.environment).objects.update(slack_channel="")
    sends.all()
    assert slack.calls("chat.postMessage") == []


def test_a_call_that_is_muted_in_between_shifts_nothing(run, sends):
    Mute.objects.create(environment=run.environment, until=clock.now() + timedelta(hours=1))
    end(run, "failed", "no")
    sends.round()
    sends.round()
    Mute.objects.all().delete()
    sends.all()
    (message,) = sends.messages()
    assert ["no" in text(each) for each in sends.thread(message["ts"])] == [True]


def test_an_edit_that_slack_refuses_for_good_is_not_posted_again_and_again(run, sends, slack):
    sends.all()
    slack.fault("refuse", method="chat.update", error="edit_window_closed")
    end(run)
    for _ in range(3):
        sends.round()
    assert len(sends.messages()) == 1


def test_a_retry_in_the_moment_of_the_end_is_seen(run, sends, monkeypatch):
    end(run, "failed", "no")
    follows = projecting.follow

    def meanwhile(row, seen):
        follows(row, seen)
        factories.line(run, "Tried again.")

    monkeypatch.setattr(projecting, "follow", meanwhile)
    sends.round()
    assert SlackMessage.objects.get(about="run").due_at is not None


def test_a_run_that_was_purged_is_told_no_more(run, sends):
    row = SlackMessage.objects.get()
    Run.objects.filter(pk=run.pk).delete()
    assert not projecting.show(row)


def test_a_run_of_an_environment_with_a_channel_has_a_message_from_its_start(sends):
    where = factories.environment(slack_channel=sends.channel())
    run = factories.start({"a": []}, environment=where)
    row = SlackMessage.objects.get(run=run)
    assert (row.channel, row.about, row.ts) == (where.slack_channel, "run", "")


def test_without_a_channel_there_is_none():
    factories.start({"a": []})
    assert not SlackMessage.objects.exists()


def test_what_is_retried_is_looked_at_again(run, sends):
    end(run, "failed", "no")
    sends.all()
    runs.retry(run.pk, factories.user())
    assert SlackMessage.objects.get(about="run").due_at is not None
