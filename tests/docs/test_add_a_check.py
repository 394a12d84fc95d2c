"""The check of docs/add-a-check.md, taken from the page and swept for by the real engine on the sandbox."""

import json

import pytest
from django.apps import apps

from config.env import ROOT
from opsportal import catalog, runs
from opsportal.models import Finding
from tests import factories
from tests.docs.pages import blocks

PAGE = ROOT / "docs/add-a-check.md"
NAME = "queue-without-dead-letters"


@pytest.fixture
def page(sandbox, account, settings, monkeypatch, tmp_path):
    """What the page says: a module of this name beside manage.py, named in RUNBOOK_MODULES."""
    (tmp_path / "queues.py").write_text(blocks(PAGE, "python")[0])
    monkeypatch.syspath_prepend(tmp_path)
    settings.RUNBOOK_MODULES, settings.AWS_ENDPOINT = ["queues"], sandbox.url
    apps.get_app_config("config").ready()
    return factories.environment(account=account)


@pytest.fixture
def sqs(sandbox, account):
    return sandbox.client("sqs", "eu-central-1", account)


@pytest.fixture
def sweep(page, drive):
    return lambda key: drive(runs.start("sweep", page, {"checks": [NAME]}, factories.user(), key))


def queue(sqs, name, **attributes):
    """A queue with one message; its address and ARN."""
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="order 7")
    return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def redrive(arn):
    return {"RedrivePolicy": json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3})}


def test_it_finds_the_queue_that_keeps_no_dead_letters_and_neither_of_a_good_pair(sqs, sweep):
    _, dead = queue(sqs, "dead")
    queue(sqs, "good", **redrive(dead))
    _, bare = queue(sqs, "bare")

    assert sweep("first").status == "succeeded"

    assert list(Finding.objects.values_list("resource", "state")) == [(bare, "open")]


def test_the_finding_is_closed_once_the_queue_has_what_was_advised(sqs, sweep):
    url, _ = queue(sqs, "bare")
    sweep("first")
    sqs.set_queue_attributes(QueueUrl=url, Attributes=redrive(queue(sqs, "dead")[1]))

    sweep("second")

    assert list(Finding.objects.values_list("state", flat=True)) == ["closed"]


def test_its_permissions_are_in_what_a_role_needs(page):
    assert {"sqs:GetQueueAttributes", "sqs:ListQueues"} <= set(catalog.permissions())
