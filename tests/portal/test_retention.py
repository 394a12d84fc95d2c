"""What the page of a run says when its lines have left by age."""

from opsportal import clock
from tests import factories
from tests.portal.conftest import html

LEFT = "Older lines of this run have left by age"


def test_the_page_says_that_older_lines_have_left(client):
    run = factories.run(status="succeeded", ended_at=clock.now(), purged_at=clock.now())
    assert LEFT in html(client.get(f"/admin/opsportal/run/{run.pk}/"))


def test_it_says_nothing_of_it_while_all_lines_are_there(client):
    run = factories.run()
    assert LEFT not in html(client.get(f"/admin/opsportal/run/{run.pk}/"))
