"""Each page in a real browser: nothing from outside, no trouble in the console, nothing too wide or out of reach."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests import factories
from tests.every_page import SIGNED_OUT, addresses, asking_run

LIGHT_AND_WIDE, DARK_AND_NARROW = {}, {"viewport": {"width": 390, "height": 800}, "color_scheme": "dark"}


@pytest.fixture
def asking(transactional_db):
    return asking_run()


def serious(page):
    """What axe finds on the page that keeps somebody from using it. https://github.com/dequelabs/axe-core"""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [(rule["id"], rule["nodes"][0]["html"]) for rule in found if rule["impact"] in ("serious", "critical")]


def watched(page, site):
    """Lists that fill with the requests to other hosts, and with what the console complains of."""
    outside, complaints = [], []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    ours = (site, "data:", "blob:")  # listened to, not intercepted: that would have each page load all files anew
    page.on("request", lambda request: None if request.url.startswith(ours) else outside.append(request.url))
    return outside, complaints


@pytest.mark.parametrize("options", [LIGHT_AND_WIDE, DARK_AND_NARROW], ids=["light and wide", "dark and narrow"])
def test_each_page_is_complete_by_itself_and_keeps_nobody_from_using_it(sign_in, chrome, site, asking, options):
    page, context = sign_in(factories.user(is_superuser=True), **options), chrome.new_context(base_url=site, **options)
    stranger, barred, wide = context.new_page(), [], []
    visits = [(page, path) for path in addresses(asking)] + [(stranger, path) for path in SIGNED_OUT]
    seen = [watched(each, site) for each in (page, stranger)]
    for reader, path in visits:
        reader.goto(path)
        barred += [(path, *each) for each in serious(reader)]
        wide += [path] if reader.evaluate("document.documentElement.scrollWidth > innerWidth") else []
    context.close()
    complaints = [text for _, told in seen for text in told if "404" not in text]
    assert ([each for outside, _ in seen for each in outside], complaints, wide, barred) == ([], [], [], [])
