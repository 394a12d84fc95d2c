"""Invariants 5 and 6: the fence reaches AWS, and every change is written down before it is sent."""

import pytest

from opsportal import claims, clock
from opsportal.clock import uptime
from opsportal.errors import Lost
from opsportal.models import Intent
from tasks import engine
from tasks.guard import Guard
from tasks.keeper import Hold
from tests import factories

from .conftest import let_lease_expire


@pytest.fixture
def held(transactional_db):
    run = factories.start({"a": []})
    engine.advance(run.steps.get().pk)
    step = claims.claim(run.steps.get(key="a").pk)
    return Hold(step, False, uptime() + 30, uptime() + 60)


def test_the_intent_is_in_the_database_before_the_call(held):
    token = Guard(held).before("cloudformation:CreateChangeSet", "digest", 20)
    intent = Intent.objects.get()
    assert (intent.n, intent.token, intent.answer) == (1, token, "")


def test_the_lease_outlasts_the_call(held):
    Guard(held).before("test:Change", "digest", 100)
    held.step.refresh_from_db()
    assert (held.step.lease_until - clock.now()).total_seconds() > 109


def test_sending_the_same_again_keeps_the_token(held):
    guard = Guard(held)
    assert guard.before("test:Change", "digest", 5) == guard.before("test:Change", "digest", 5)


def test_after_an_answer_the_same_call_is_a_new_intent(held):
    guard = Guard(held)
    first = guard.before("test:Change", "digest", 5)
    guard.after("test:Change", first, "ok")
    assert guard.before("test:Change", "digest", 5) != first


def test_other_arguments_are_a_new_intent(held):
    guard = Guard(held)
    assert guard.before("test:Change", "one", 5) != guard.before("test:Change", "two", 5)


def test_a_retry_sends_new_tokens(held):
    guard = Guard(held)
    first = guard.before("test:Change", "digest", 5)
    held.step.try_no = 2
    assert guard.before("test:Change", "digest", 5) != first


def test_a_refusal_by_aws_is_an_answer(held):
    guard = Guard(held)
    guard.after("test:Change", guard.before("test:Change", "digest", 5), "AccessDenied")
    assert guard.unanswered("test:Change") is None
    assert Intent.objects.get().answer == "AccessDenied"


def test_a_call_without_an_answer_is_remembered(held):
    guard = Guard(held)
    guard.before("test:Change", "digest", 5)
    assert guard.unanswered("test:Change") == Intent.objects.get().sent_at


def test_nothing_is_sent_after_a_take_over(held):
    let_lease_expire(held.step)
    claims.claim(held.step.pk)
    with pytest.raises(Lost):
        Guard(held).before("test:Change", "digest", 5)
    assert not Intent.objects.exists()


def test_nothing_is_sent_when_the_lease_would_end_during_the_call(held):
    guard = Guard(held)
    guard.before("test:Change", "digest", 5)
    held.lease_end = uptime() + 4
    with pytest.raises(Lost):
        guard.sendable()


def test_tokens_suit_aws(held):
    token = Guard(held).before("test:Change", "digest", 5)
    assert 32 <= len(token) <= 64
    assert token.replace("-", "").isalnum()
    assert token[0].isalpha()
