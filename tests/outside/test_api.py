"""The API over a real portal: streams that go on where they broke off, and callers that race."""

import contextlib
import http.client
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from opsportal import clock
from opsportal.api import tokens
from opsportal.models import Run
from tests import factories
from tests.live import aws
from tests.live.conftest import ended


class Program:
    """Calls the API of this portal with a token."""

    def __init__(self, url, person):
        self.where = urlsplit(url).netloc
        self.token, self.secret = tokens.make(
            person, "ci", ("read", "run"), clock.now() + timedelta(days=1), environments=None
        )

    def call(self, method, path, body=None, **headers):
        """The open connection and its answer, whose body is read by whoever wants it."""
        line = http.client.HTTPConnection(self.where, timeout=30)
        sent = None if body is None else json.dumps(body)
        known = {"Authorization": f"Bearer {self.secret}", "Content-Type": "application/json", "Connection": "close"}
        line.request(method, f"/api/v1{path}", sent, known | headers)
        return line.getresponse()

    def stream(self, run, after=0, most=10**6):
        """The numbers of the lines that the stream tells after this one, and how it ended; at most so many."""
        numbers, kind = [], ""
        answer = self.call("GET", f"/runs/{run}/stream", **{"Last-Event-ID": str(after)})
        for line in answer:
            name, _, value = line.decode().rstrip("\n").partition(": ")
            kind = value if name == "event" else kind
            numbers += [int(value)] if name == "id" else []
            if len(numbers) == most or kind == "end":
                break
        answer.close()
        return numbers, kind


@pytest.fixture
def caller(portal):
    return Program(portal.url, factories.user())


def started(caller, **params):
    body = {"runbook": "test.graph", "environment": factories.environment().name, "params": params}
    answer = caller.call("POST", "/runs", body)
    assert answer.status == 202
    return Run.objects.get(pk=json.load(answer)["id"])


def test_a_stream_goes_on_after_the_last_line_that_was_read_and_tells_the_end(caller):
    run = started(caller, graph={"a": [], "b": ["a"]}, do={"a": "talk:2", "b": "talk:1"})
    first, _ = caller.stream(run.pk, most=5)
    rest, kind = caller.stream(run.pk, after=first[-1])
    assert ended(run).status == "succeeded"
    assert (first + rest, kind) == (list(range(1, run.events + 1)), "end")


def test_many_at_once_with_the_same_key_start_one_run(host, caller):
    second = Program(aws.portal(host, "web-2"), caller.token.person)
    second.secret = caller.secret
    where = factories.environment().name

    def post(n):
        body = {"runbook": "test.graph", "environment": where, "params": {"graph": {"a": []}}}
        answer = (caller, second)[n % 2].call("POST", "/runs", body, **{"Idempotency-Key": f"key-{n % 3}"})
        return answer.status, json.load(answer)["id"]

    with ThreadPoolExecutor(12) as threads:
        answers = list(threads.map(post, range(36)))
    assert {status for status, _ in answers} == {202}
    assert len({run for _, run in answers}) == Run.objects.count() == 3


def test_a_body_whose_length_is_not_told_is_not_read_beyond_the_limit(caller):
    sent = []

    def endless():
        while len(sent) < 1000:
            sent.append(b" " * 100_000)
            yield sent[-1]

    line = http.client.HTTPConnection(caller.where, timeout=30)
    headers = {"Authorization": f"Bearer {caller.secret}", "Content-Type": "application/json"}
    with contextlib.suppress(ConnectionError):  # the portal does not wait for the rest
        line.request("POST", "/api/v1/runs", endless(), headers, encode_chunked=True)
    answer = line.getresponse()
    line.close()
    assert (answer.status, answer.headers["Content-Type"]) == (413, "application/problem+json")
    assert len(sent) < 500
