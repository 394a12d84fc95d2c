import urllib.request

import pytest


@pytest.mark.parametrize("path", ["", "page.css", "page.js", "kit.js", "mrkdwn.js"])
def test_the_page_and_its_files_are_served(slack, path):
    with urllib.request.urlopen(f"{slack.url}/{path}") as answer:
        assert (answer.status, b"https://" in answer.read()) == (200, False)
