"""A stack that is as wanted is found without a change set, unless equal text proves nothing."""

from tests.stacks.templates import one, resource, template

REF = {"Ref": "Label"}


def test_a_stack_that_is_as_wanted_takes_one_look_and_no_change(step):
    step.want(one()).run()
    again = step.next()

    done = again.run()

    assert done.unchanged
    assert (again.looks, again.ledger.calls()) == (1, [])
    assert done.output["outputs"]["Name"]


def test_yaml_is_compared_as_it_was_written(step):
    step.want("Resources:\n  Topic: {Type: AWS::SNS::Topic}\n").run()

    assert step.next().run().unchanged
    assert (
        not step.next()
        .want("Resources:\n  Topic: {Type: AWS::SNS::Topic, Properties: {DisplayName: a}}")
        .run()
        .unchanged
    )


def test_a_parameter_with_its_default_value_is_no_change(step):
    body = template({"Label": {"Type": "String", "Default": "x"}}, Topic=resource("AWS::SNS::Topic", DisplayName=REF))
    step.want(body).run()

    assert step.next().want(body, parameters={"Label": "x"}).run().unchanged


def test_equal_text_is_not_trusted_where_a_parameter_is_hidden(step):
    body = template({"Label": {"Type": "String", "NoEcho": True}}, Topic=resource("AWS::SNS::Topic", DisplayName=REF))
    step.want(body, parameters={"Label": "x"}).run()
    again = step.next()

    done = again.run()

    assert done.unchanged
    assert again.ledger.calls() == ["CreateChangeSet", "DeleteChangeSet"]
    assert again.change_sets() == []


def test_termination_protection_of_an_unchanged_stack_is_turned_on_without_a_change_set(step):
    step.want(one()).run()
    later = step.next().want(one(), protect=True)

    done = later.run()

    assert later.ledger.calls() == ["UpdateTerminationProtection"]
    assert not done.unchanged
    assert step.stack()["EnableTerminationProtection"]
