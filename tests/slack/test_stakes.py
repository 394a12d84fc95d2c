"""What was shown with a question becomes lines by risk; what has another shape is left out, and secrets are hidden."""

import pytest

from opsportal.slack import stakes
from opsportal.slack.seen import StakeSeen

CHANGES = [
    {"id": "Role", "type": "AWS::IAM::Role", "risk": "add"},
    {"id": "Db", "type": "AWS::RDS::DBInstance", "risk": "remove", "stateful": True, "policy": "Delete"},
    {"id": "Key", "type": "AWS::KMS::Key", "risk": "remove", "stateful": True, "policy": "Retain"},
]


def test_the_riskiest_comes_first():
    found, facts = stakes.read({"changes": CHANGES, "change_set": "web-12", "counts": {"add": 1}, "empty": ""})
    assert [(each.what, each.hot) for each in found] == [
        ("Db (AWS::RDS::DBInstance)", True),
        ("Key (AWS::KMS::Key)", False),
        ("Role (AWS::IAM::Role)", False),
    ]
    assert facts == (("Change set", "web-12"),)


def test_a_secret_is_not_shown():
    _found, facts = stakes.read({"password": "hunter2", "note": "token=abcdefgh"})
    assert "hunter2" not in str(facts)
    assert "abcdefgh" not in str(facts)


@pytest.mark.parametrize("shown", [{}, {"changes": None}, {"changes": "all"}, {"changes": [1, {"risk": "odd"}]}])
def test_what_has_another_shape_is_left_out(shown):
    assert stakes.read(shown) == ((), ())


def test_a_change_is_a_line():
    change = StakeSeen("modify", "Web (AWS::ECS::Service)", ("Image: *a* → b", "Tags"))
    assert stakes.line(change) == "✏️ *Modify* `Web (AWS::ECS::Service)` Image: ∗a∗ → b"
    assert stakes.line(change, 2).endswith("b Tags")


def test_kinds_are_counted():
    found, _facts = stakes.read({"changes": CHANGES})
    assert stakes.tally(found) == "2 remove, 1 add; data is at stake in 1 of them"
