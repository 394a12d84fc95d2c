"""The portal's client, in the language of its reader."""

import pytest

from tests import factories
from tests.every_page import asking_run
from tests.portal.conftest import _database, signed_in

__all__ = ["_database"]


@pytest.fixture
def run(db):
    return asking_run()


@pytest.fixture
def admin(db):
    return signed_in(factories.user(is_superuser=True))
