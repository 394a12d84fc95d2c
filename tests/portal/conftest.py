"""Somebody signed in, and nothing that would reach for a broker."""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from whitenoise.middleware import WhiteNoiseMiddleware

from tests import factories

index, files = WhiteNoiseMiddleware.add_files_from_finders, {}


def index_once(middleware):
    """Each test client makes the middleware anew, which would look up all static files each time."""
    if not files:
        index(middleware)
        files.update(middleware.files)
    middleware.files.update(files)


WhiteNoiseMiddleware.add_files_from_finders = index_once


@pytest.fixture(autouse=True)
def _database(db):
    if settings.STATIC_ROOT:
        Path(settings.STATIC_ROOT).mkdir(exist_ok=True)  # whitenoise warns about a missing one


def signed_in(person):
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = factories.session(person)
    return client


@pytest.fixture
def person():
    return factories.user()


@pytest.fixture
def client(person):
    return signed_in(person)


@pytest.fixture
def admin():
    return signed_in(factories.user(is_superuser=True))


def html(response):
    return response.content.decode()


def said(response):
    """The messages a page shows after a redirect was followed."""
    return [str(message) for message in response.context["messages"]]
