"""The pump ends snoozes and exemptions, whether or not anything else is due."""

from datetime import timedelta

import pytest

from opsportal import clock
from tasks import pump
from tests import factories


@pytest.mark.django_db(transaction=True)
def test_a_round_of_the_pump_opens_what_was_snoozed_until_now():
    hidden = factories.finding(state="snoozed", until=clock.now() - timedelta(seconds=1))
    pump.tick()
    hidden.refresh_from_db()
    assert hidden.state == "open"
