"""A server bounds its columns; SQLite does not."""

import pytest
from django.db import DatabaseError, transaction

from opsportal import clock, inserts
from opsportal.models import Event
from tests import factories


@pytest.mark.django_db
@pytest.mark.parametrize("many", [1, 3])
def test_what_is_too_long_for_its_column_is_refused_not_cut(many):
    run = factories.run()
    lines = [Event(run=run, number=n, at=clock.now(), text="", level="x" * 300) for n in range(1, many + 1)]
    with pytest.raises(DatabaseError), transaction.atomic():
        inserts.insert(Event, lines)
