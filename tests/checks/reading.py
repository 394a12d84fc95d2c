"""A Reader straight on the sandbox, which notes the IAM action of each call; and facts' usual parts."""

from datetime import UTC, datetime, timedelta

from opsportal.checks import Price
from opsportal.errors import Gone
from tasks.aws import errors
from tasks.sweeps.money import Cost
from tasks.sweeps.resources import Resource
from tests.stacks.driver import facts

NOW = datetime(2026, 11, 25, 12, 30, tzinfo=UTC)
REGION = "eu-west-1"  # that of the sandbox's clients


def ago(days):
    return NOW - timedelta(days=days)


def resource(id="some-1", **given):
    return Resource(id, NOW, **given)


def price(usd=0.1, service="ec2", item="m5.large", unit="hour", **given):
    return Price(service, item, unit, REGION, usd, "2026-10-01", **given)


def cost(usd=10.0):
    return Cost(usd, price())


class SandboxReader:
    """No pages are kept, and calls are made one after the other."""

    def __init__(self, account, prices=(), now=None):
        self.account, self.environment, self.region = account, facts(account.id), REGION
        self.now = now or datetime.now(UTC)
        self.prices = {(each.service, each.item): each for each in prices}
        self.actions = set()

    def client(self, read):
        client = self.account.client(read.service)
        operation = client.meta.method_to_api_mapping[read.operation]
        self.actions.add(errors.iam_action(client.meta.service_model.signing_name, operation))
        return client

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
    """What the check says of these facts."""
    return check.judge(facts, check.limits(**limits))


def found(check, reader, **limits):
    """The findings of a gather over the sandbox by resource; no call goes outside what the check declares."""
    chosen = check.limits(**limits)
    findings = [check.judge(facts, chosen) for facts in check.gather(reader, chosen)]
    assert reader.actions <= set(check.permissions)
    return {each.resource: each for each in findings if each}
