"""What the pages say of files, tests and variables is so."""

import re

import pytest

from config.env import ROOT
from tests.docs import pages

every = pytest.mark.parametrize("page", pages.PAGES, ids=pages.name)


@every
def test_links_lead_to_files_and_headings_that_exist(page):
    for target, heading in pages.links(page):
        assert target.exists(), target
        assert not heading or heading in pages.headings(target), f"{target}#{heading}"


@every
def test_paths_that_are_named_exist(page):
    for path in pages.named_paths(page):
        assert list(ROOT.glob(path.rstrip("/"))), path


@every
def test_tests_that_are_named_exist(page):
    assert pages.named_tests(page) - pages.all_tests() == set()


def test_the_table_of_environment_variables_is_that_of_the_code():
    page = (ROOT / "docs/operate.md").read_text()
    assert re.findall(r"^\| `[A-Z_]+` \|.*$", page, re.MULTILINE) == pages.env_rows()


def test_doctors_table_has_each_of_its_checks():
    source = (ROOT / "config/doctor.py").read_text()
    checks = dict.fromkeys(re.findall(r'(?:Finding|pulse)\("([\w ]+)"', source))
    table = (ROOT / "docs/operate.md").read_text().partition("## Doctor")[2].partition("## Logs")[0]
    assert re.findall(r"^\| ([\w ]+?) \|", table, re.MULTILINE)[1:] == list(checks)


def test_every_page_of_docs_is_linked_from_the_readme():
    linked = {target for target, _ in pages.links(ROOT / "README.md")}
    assert set(ROOT.glob("docs/*.md")) - linked == set()


def test_the_screenshot_is_small_enough_for_a_slow_line():
    assert (ROOT / "docs/run.png").stat().st_size < 300_000
