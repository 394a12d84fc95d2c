"""A stack deployed look by look against the sandbox."""

import pytest

from opsportal.catalog import Ask, Done
from opsportal.errors import Denied, StepFailed
from tests.stacks.templates import one


def test_a_new_stack_is_created_and_gives_its_outputs(step):
    done = step.want(one(), tags={"component": "network"}).run()

    assert isinstance(done, Done)
    assert done.output["created"]
    assert done.output["outputs"]["Name"]
    assert step.ledger.calls() == ["CreateChangeSet", "ExecuteChangeSet"]
    assert step.stack()["Tags"] == [{"Key": "component", "Value": "network"}]


def test_a_stack_that_is_as_wanted_takes_one_look_and_no_change(step):
    step.want(one()).run()
    again = step.next()

    done = again.run()

    assert done.unchanged
    assert (again.looks, again.ledger.calls()) == (1, [])
    assert done.output["outputs"]["Name"]


def test_another_template_updates_the_stack(step):
    step.want(one()).run()
    later = step.next().want(one("two"))

    done = later.run()

    assert done.output["status"] == "UPDATE_COMPLETE"
    assert done.output["changes"]["modify"] == 1
    assert not done.output["created"]
