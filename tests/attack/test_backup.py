"""A backup that is taken while a sweep reads."""

from opsportal import readings
from opsportal.models import Page
from tests import factories
from tests.engine.test_backup import _guarded, brought_back, file, taken

__all__ = ["_guarded", "file"]


def swept():
    step = factories.step(factories.run(), "eu-central-1", status="running")
    for number in range(5):
        content = readings.packed({"UserData": f"password=hunter{number}"})
        Page.objects.create(step=step, call="c", number=number, content=content)


def test_a_backup_that_was_taken_while_a_sweep_read_can_be_restored(file):
    swept()
    taken(file)
    brought_back(file)
