"""Whatever is sent to any address of the portal: never a 5xx, never our insides."""

from html import unescape
from urllib.parse import urlencode

import pytest
from django.test import Client

from opsportal.models import Environment, Event, Run
from tests import factories
from tests.portal.conftest import html, signed_in
from tests.routes import address, entries

ODD_IDS = (
    "0",
    "-1",
    "abc",
    "1.5",
    "%00",
    "1%00",
    "..%2f..%2fetc%2fpasswd",
    "../../etc/passwd",
    "9" * 24,
    "9" * 5000,
    "9223372036854775808",
    "%D9%A3",  # an Arabic three
    "%C2%B2",  # a superscript two
    "%ED%95%9C%F0%9F%9A%80",
    "%ff%fe",
    "'%20OR%201=1%20--",
    "<script>alert(1)</script>",
)
HUGE = "9" * 30
ODD_PARAMS = {
    "huge numbers": {"after": HUGE, "before": HUGE, "limit": "9" * 5000, "questions": HUGE},
    "negative": {"after": "-1", "limit": "-5", "before": "-1", "questions": "-1"},
    "nul bytes": dict.fromkeys(("before", "step", "level", "q", "open", "status__exact", "answer", "name"), "\x00"),
    "nul in a form": {"runbook": "test.graph", "environment": "\x00", "nonce": "\x00" * 200, "graph": "\x00"},
    "numbers that are none": {"runbook": "test.graph", "again": "²", "questions": "a,²,,1.5", "p": "²", "o": "²"},
    "a run that can't be": {"runbook": "test.graph", "again": HUGE, "environment": "🚀" * 500},
    "deep JSON": {"runbook": "test.graph", "environment": "e", "graph": "[" * 100_000, "variables": "[" * 100_000},
    "paths and headers": {
        "runbook": "../../etc/passwd",
        "next": "//evil.example",
        "principal": "arn:aws:iam::1:role/x\r\nSet-Cookie: a=b",
    },
    "lists": {"p": HUGE, "o": HUGE, "environment__id__exact": HUGE, "e": "1", "all": "", "_popup": "1"},
    "other columns": {"requested_by__password__startswith": "p", "_to_field": "password"},
    "long": {"reason-1": "x" * 100_000, "typed-1": "x" * 100_000, "q": "x" * 100_000},
}
QUERIES = {name: urlencode(sent, safe="[") for name, sent in ODD_PARAMS.items()}  # made once: some are long
BODIES = {"no text": b"\xff\xfe\x00", "deep": b"{" * 100_000, "long": b"a" * 1_000_000, "cut off": b"--x\r\n\r\n\x00"}
KINDS = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x")
METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")


ROUTES = sorted(route for route, _ in entries())
NAMED = [route for route in ROUTES if "<" in route]


def answered(client):
    """The client, to which an error of ours is an answer too."""
    client.raise_request_exception = False
    return client


@pytest.fixture
def root():
    return answered(signed_in(factories.user(is_superuser=True)))


@pytest.fixture
def member(client):
    return answered(client)


@pytest.fixture
def everybody(member, root):
    """Signed out, in without a right, with some, and with all of them."""
    return [answered(Client()), answered(signed_in(factories.user("none"))), member, root]


@pytest.fixture
def run():
    """A run with one of everything, so that pages have what to show."""
    run = factories.run(status="asking")
    factories.approval(factories.step(run, "a", status="asking"))
    factories.line(run, "Started.")
    return run


def troubles(responses):
    """What was answered wrongly: an error of ours, or a look inside."""
    for what, response in responses:
        if response.status_code >= 500:
            yield f"{what}: {response.status_code}"
        elif not response.streaming and b"Traceback" in response.content:
            yield f"{what}: a traceback"


def short(*parts):
    return " ".join(str(part)[:80] for part in parts)


@pytest.mark.parametrize("route", NAMED)
def test_an_odd_id_is_never_an_error_of_ours(route, member, root, run):
    addresses = [(client, address(route, odd)) for client in (member, root) for odd in ODD_IDS]
    got = [(short("get", where), client.get(where)) for client, where in addresses]
    sent = [(short("post", where), client.post(where)) for client, where in addresses]
    assert list(troubles([*got, *sent])) == []


@pytest.mark.parametrize("route", ROUTES)
def test_an_odd_parameter_is_never_an_error_of_ours(route, root, run):
    where = address(route, str(run.pk))
    got = [(f"get {name}", root.get(f"{where}?{query}")) for name, query in QUERIES.items()]
    sent = [(f"post {name}", root.post(where, sent)) for name, sent in ODD_PARAMS.items()]
    assert list(troubles([*got, *sent])) == []


@pytest.mark.parametrize("route", ROUTES)
def test_no_method_and_no_lack_of_rights_is_an_error_of_ours(route, everybody, run):
    where = address(route, str(run.pk))
    asked = [
        (short(i, method), getattr(client, method)(where)) for i, client in enumerate(everybody) for method in METHODS
    ]
    assert list(troubles(asked)) == []


@pytest.mark.parametrize("route", ROUTES)
def test_a_body_of_rubbish_is_never_an_error_of_ours(route, root, run):
    where = address(route, str(run.pk))
    sent = [
        (f"{name} as {kind}", root.post(where, body, content_type=kind))
        for name, body in BODIES.items()
        for kind in KINDS
    ]
    assert list(troubles(sent)) == []


@pytest.fixture
def dev():
    return factories.environment(name="dev", protected=False)


def start(client, **data):
    form = {"runbook": "test.graph", "environment": "dev", "nonce": "n", "graph": '{"a": []}'}
    return client.post("/admin/opsportal/run/add/", form | data)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"graph": ""}, "Fill this in."),
        ({"graph": "{"}, "This is not JSON: line 1, column 2"),
        ({"graph": "[" * 90_000}, "This JSON is too deep"),
        ({"graph": "9" * 5000}, "This JSON is too deep, or holds a number"),
        ({"graph": '{"a": ["\\ud800"]}'}, "a character that can’t be kept"),
        ({"graph": '{"a": ["\\u0000"]}'}, "Take out the NUL character."),
        ({"graph": "NaN"}, "This JSON is too deep, or holds a number"),
        ({"graph": "[1]"}, "Input should be a JSON object."),
        ({"graph": '{"a": ["missing"]}', "timeout": "soon"}, "Input should be a valid number"),
        ({"folder": "x" * 1_000_000}, "At most 100000 characters"),
        ({"folder": "a\0b"}, "At most 100000 characters of plain text"),
        ({"environment": "nowhere\0"}, "Choose an environment."),
        ({"runbook": "rm -rf"}, "There is no runbook “rm -rf”."),
    ],
)
def test_rubbish_in_the_start_form_is_answered_with_a_sentence(client, dev, typed, sentence):
    response = start(client, **typed)
    assert response.status_code in (404, 422)
    assert sentence in unescape(html(response))
    assert not Run.objects.exists()


def test_a_wrong_line_of_variables_is_named(client, dev):
    response = start(client, runbook="stacks.deploy", blueprint="ecs-service", variables="image")
    assert "“image” is not name=value." in html(response)


def test_a_form_without_its_token_starts_nothing_and_says_so(person, dev):
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)
    response = start(client)
    assert response.status_code == 403
    assert not Run.objects.exists()


SECRET = "hunter2-hunter2"


def test_a_secret_among_the_parameters_is_on_no_page_and_in_no_event(client, dev):
    start(client, runbook="stacks.deploy", blueprint="ecs-service", variables=f"db_password={SECRET}\nimage=shop:1")
    run = Run.objects.get()
    pages = [f"/admin/opsportal/run/{run.pk}/", f"/admin/opsportal/run/{run.pk}/parts/", f"/runs/{run.pk}/lines"]
    assert [address for address in pages if SECRET in html(client.get(address))] == []
    assert not [event for event in Event.objects.all() if SECRET in event.text or SECRET in str(event.data)]


def test_run_again_leaves_a_secret_out_and_says_so(client, dev):
    start(client, runbook="stacks.deploy", blueprint="ecs-service", variables=f"db_password={SECRET}\nimage=shop:1")
    again = {"runbook": "stacks.deploy", "again": Run.objects.get().pk}
    text = html(client.get("/admin/opsportal/run/add/", again))
    assert SECRET not in text
    assert "image=shop:1" in text
    assert "A secret of that run is not shown. Fill it in again." in text


ENVIRONMENT = {
    "name": "dev",
    "account": "123456789012",
    "regions": "eu-central-1",
    "changes_at_once": "10",
    "approvals_needed": "1",
    "approval_hours": "24",
}


@pytest.mark.parametrize("variables", [f'{{"db_password": "{SECRET}"}}', '{"key": "AKIAABCDEFGHIJKLMNOP"}'])
def test_a_secret_is_no_variable_of_an_environment(variables):
    admin = signed_in(factories.user(is_superuser=True))
    response = admin.post("/admin/opsportal/environment/add/", ENVIRONMENT | {"variables": variables})
    assert "looks like a secret. Put a reference there" in html(response)
    assert not Environment.objects.exists()


def test_a_reference_to_a_secret_is_a_variable():
    admin = signed_in(factories.user(is_superuser=True))
    kept = '{"db_password": "{{resolve:secretsmanager:db}}"}'
    admin.post("/admin/opsportal/environment/add/", ENVIRONMENT | {"variables": kept})
    assert Environment.objects.get().variables == {"db_password": "{{resolve:secretsmanager:db}}"}
