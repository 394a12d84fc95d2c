"""What a check sees of the sandbox, with the IAM action of each call noted; and the usual parts of facts."""

from datetime import UTC, datetime, timedelta
from functools import cache

from botocore import xform_name
from botocore.session import get_session

from opsportal.checks import Price
from opsportal.errors import Gone
from tasks.aws import errors
from tasks.sweeps.money import Cost
from tasks.sweeps.resources import Resource
from tests.stacks.driver import facts

NOW = datetime(2026, 11, 25, 12, 30, tzinfo=UTC)
REGION = "eu-west-1"  # that of the sandbox's clients


def ago(days=0, **span):
    return NOW - timedelta(days=days, **span)


def resource(id="some-1", **given):
    return Resource(id, NOW, **given)


def price(usd=0.1, service="ec2", item="m5.large", unit="hour", **given):
    return Price(service, item, unit, REGION, usd, "2026-10-01", **given)


def cost(usd=10.0):
    return Cost(usd, price())


@cache
def model(service):
    return get_session().get_service_model(service)


@cache
def action(service, operation):
    """The IAM action of a call by boto3's names."""
    names = {xform_name(name): name for name in model(service).operation_names}
    return errors.iam_action(model(service).signing_name, names[operation])


class SandboxReader:
    """No pages are kept, and calls are made one after the other."""

    def __init__(self, account, prices=(), now=None, **environment):
        self.account, self.environment, self.region = account, facts(account.id, **environment), REGION
        self.now = now or datetime.now(UTC)
        self.prices = {(each.service, each.item): each for each in prices}
        self.actions = set()

    def client(self, read):
        self.actions.add(action(read.service, read.operation))
        return self.account.client(read.service)

    def read(self, read):
        client = self.client(read)
        try:
            return getattr(client, read.operation)(**read.arguments)
        except client.exceptions.ClientError as error:
            if errors.GONE.search(errors.code(error)):
                raise Gone(str(error)) from None
            raise

    def pages(self, read):
        yield from self.client(read).get_paginator(read.operation).paginate(**read.arguments)

    def several(self, reads):
        for each in reads:
            try:
                yield self.read(each)
            except Gone:
                yield None

    def price(self, service, item):
        return self.prices.get((service, item))


def judged(check, facts, **limits):
    """What a check of its file says of these facts."""
    return check.CHECK.judge(facts, check.Limits(**limits))


def gathered(check, reader, **limits):
    """The facts it gathers; no call may need an action that it does not declare."""
    found = list(check.CHECK.gather(reader, check.Limits(**limits)))
    assert reader.actions <= set(check.CHECK.permissions)
    return found


def found(check, reader, **limits):
    """What it finds, by resource."""
    findings = [judged(check, facts, **limits) for facts in gathered(check, reader, **limits)]
    return {each.resource: each for each in findings if each}
