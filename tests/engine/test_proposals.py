"""What guards an environment takes two people, and is never lost or half done."""

import threading

import pytest
from django.contrib.auth.models import Group
from django.db import connection

from opsportal import proposals, rights
from opsportal.errors import Refused
from opsportal.models import Audit, Environment, Proposal
from tests import factories

ROLE = "arn:aws:iam::123456789012:role/ops"


def administrator(**fields):
    return factories.user("view_environment", "change_environment", **fields)


@pytest.fixture
def where():
    return factories.environment(name="dev")


@pytest.fixture
def kim():
    return administrator(username="kim")


@pytest.fixture
def lee():
    return administrator(username="lee")


def edit(where, by, **fields):
    """As the form does it: the row as somebody edited it."""
    edited = Environment.objects.get(pk=where.pk)
    for name, value in fields.items():
        setattr(edited, name, value)
    return proposals.save(edited, by)


def stored(where):
    return Environment.objects.get(pk=where.pk)


def told():
    return list(Audit.objects.filter(action__startswith="proposal.").order_by("pk").values_list("action", flat=True))


def test_what_guards_waits_and_the_rest_is_saved(where, kim, lee):
    made = edit(where, kim, protected=True, role_arn=ROLE, changes_at_once=3)
    assert (stored(where).protected, stored(where).role_arn, stored(where).changes_at_once) == (False, "", 3)
    assert made.changes == {"role_arn": ["", ROLE], "protected": [False, True]}
    assert Audit.objects.get(action="row.change", kind="environment").data == {"changes_at_once": [10, 3]}


def test_an_edit_of_nothing_that_guards_proposes_nothing(where, kim):
    assert edit(where, kim, changes_at_once=3) is None
    assert not Proposal.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("account", "999999999999"),
        ("role_arn", ROLE),
        ("service_role_arn", ROLE),
        ("protected", True),
        ("requester_may_approve", True),
        ("approvals_needed", 2),
    ],
)
def test_another_administrator_applies_each_of_them(where, kim, lee, field, value):
    made = edit(where, kim, **{field: value})
    before = getattr(stored(where), field)
    proposals.apply(made.pk, lee)
    made.refresh_from_db()
    assert (getattr(stored(where), field), made.status, made.decided_by) == (value, "done", lee)
    row = Audit.objects.filter(action="row.change", kind="environment").latest("pk")
    assert (row.who, row.data) == ("lee", {field: [before, value]})
    assert told() == ["proposal.make", "proposal.apply"]


def test_a_group_of_approvers_is_proposed_and_told_by_its_name(where, kim, lee):
    bank = factories.group("bank")
    made = edit(where, kim, approvers=bank)
    proposals.apply(made.pk, lee)
    assert stored(where).approvers == bank
    assert Audit.objects.get(action="proposal.make").data == {"approvers": [None, "bank"]}


def test_the_proposer_can_not_apply_it_while_there_is_another_administrator(where, kim, lee):
    made = edit(where, kim, protected=True)
    with pytest.raises(Refused, match="another administrator has to apply it"):
        proposals.apply(made.pk, kim, "dev")
    assert not stored(where).protected


@pytest.mark.parametrize("role", ["viewer", "operator", "approver"])
def test_no_other_role_applies_rejects_or_proposes(where, kim, lee, role):
    made, other = edit(where, kim, protected=True), factories.user("view_calendar")
    rights.give(role, other, where)
    for act in (proposals.apply, proposals.reject, lambda pk, by: edit(where, by, changes_at_once=3)):
        with pytest.raises(Refused, match="right to change dev"):
            act(made.pk, other)
    assert (stored(where).protected, stored(where).changes_at_once) == (False, 10)


def test_an_administrator_of_this_environment_alone_is_a_second_one(where, kim):
    made, other = edit(where, kim, protected=True), factories.user("view_calendar")
    rights.give("administrator", other, where)
    with pytest.raises(Refused, match="another administrator"):
        proposals.apply(made.pk, kim, "dev")
    proposals.apply(made.pk, other)
    assert stored(where).protected


def test_an_administrator_of_another_environment_is_none_here(where, kim):
    made, other = edit(where, kim, protected=True), factories.user("view_calendar")
    rights.give("administrator", other, factories.environment())
    with pytest.raises(Refused):
        proposals.apply(made.pk, other)
    assert proposals.administrators(where) == {kim.pk}


def test_who_is_alone_types_the_name_and_that_is_on_record(where, kim):
    administrator(is_active=False)
    made = edit(where, kim, protected=True)
    with pytest.raises(Refused, match="Type “dev”"):
        proposals.apply(made.pk, kim, "prod")
    proposals.apply(made.pk, kim, "dev")
    assert stored(where).protected
    assert Audit.objects.get(action="proposal.apply").data == {"protected": [False, True], "typed_name": "dev"}


def test_a_one_person_team_types_the_name_although_there_are_others(kim, lee):
    where = factories.environment(name="dev", requester_may_approve=True)
    made = edit(where, kim, protected=True)
    proposals.apply(made.pk, kim, "dev")
    assert stored(where).protected


def test_the_team_is_not_of_one_person_before_that_is_applied(where, kim, lee):
    made = edit(where, kim, requester_may_approve=True)
    with pytest.raises(Refused, match="another administrator"):
        proposals.apply(made.pk, kim, "dev")


def test_what_was_changed_since_is_not_overwritten(where, kim, lee):
    made = edit(where, kim, approvals_needed=3, protected=True)
    Environment.objects.filter(pk=where.pk).update(approvals_needed=2)
    with pytest.raises(Refused, match="Approvals needed was 1 when this was proposed, and is 2 now"):
        proposals.apply(made.pk, lee)
    made.refresh_from_db()
    assert (stored(where).protected, made.status) == (False, "open")


def test_what_somebody_proposed_who_lost_the_right_is_not_applied(where, kim, lee):
    made = edit(where, kim, protected=True)
    kim.user_permissions.clear()
    with pytest.raises(Refused, match="kim, who proposed this, has no right to change dev any more"):
        proposals.apply(made.pk, lee)
    proposals.reject(made.pk, lee)
    assert not proposals.open_for(where)


def test_a_group_that_is_gone_by_then_is_refused_with_a_sentence(where, kim, lee):
    made = edit(where, kim, approvers=factories.group("bank"), protected=True)
    Group.objects.all().delete()
    with pytest.raises(Refused, match="Reject it and propose again"):
        proposals.apply(made.pk, lee)
    assert (stored(where).protected, proposals.open_for(where).pk) == (False, made.pk)


def test_one_proposal_at_a_time_and_a_second_one_saves_nothing(where, kim, lee):
    edit(where, kim, protected=True)
    with pytest.raises(Refused, match="kim has proposed to change Protected"):
        edit(where, lee, approvals_needed=2, changes_at_once=3)
    assert (stored(where).changes_at_once, Proposal.objects.count()) == (10, 1)


def test_only_who_proposed_it_withdraws_and_only_another_one_rejects(where, kim, lee):
    made = edit(where, kim, protected=True)
    with pytest.raises(Refused, match="withdraw it instead"):
        proposals.reject(made.pk, kim)
    with pytest.raises(Refused, match="Only kim can withdraw"):
        proposals.withdraw(made.pk, lee)
    proposals.withdraw(made.pk, kim)
    assert told() == ["proposal.make", "proposal.withdraw"]
    assert not stored(where).protected


@pytest.mark.parametrize("act", [proposals.apply, proposals.reject])
def test_what_is_decided_stays_decided(where, kim, lee, act):
    made = edit(where, kim, protected=True)
    proposals.reject(made.pk, lee)
    with pytest.raises(Refused, match="decided already: rejected by lee"):
        act(made.pk, lee)
    assert not stored(where).protected


def test_a_failure_half_way_leaves_all_as_it_was(where, kim, lee, monkeypatch):
    made = edit(where, kim, protected=True)
    monkeypatch.setattr(proposals.audit, "record", None)
    with pytest.raises(TypeError):
        proposals.apply(made.pk, lee)
    assert (stored(where).protected, proposals.open_for(where).pk) == (False, made.pk)


def test_of_many_who_decide_at_once_one_does(where, kim, lee):
    made, said = edit(where, kim, protected=True), []

    def decide(act):
        try:
            act(made.pk, lee)
        except Refused as error:
            said.append(error.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=[act]) for act in (proposals.apply, proposals.reject) * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(said), all("decided already" in text for text in said)) == (5, True)
    assert len(told()) == 2
    assert stored(where).protected == (told()[1] == "proposal.apply")


def test_of_many_who_propose_at_once_one_does(where, kim, lee):
    said = []

    def propose(by, count):
        try:
            edit(where, by, approvals_needed=count)
        except Refused as error:
            said.append(error.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=propose, args=[by, count]) for by, count in ((kim, 2), (lee, 3), (kim, 4))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(said), Proposal.objects.count()) == (2, 1)
