"""What every check declares: a form, a guide, the permissions of its calls."""

import ast
import inspect
import sys

import pytest
from django.http import QueryDict

from opsportal.checks import Read
from opsportal.pages import fields
from tasks.checks import CHECKS
from tests.checks.reading import action

every = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)


def written(check):
    """The calls that stand in its file as `Read("service", "operation", …)`."""
    tree = ast.parse(inspect.getsource(sys.modules[check.gather.__module__]))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Read"]
    return [Read(call.args[0].value, call.args[1].value) for call in calls]


def test_checks_stand_in_the_order_of_their_names():
    names = [check.name for check in CHECKS]

    assert names == sorted(set(names))


@every
def test_a_check_is_named_after_its_file(check):
    assert check.gather.__module__ == f"tasks.checks.{check.name.replace('-', '_')}"


@every
def test_limits_make_a_form_with_a_help_and_bounds(check):
    shown = fields.fields(check.limits, {}, {})

    assert all(field.label != field.name and field.help and field.kind != "json" for field in shown)
    for spec in check.limits.model_json_schema()["properties"].values():
        if spec["type"] in ("integer", "number"):
            assert {"minimum", "exclusiveMinimum"} & set(spec)
            assert "maximum" in spec


@every
def test_what_the_empty_form_says_is_what_the_limits_are_without_one(check):
    typed = QueryDict(mutable=True)
    typed.update({field.name: field.value for field in fields.fields(check.limits, {}, {})})

    assert check.limits(**fields.read(check.limits, typed)) == check.limits()


@every
def test_a_check_says_what_it_is_and_where_its_rule_comes_from(check):
    assert check.title
    assert check.summary.endswith(".")
    assert "AWS docs: " in check.guide


@every
def test_a_check_declares_the_permission_of_each_call_it_names(check):
    assert {action(read.service, read.operation) for read in (*check.reads, *written(check))} <= set(check.permissions)


@every
def test_a_check_asks_for_nothing_twice_and_for_reading_only(check):
    verbs = {name.partition(":")[2] for name in check.permissions}

    assert len(set(check.permissions)) == len(check.permissions)
    assert all(verb.startswith(("Describe", "Get", "List", "BatchGet")) for verb in verbs)


@every
def test_a_check_reads_an_empty_account_within_its_permissions(check, reader):
    limits = check.limits()

    assert [each for each in check.gather(reader, limits) if check.judge(each, limits)] == []
    assert reader.actions <= set(check.permissions)
    assert reader.actions >= {action(read.service, read.operation) for read in check.reads}
