"""Changes by risk."""

import pytest

from tasks.aws.cloudformation_types import Detail, ResourceChange
from tasks.stacks.changes import additions, as_json, classify, counts, sentence
from tasks.stacks.template import Resource


def change(action="Modify", kind="AWS::SNS::Topic", replacement="", policy="", details=(), name="A"):
    return ResourceChange(action, name, "", kind, replacement, policy, tuple(details))


def one(change_, before=None, after=None):
    return classify([change_], before or {}, after or {})[0]


RISKS = [
    ("Add", "", "add"),
    ("Import", "", "add"),
    ("Modify", "False", "modify"),
    ("Modify", "", "modify"),
    ("Modify", "True", "replace"),
    ("Modify", "Conditional", "replace"),
    ("Remove", "", "remove"),
    ("Dynamic", "", "replace"),
    ("SyncWithActual", "", "modify"),
]


@pytest.mark.parametrize(("action", "replacement", "risk"), RISKS)
def test_each_action_has_its_risk(action, replacement, risk):
    assert one(change(action, replacement=replacement)).risk == risk


ALARMS = [
    ("Add", "", "", "AWS::RDS::DBInstance", False),
    ("Modify", "False", "", "AWS::RDS::DBInstance", False),
    ("Modify", "True", "ReplaceAndDelete", "AWS::RDS::DBInstance", True),
    ("Modify", "True", "ReplaceAndRetain", "AWS::RDS::DBInstance", True),
    ("Modify", "Conditional", "", "AWS::RDS::DBInstance", True),
    ("Remove", "", "Delete", "AWS::S3::Bucket", True),
    ("Remove", "", "Snapshot", "AWS::RDS::DBInstance", True),
    ("Remove", "", "Retain", "AWS::S3::Bucket", False),
    ("Remove", "", "Delete", "AWS::SNS::Topic", False),
    ("Modify", "True", "ReplaceAndDelete", "AWS::ECS::TaskDefinition", False),
    ("Remove", "", "Delete", "AWS::CloudFormation::Stack", True),
]


@pytest.mark.parametrize(("action", "replacement", "policy", "kind", "alarming"), ALARMS)
def test_what_could_lose_data_is_alarming(action, replacement, policy, kind, alarming):
    assert one(change(action, kind, replacement, policy)).alarming is alarming


def test_a_policy_the_change_set_does_not_tell_is_read_from_the_template_before():
    kept = Resource("AWS::S3::Bucket", "Retain", "", "")

    assert not one(change("Remove", "AWS::S3::Bucket"), before={"A": kept}).alarming


def test_the_policy_of_a_replacement_is_that_of_the_new_template():
    kept = Resource("AWS::S3::Bucket", "", "Snapshot", "")

    assert one(change("Modify", "AWS::S3::Bucket", "True"), after={"A": kept}).policy == "Snapshot"


def test_the_riskiest_come_first_and_stateful_ones_before_others():
    listed = classify(
        [
            change("Add", name="Added"),
            change("Remove", name="Gone"),
            change("Remove", "AWS::S3::Bucket", name="Lost"),
            change("Modify", replacement="True", name="New"),
        ],
        {},
        {},
    )

    assert [each.id for each in listed] == ["Lost", "Gone", "New", "Added"]


def test_a_property_that_comes_twice_is_shown_once_with_the_worse_effect():
    details = [Detail("Name", "a", "b", "Never"), Detail("Name", "a", "b", "Always")]

    shown = as_json(one(change(replacement="True", details=details)))

    assert shown["details"] == [{"property": "Name", "recreation": "Always", "before": "a", "after": "b"}]


def test_values_that_are_not_known_are_left_out():
    shown = as_json(one(change(details=[Detail("Name", None, "b", "Never")])))

    assert shown["details"] == [{"property": "Name", "recreation": "Never", "after": "b"}]


def test_what_is_not_certain_is_marked():
    assert as_json(one(change(replacement="Conditional")))["certain"] is False


def test_a_sentence_counts_them():
    listed = classify([change("Add"), change("Add", name="B"), change("Remove", name="C")], {}, {})

    assert sentence(listed) == "2 to add, 1 to remove"
    assert counts(listed) == {"add": 2, "modify": 0, "replace": 0, "remove": 1}
    assert sentence([]) == "nothing"


def test_a_stack_that_is_not_there_adds_every_resource():
    listed = additions(
        {"B": Resource("AWS::S3::Bucket", "", "", ""), "A": Resource("AWS::SNS::Topic", "", "", "Wanted")},
        {"Wanted": True},
    )

    assert [(each.id, each.risk, each.stateful) for each in listed] == [("A", "add", False), ("B", "add", True)]


def test_a_resource_whose_condition_does_not_hold_is_not_added():
    assert additions({"A": Resource("AWS::SNS::Topic", "", "", "Wanted")}, {"Wanted": False}) == []


@pytest.mark.parametrize("holding", [{"Wanted": None}, {}])
def test_a_resource_whose_condition_can_not_be_told_may_be_added(holding):
    listed = additions(
        {"A": Resource("AWS::SNS::Topic", "", "", "Wanted"), "B": Resource("AWS::SNS::Topic", "", "", "")}, holding
    )

    assert sentence(listed) == "1 to add, 1 may be added"
    assert counts(listed)["add"] == 2
    assert as_json(listed[0])["certain"] is False
    assert as_json(listed[0])["details"] == [
        "It may be added: whether condition Wanted holds is known only at the deployment."
    ]
