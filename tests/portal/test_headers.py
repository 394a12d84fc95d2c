"""What browsers are told of every kind of answer, and that Django finds nothing to improve in production."""

import os
import re
import subprocess
import sys

import pytest
from django.test import Client

from tests import factories
from tests.portal.conftest import signed_in

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
KINDS = {
    "home": "/admin/",
    "list": "/admin/opsportal/run/",
    "form": "/admin/opsportal/environment/add/",
    "run": "/admin/opsportal/run/{run}/",
    "lines": "/runs/{run}/lines",
    "download": "/admin/opsportal/environment/{environment}/trust/",
    "redirect": "/",
    "not there": "/nowhere",
    "not there in the admin": "/admin/nowhere/",
    "static": "/static/opsportal/logo.svg",
    "account": "/accounts/password/change/",
}
every = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture
def answer(admin):
    run = factories.run()

    def get(kind):
        response = admin.get(KINDS[kind].format(run=run.pk, environment=run.environment_id))
        response.close()
        return response

    return get


@every
def test_every_kind_of_answer_has_the_headers(answer, kind):
    headers = answer(kind).headers
    assert {name: headers.get(name) for name in EVERYWHERE} == EVERYWHERE
    assert "camera=()" in headers["Permissions-Policy"]


@every
def test_nothing_is_loaded_run_sent_or_framed_that_is_not_ours(answer, kind):
    policy = policy_of(answer(kind))
    assert (policy["default-src"], policy["frame-ancestors"], policy["base-uri"]) == ("'none'", "'none'", "'none'")
    assert policy["script-src"] == ("'self' 'unsafe-eval'" if KINDS[kind].startswith("/admin/") else "'self'")
    assert (policy["connect-src"], policy["form-action"]) == ("'self'", "'self'")


@pytest.mark.parametrize("path", ["/accounts/login/", "/runs/1/stream"])
def test_so_have_the_answers_to_people_who_are_signed_out(path):
    response = Client().get(path)
    assert policy_of(response)["script-src"] == "'self'"
    assert response.headers["X-Frame-Options"] == "DENY"


def test_so_has_a_refusal(admin):
    response = signed_in(factories.user("none")).get("/admin/opsportal/run/")
    assert response.status_code == 403
    assert policy_of(response)["default-src"] == "'none'"


def test_https_is_remembered_for_a_year_where_it_is_spoken(settings):
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = 31536000, True
    response = Client().get("/accounts/login/", secure=True)
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


@pytest.mark.parametrize(("peer", "status"), [("10.0.0.7", 200), ("203.0.113.9", 301)])
def test_only_a_proxy_of_ours_may_say_that_it_was_https(settings, peer, status):
    settings.TRUSTED_PROXIES, settings.SECURE_SSL_REDIRECT = ["10.0.0.0/8"], True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    client = Client(REMOTE_ADDR=peer, HTTP_X_FORWARDED_PROTO="https")
    assert client.get("/accounts/login/").status_code == status


def policy_of(response):
    found = re.split(r";\s*", response.headers["Content-Security-Policy"])
    return dict(directive.split(" ", 1) for directive in found)


def manage(*arguments, **env):
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, env={**os.environ, **env}, capture_output=True, text=True)


PRODUCTION = {
    "DJANGO_ALLOW_ASYNC_UNSAFE": "",  # the browser tests set it
    "PUBLIC_URL": "https://ops.example.com",
    "ALLOWED_HOSTS": "ops.example.com",
    "TRUSTED_PROXIES": "10.0.0.0/8",
    "SECRET_KEY": "only for a test, and as long as a good one is: 7Qx0vK3mZp9sWq2L",
}


def test_django_finds_nothing_to_improve_in_production():
    done = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


SHOW = """from django.conf import settings as s
print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.SECURE_PROXY_SSL_HEADER)"""


@pytest.mark.parametrize(
    ("env", "found"),
    [
        (PRODUCTION, "True True True ('HTTP_X_FORWARDED_PROTO', 'https')"),
        (PRODUCTION | {"TRUSTED_PROXIES": ""}, "True True False None"),
        ({}, "False False False None"),
    ],
    ids=["behind proxies", "https without known proxies", "a laptop"],
)
def test_only_a_known_proxy_is_asked_whether_it_was_https(env, found):
    assert manage("shell", "--no-imports", "-c", SHOW, **env).stdout.strip() == found
