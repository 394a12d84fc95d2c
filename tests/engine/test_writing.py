"""`ctx.write`: rows of a step are written while it is this worker's, together with what it remembers."""

from functools import partial

import pytest

from opsportal import claims, runs
from opsportal.clock import uptime
from opsportal.errors import Cancelling, Lost
from opsportal.models import Pause
from tasks import engine, writing
from tasks.keeper import Hold
from tests import factories

from .conftest import let_lease_expire


@pytest.fixture
def run():
    run = factories.start({"a": []})
    engine.advance(run.steps.get().pk)
    return run


@pytest.fixture
def hold(run):
    return Hold(claims.claim(run.steps.get(key="a").pk), False, uptime() + 30, uptime() + 60)


@pytest.fixture
def write(hold):
    return partial(writing.write, hold, {"memory": {"page": 3}, "memory_version": 1})


def pause(turn, step):
    """A row, of whatever kind."""
    return Pause.objects.create(reason=f"{step.key} of {turn.run.pk}", begun_at=turn.now).reason


def test_what_is_written_and_remembered_is_there_together(run, hold, write):
    assert write(pause) == f"a of {run.pk}"
    hold.step.refresh_from_db()
    assert (Pause.objects.count(), hold.step.memory) == (1, {"page": 3})


def test_a_write_that_fails_remembers_nothing(hold, write):
    def fail(turn, step):
        pause(turn, step)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write(fail)

    hold.step.refresh_from_db()
    assert (Pause.objects.exists(), hold.step.memory) == (False, {})


def test_nothing_is_written_after_a_take_over(hold, write):
    let_lease_expire(hold.step)
    claims.claim(hold.step.pk)
    with pytest.raises(Lost):
        write(pause)
    assert not Pause.objects.exists()


def test_nothing_is_written_after_a_cancel(run, write):
    runs.cancel(run.pk, run.requested_by)
    with pytest.raises(Cancelling):
        write(pause)
    assert not Pause.objects.exists()
