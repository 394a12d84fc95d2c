"""Off-hours and its undo need no more than the runbook declares."""

import random

from tasks.runbooks import offhours
from tests.offhours.conftest import on, over
from tests.offhours.test_offhours import undo


def test_stops_starts_and_their_undo_need_no_more_than_declared(estate, sandbox, here):
    statement = {"Effect": "Allow", "Action": list(offhours.RUNBOOK.permissions), "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    here.account = str(random.randint(10**11, 10**12 - 1))
    here.role_arn = sandbox.role(here.account, "keeper", policy=policy, enforce=True)
    here.save()
    estate.use(here.account)
    every = [estate.instance(over()), estate.database(over())]

    stop = estate.run()
    for ident in every:
        estate.tag(ident, on())
    start = estate.run()

    assert [run.status for run in (stop, start)] == ["succeeded", "succeeded"]
    assert undo(estate, start).status == "undone"
    assert list(map(estate.state, every)) == ["stopped", "stopped"]
