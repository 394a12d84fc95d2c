"""What OpenAPI tells of the API."""

import re

import pytest
from django.test import Client

from opsportal.api import v1
from tests import factories

from .conftest import Program, program

OPEN = {"/api/v1/token"}  # what needs no token


@pytest.fixture
def schema():
    return Client().get("/api/v1/openapi.json").json()


def test_it_is_openapi_3_1(schema):
    assert schema["openapi"].startswith("3.1")


def test_it_is_made_once_for_anybody_may_ask_for_it(schema, monkeypatch):
    monkeypatch.setattr(v1.Api, "described", None)
    assert Client().get("/api/v1/openapi.json").json() == schema


def test_every_operation_says_what_it_is_and_how_it_refuses(schema):
    for path, operations in schema["paths"].items():
        for method, told in operations.items():
            refusals = {status: answer for status, answer in told["responses"].items() if status >= "400"}
            assert told["summary"], (method, path)
            assert {"401", "422", "429"} <= set(refusals), (method, path)
            assert all(list(each["content"]) == ["application/problem+json"] for each in refusals.values())


def test_every_operation_but_the_exchange_wants_a_token(schema):
    for path, operations in schema["paths"].items():
        for method in operations if path not in OPEN else ():
            address = re.sub(r"{\w+_id}", "1", path.removeprefix("/api/v1"))
            answer = Program(None).call(method, address, {} if method == "post" else None)
            assert answer.status_code == 401, (method, path)


@pytest.mark.parametrize("path", ["/runs", "/runs/1", "/approvals/1", "/token"])
def test_a_method_that_an_address_does_not_take_is_a_problem(path):
    answer = Program(None).call("delete", path)
    assert (answer.status_code, answer["Content-Type"]) == (405, "application/problem+json")
    assert answer.json()["detail"] == f"This address takes {answer['Allow']}."


@pytest.mark.parametrize("path", ["/runs", "/runs/1", "/environments", "/openapi.json", "/docs"])
def test_head_gets_what_get_does_without_the_body(path):
    caller = program(factories.user())
    head, get = (caller.call(method, path) for method in ("head", "get"))
    assert (head.status_code, head.content) == (get.status_code, b"")
    assert {name: head.get(name) for name in ("Content-Type", "ETag")} == {
        name: get.get(name) for name in ("Content-Type", "ETag")
    }


def test_head_of_a_stream_ends():
    caller, run = program(factories.user()), factories.run()
    head = caller.call("head", f"/runs/{run.pk}/stream")
    assert (head.status_code, head["Content-Type"]) == (200, "text/event-stream")
    assert (list(head.streaming_content), head.get("Content-Length")) == ([], None)


def test_head_where_get_is_not_is_refused_as_get_is():
    answer = program(factories.user()).call("head", "/token")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")


def test_the_methods_of_an_address_name_head():
    assert Program(None).call("delete", "/runs")["Allow"] == "GET, HEAD, POST"


def test_the_address_of_the_api_alone_is_a_problem_too():
    answer = Program(None).get("/")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_the_page_to_try_it_loads_nothing_from_elsewhere():
    answer = Client().get("/api/v1/docs")
    assert answer.status_code == 200
    assert "//" not in answer.content.decode().split("<body")[0].replace("<!DOCTYPE", "")
