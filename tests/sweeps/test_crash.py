"""A worker that dies between keeping what a check found and saying so."""

import pytest

from opsportal.models import Finding, FindingChange
from tasks.sweeps import verdicts

from .conftest import look, planned, step_of


class Died(BaseException):
    """As a kill: nothing of the engine catches it."""


def test_what_was_new_before_a_crash_is_still_told_as_new(here, sandbox, account, monkeypatch):
    logs = sandbox.client("logs", "eu-central-1", account)
    for number in range(3):
        logs.create_log_group(logGroupName=f"group-{number}")
    run = planned(here, "test-groups", regions=["eu-central-1"])

    def die(*_):
        raise Died

    with monkeypatch.context() as once:
        once.setattr(verdicts, "settle", die)
        with pytest.raises(Died):
            look(run)
    assert Finding.objects.count() == 3

    look(run)

    assert step_of(run).output["new"] == 3
    assert FindingChange.objects.filter(kind="found").count() == 3
