"""Programs that call the API, each with a token."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from opsportal import clock, nudges
from opsportal.api import limits, tokens, uses

SCOPES = ("read", "run", "approve")


class Program:
    """Calls the API with this token, None: with none."""

    def __init__(self, secret, token=None):
        self.client, self.secret, self.token = Client(), secret, token

    def call(self, method, path, body=None, **headers):
        if self.secret is not None:
            headers["Authorization"] = f"Bearer {self.secret}"
        sent = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        return getattr(self.client, method)(f"/api/v1{path}", headers=headers, **sent)

    def get(self, path, **headers):
        return self.call("get", path, **headers)

    def post(self, path, body=None, **headers):
        return self.call("post", path, {} if body is None else body, **headers)


@pytest.fixture(autouse=True)
def alone(db, monkeypatch):
    """No messages, and nobody has asked before."""
    monkeypatch.setattr(nudges, "send", lambda sent: None)
    limits._buckets.clear()
    uses._hours.clear()


def program(person, *scopes, environments=None, days=1):
    """A program with a fresh token of this person."""
    token, secret = tokens.make(person, "ci", scopes or SCOPES, clock.now() + timedelta(days=days), environments)
    return Program(secret, token)
