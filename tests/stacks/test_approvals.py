"""Questions: when they are asked, what is shown, and that exactly what was approved is executed."""

from types import SimpleNamespace

import pytest

from opsportal.contexts import Ask, digest
from opsportal.errors import StepFailed
from tasks.stacks import review
from tasks.stacks.changes import Change
from tests.stacks.templates import one, resource, template

BUCKET = template(Store=resource("AWS::S3::Bucket", BucketName={"Fn::Sub": "a-${AWS::StackName}"}))
RENAMED = BUCKET.replace("a-$", "b-$")


def test_a_question_names_all_that_would_lose_its_data():
    job = SimpleNamespace(wanted=SimpleNamespace(name="dev-web"))
    lost = [Change(name, "AWS::S3::Bucket", "replace", stateful=True) for name in ("A", "B")]

    assert review.question(job, lost) == "Change dev-web: 2 to replace? A, B would lose what they hold."


def test_a_protected_environment_asks_before_anything_is_created(protected):
    asked = protected.want(one()).run()

    assert isinstance(asked, Ask)
    assert asked.shown["counts"]["add"] == 1
    assert asked.shown["changes"][0]["id"] == "Topic"
    assert "ExecuteChangeSet" not in protected.ledger.calls()


def test_what_was_approved_is_executed(protected):
    asked = protected.want(one()).run()
    protected.say_to(asked, approved=True)

    done = protected.run()

    assert done.output["status"] == "CREATE_COMPLETE"
    assert protected.stack()["ChangeSetId"] == asked.shown["change_set"]


def test_the_same_question_is_asked_until_it_is_answered(protected):
    first = protected.want(one()).run()

    assert digest(protected.run().shown) == digest(first.shown)


def test_an_answer_to_something_else_is_no_answer(protected):
    protected.want(one()).run()
    protected.say_to(Ask("?", {"stack": "other"}), approved=True)

    assert isinstance(protected.run(), Ask)


@pytest.mark.parametrize(("expired", "words"), [(False, "rejected by bea: “too late”"), (True, "nobody approved it")])
def test_after_a_no_nothing_is_left(protected, expired, words):
    asked = protected.want(one()).run()
    protected.say_to(asked, approved=False, reason="too late", expired=expired)

    with pytest.raises(StepFailed, match=words):
        protected.run()

    assert not protected.exists()


def test_after_a_no_an_existing_stack_stays_without_the_change_set(protected):
    asked = protected.want(one()).run()
    protected.say_to(asked, approved=True)
    protected.run()
    later = protected.next().want(one("two"))
    later.say_to(later.run(), approved=False, reason="no")

    with pytest.raises(StepFailed, match="rejected by bea"):
        later.run()

    assert later.change_sets() == []
    assert later.exists()


def test_a_no_does_not_touch_what_somebody_executed_by_hand(protected):
    asked = protected.want(one()).run()
    protected.client().execute_change_set(ChangeSetName=asked.shown["change_set"])
    protected.say_to(asked, approved=False, reason="no")

    with pytest.raises(StepFailed, match="rejected"):
        protected.run()

    assert protected.ledger.calls() == ["CreateChangeSet"]


def test_somebody_elses_change_set_on_the_same_new_stack_survives_a_no(protected):
    asked = protected.want(one()).run()
    protected.client().create_change_set(
        StackName=protected.input["stack"], ChangeSetName="theirs", ChangeSetType="CREATE", TemplateBody=one("theirs")
    )
    protected.say_to(asked, approved=False, reason="no")

    with pytest.raises(StepFailed):
        protected.run()

    assert protected.change_sets() == ["theirs"]


def test_a_change_set_that_vanished_is_made_and_asked_again(protected):
    asked = protected.want(one()).run()
    protected.client().delete_change_set(ChangeSetName=asked.shown["change_set"])
    protected.say_to(asked, approved=True)

    again = protected.run()

    assert isinstance(again, Ask)
    assert again.shown["change_set"] != asked.shown["change_set"]


def test_a_stale_change_set_is_made_and_asked_again(protected):
    asked = protected.want(one()).run()
    protected.say_to(asked, approved=True)
    protected.run()
    later = protected.next().want(one("two"))
    stale = later.run()
    later.client().update_stack(StackName=later.input["stack"], TemplateBody=one("theirs"))
    later.say_to(stale, approved=True)

    again = later.run()

    assert isinstance(again, Ask)
    assert again.shown["change_set"] != stale.shown["change_set"]


def test_replacing_a_stateful_resource_asks_anywhere(step):
    step.want(BUCKET).run()

    asked = step.next().want(RENAMED).run()

    assert isinstance(asked, Ask)
    assert "Store would lose what it holds" in asked.question
    assert asked.shown["changes"][0]["risk"] == "replace"
    assert asked.shown["changes"][0]["details"][0]["property"] == "BucketName"


def test_removing_a_stateful_resource_asks_anywhere(step):
    step.want(template(Store=resource("AWS::S3::Bucket"), Topic=resource("AWS::SNS::Topic"))).run()

    asked = step.next().want(template(Topic=resource("AWS::SNS::Topic"))).run()

    assert (asked.shown["changes"][0]["risk"], asked.shown["changes"][0]["stateful"]) == ("remove", True)


def test_removing_a_stateful_resource_that_is_kept_does_not_ask(step):
    kept = resource("AWS::S3::Bucket", DeletionPolicy="Retain")
    step.want(template(Store=kept, Topic=resource("AWS::SNS::Topic"))).run()

    done = step.next().want(template(Topic=resource("AWS::SNS::Topic"))).run()

    assert done.output["changes"]["remove"] == 1


def test_deleting_what_a_failed_creation_left_is_asked_for_in_a_protected_environment(sandbox, protected):
    sandbox.fault("fail_resource", logical_id="Topic", count=1)
    protected.say_to(protected.want(one()).run(), approved=True)
    with pytest.raises(StepFailed):
        protected.run()
    protected.retry()

    asked = protected.run()

    assert asked.shown["delete"]
    protected.say_to(asked, approved=False, reason="look first")
    with pytest.raises(StepFailed, match=r"was left as it is: rejected by bea: “look first”\."):
        protected.run()
    assert "DeleteStack" not in protected.ledger.calls()
