"""What the pages say of files, tests and variables is so."""

import re

import pytest
import yaml

from config.env import ROOT
from opsportal.cli import errors, main
from tests.docs import pages
from tests.services.__main__ import TESTS

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
    assert pages.named_tests(page) - pages.all_tests().keys() == set()


def test_the_tests_of_each_invariant_run_on_servers_too():
    """But those that need no rows, and the browser's, which look at what tests/live looks at on servers."""
    table = (ROOT / "docs/design.md").read_text().partition("## Invariants")[2].partition("\n## ")[0]
    named, modules = set(re.findall(r"`(test_\w+)`", table)), pages.all_tests()
    elsewhere = {name for name in named if modules[name][0].parts[1] in ("stacks", "browser")}
    run = {name for name in named for module in modules[name] if on_servers(module, name)}
    assert len(named) > 50
    assert named - run - elsewhere == set()


def on_servers(module, test):
    return f"{module}::{test}" in TESTS or any(module.is_relative_to(each) for each in TESTS)


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


def test_the_page_of_ci_has_each_input_of_the_action_and_each_exit_code():
    page = (ROOT / "docs/ci.md").read_text()
    action = yaml.safe_load((ROOT / ".github/actions/opsportal/action.yml").read_text())
    rows = "".join(re.findall(r"^\| (`\w+`.*?) \|", page, re.MULTILINE))
    assert set(re.findall(r"`(\w+)`", rows)) == set(action["inputs"])
    codes = {value for name, value in vars(errors).items() if name.isupper()}
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)} == codes
    assert all(f"  {code} " in main.EPILOG for code in codes)
