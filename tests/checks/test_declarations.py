"""What every check says of itself."""

import pytest

from tasks.checks import CHECKS
from tests.checks.answers import action

every = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)


def test_checks_are_sorted_by_name():
    names = [check.name for check in CHECKS]
    assert names == sorted(set(names))


@every
def test_a_check_is_the_file_of_its_name(check):
    assert check.gather.__module__ == f"tasks.checks.{check.name.replace('-', '_')}"


@every
def test_each_limit_has_a_title_and_a_description_and_a_default(check):
    assert check.limits()
    assert all(field.title and field.description for field in check.limits.model_fields.values())


@every
def test_the_guide_names_aws_pages(check):
    assert "AWS docs: " in check.guide


@every
def test_what_is_declared_to_be_read_is_allowed(check):
    assert {action(read.service, read.operation) for read in check.reads} <= set(check.permissions)
