"""The App Home: one's runs and questions, kept true by what is pressed there; and who is not known."""

import pytest

from opsportal import clock, contexts
from opsportal.models import Approval
from opsportal.slack import home_words, limits
from tests import factories

from .bot import IDS, buttons, words
from .conftest import MINA
from .seeing import NASTY, NOW, nasty_run, question, run


def asking(dev, by=None):
    row = factories.run(environment=dev, status="asking", requested_by=by or factories.user())
    factories.approval(factories.step(row, "web", status="asking"), digest=contexts.digest({}))
    return row


def text(view):
    return words(view | {"text": ""})


def shown(acts):
    return next(each for each in acts.slack.workspace()["homes"] if each["user"] == MINA)


def test_it_shows_ones_runs_and_the_questions_one_may_answer(acts, operator, dev):
    mine, others = factories.run(environment=dev, requested_by=operator), factories.run(environment=dev)
    ended = factories.run(environment=dev, requested_by=operator, status="succeeded", ended_at=clock.now())
    own, theirs = asking(dev, operator), asking(dev)
    view = acts.home()
    for each in (mine, ended, own):
        assert f"|Run {each.pk}>" in text(view)
    assert f"|Run {others.pk}>" not in text(view)
    assert f"question:{open_(theirs).pk}" in str(view)
    assert f"question:{open_(own).pk}" not in str(view)


def open_(row):
    return Approval.objects.get(step__run=row)


def test_an_answer_given_there_leaves_it_at_once(acts, operator, dev):
    asking(dev)
    view = acts.home()
    assert "question.approve" in buttons(view)
    acts.act("click", user="mina", view_id=view["id"], action_id="question.approve")
    assert "You have approved it" in acts.submit({})
    assert "Nothing waits for you." in text(shown(acts))


def test_a_refusal_there_is_a_direct_message(acts, operator, dev):
    asking(dev)
    view = acts.home()
    Approval.objects.update(status="withdrawn")
    (message,) = acts.said(lambda: acts.act("click", user="mina", view_id=view["id"], action_id="question.approve"))
    assert (message["channel"], "closed: withdrawn" in words(message)) == (f"dm-{IDS['mina']}", True)
    assert "Nothing waits for you." in text(shown(acts))


def test_who_is_not_known_finds_the_way_to_the_portal_there(acts, dev):
    factories.run(environment=dev)
    assert "/admin/opsportal/slack/confirm/?token=" in text(acts.home())
    assert "dev" not in text(shown(acts))


@pytest.mark.parametrize("nasty", NASTY)
def test_whatever_runs_are_called_slack_takes_the_home(nasty):
    seen = nasty_run(nasty, "asking", steps=3)
    view = home_words.view(
        [(seen, seen.question)] * 1, [seen] * 10, [nasty_run(nasty, steps=3)] * 5, "https://x.example", NOW
    )
    assert limits.of_parts([view]) == []
    assert len(view["blocks"]) <= limits.VIEW_BLOCKS


def test_as_many_questions_as_are_shown_have_buttons_of_their_own():
    asked = [(run("asking"), question(approval=n)) for n in range(1, 9)]
    view = home_words.view(asked, [], [], "https://x.example", NOW)
    assert limits.of_parts([view]) == []
