"""Two clean-ups that count against one cap at the same moment, each over a connection of its own."""

import threading
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection

from opsportal import catalog, clock
from opsportal.clock import uptime
from opsportal.models import Step
from tasks import engine
from tasks.cleanups import deletion
from tasks.keeper import Hold
from tests import factories

CHECK, REGION = "ebs-unattached", "eu-central-1"


@pytest.fixture
def here(transactional_db):
    """An environment whose last sweep judged two volumes: at 50 % one of them may go."""
    where, at = factories.environment(regions=[REGION]), clock.now() - timedelta(minutes=1)
    run = factories.run(environment=where, runbook="sweep", status="succeeded", params={"checks": [CHECK]})
    told = {"checks": {CHECK: {"refused": "", "looked": 2}}}
    factories.step(run, REGION, status="succeeded", output=told, started_at=at, ended_at=at)
    return where


def about_to_send(where):
    """The context of a step that may take its volume away, as far as it knows."""
    params = {"checks": [CHECK], "degree": "clean", "max_percent": 50}
    run = factories.run(environment=where, runbook="cleanup", params=params)
    finding = factories.finding(environment=where, marked_at=clock.now() - timedelta(days=8))
    target = {"finding": finding.pk, "check": CHECK, "region": REGION, "resource": finding.resource}
    step = factories.step(run, "volume", action="clean", status="running", input={"target": target, "limits": {}})
    step = Step.objects.select_related("run__environment").get(pk=step.pk)
    step.claimed_at = clock.now()
    hold = Hold(step, cancelling=False, lease_end=uptime() + 30, limit_end=uptime() + 60)
    return engine.make_context(step, catalog.runbook("cleanup"), hold)


def claimed(contexts):
    """What each of these was told when all of them claimed at once."""
    ready, found = threading.Barrier(len(contexts)), []

    def claim(ctx):
        ready.wait()
        try:
            found.append(ctx.write(partial(deletion.claim, ctx, deletion.target_of(ctx))))
        finally:
            connection.close()

    threads = [threading.Thread(target=claim, args=[ctx]) for ctx in contexts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_of_several_that_count_at_once_only_so_many_may_send_as_the_cap_allows(here):
    found = claimed([about_to_send(here) for _ in range(4)])
    assert (len(found), found.count("")) == (4, 1)
    assert Step.objects.filter(memory__has_key="sent").count() == 1
