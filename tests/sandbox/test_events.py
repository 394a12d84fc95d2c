import re

from tests.sandbox.account import resource, template, topic, until

CREATING = ("Topic", "CREATE_IN_PROGRESS", "")
REPLACING = "Requested update requires the creation of a new physical resource; hence creating one."


def two(first, second, needs=()):
    """Two topics, the second depending on nothing unless asked."""
    return template(
        A=resource("AWS::SNS::Topic", metadata={"Sandbox": {"Seconds": first}}, DisplayName=f"{first}"),
        B=resource("AWS::SNS::Topic", needs, {"Sandbox": {"Seconds": second}}, DisplayName=f"{second}"),
    )


def test_a_create_by_change_set(account):
    account.deploy(topic())
    assert account.events() == [
        ("app", "REVIEW_IN_PROGRESS", "User Initiated"),
        ("app", "CREATE_IN_PROGRESS", "User Initiated"),
        CREATING,
        ("Topic", "CREATE_IN_PROGRESS", "Resource creation Initiated"),
        ("Topic", "CREATE_COMPLETE", ""),
        ("app", "CREATE_COMPLETE", ""),
    ]


def test_an_update_in_place(account):
    account.deploy(topic(DisplayName="a"))
    account.deploy(topic(DisplayName="b"), kind="UPDATE")
    assert account.last_events("UPDATE_IN_PROGRESS") == [
        ("app", "UPDATE_IN_PROGRESS", "User Initiated"),
        ("Topic", "UPDATE_IN_PROGRESS", ""),
        ("Topic", "UPDATE_COMPLETE", ""),
        ("app", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", ""),
        ("app", "UPDATE_COMPLETE", ""),
    ]


def test_an_update_with_replacement(account):
    account.deploy(topic(TopicName="a"))
    account.deploy(topic(TopicName="b"), kind="UPDATE")
    assert account.last_events("UPDATE_IN_PROGRESS")[1:-1] == [
        ("Topic", "UPDATE_IN_PROGRESS", REPLACING),
        ("Topic", "UPDATE_IN_PROGRESS", "Resource creation Initiated"),
        ("Topic", "UPDATE_COMPLETE", ""),
        ("app", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", ""),
        ("Topic", "DELETE_IN_PROGRESS", ""),
        ("Topic", "DELETE_COMPLETE", ""),
    ]


def test_a_replacement_shows_the_old_id_then_the_new_then_the_old(account):
    account.deploy(topic(TopicName="a"))
    account.deploy(topic(TopicName="b"), kind="UPDATE")
    found = account.cloudformation.describe_stack_events(StackName="app")["StackEvents"]
    ids = [e["PhysicalResourceId"][-1:] for e in reversed(found) if e["LogicalResourceId"] == "Topic"]
    assert ids == ["", "a", "a", "a", "b", "b", "a", "a"]


def test_a_failed_create_cancels_the_rest_and_rolls_back(account):
    account.sandbox.fault("fail_resource", stack="app", logical_id="A", reason="no more topics")
    account.deploy(two(20, 400))
    assert account.events()[6:] == [
        ("A", "CREATE_FAILED", "no more topics"),
        ("B", "CREATE_FAILED", "Resource creation cancelled"),
        (
            "app",
            "ROLLBACK_IN_PROGRESS",
            "The following resource(s) failed to create: [A, B]. Rollback requested by user.",
        ),
        ("A", "DELETE_IN_PROGRESS", ""),
        ("B", "DELETE_IN_PROGRESS", ""),
        ("A", "DELETE_COMPLETE", ""),
        ("B", "DELETE_COMPLETE", ""),
        ("app", "ROLLBACK_COMPLETE", ""),
    ]


def test_a_resource_that_had_not_begun_gives_no_events(account):
    account.sandbox.fault("fail_resource", stack="app", logical_id="A")
    account.deploy(two(20, 20, needs=["A"]))
    assert "B" not in {logical_id for logical_id, _, _ in account.events()}


def test_a_failed_update_goes_back(account):
    account.deploy(two(20, 20))
    account.sandbox.fault("fail_resource", stack="app", logical_id="A", reason="denied")
    account.deploy(two(10, 400), kind="UPDATE")
    assert account.last_events("UPDATE_IN_PROGRESS")[3:] == [
        ("A", "UPDATE_FAILED", "denied"),
        ("B", "UPDATE_FAILED", "Resource update cancelled"),
        ("app", "UPDATE_ROLLBACK_IN_PROGRESS", "The following resource(s) failed to update: [A, B]."),
        ("A", "UPDATE_IN_PROGRESS", ""),
        ("B", "UPDATE_IN_PROGRESS", ""),
        ("A", "UPDATE_COMPLETE", ""),
        ("B", "UPDATE_COMPLETE", ""),
        ("app", "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", ""),
        ("app", "UPDATE_ROLLBACK_COMPLETE", ""),
    ]


def test_a_new_resource_of_a_failed_update_goes_in_the_cleanup(account):
    account.deploy(topic("A"))
    account.sandbox.fault("fail_resource", stack="app", logical_id="B", reason="denied")
    account.deploy(two(10, 10, needs=["A"]), kind="UPDATE")
    assert account.last_events("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")[1:] == [
        ("B", "DELETE_IN_PROGRESS", ""),
        ("B", "DELETE_COMPLETE", ""),
        ("app", "UPDATE_ROLLBACK_COMPLETE", ""),
    ]


def test_a_cancelled_update_is_user_initiated(held):
    held.deploy(topic(DisplayName="a"))
    change_set = held.change_set(two(1, 100), kind="UPDATE")
    held.cloudformation.execute_change_set(ChangeSetName=change_set["ChangeSetId"])
    held.cloudformation.cancel_update_stack(StackName="app")
    assert held.settled()["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert ("app", "UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated") in held.events()


def test_a_delete_goes_in_reverse_order(account):
    stack = account.deploy(two(10, 10, needs=["A"]))["StackId"]
    account.delete(stack)
    assert account.events(stack)[-6:] == [
        ("app", "DELETE_IN_PROGRESS", "User Initiated"),
        ("B", "DELETE_IN_PROGRESS", ""),
        ("B", "DELETE_COMPLETE", ""),
        ("A", "DELETE_IN_PROGRESS", ""),
        ("A", "DELETE_COMPLETE", ""),
        ("app", "DELETE_COMPLETE", ""),
    ]


def test_a_failed_delete_names_what_is_left(account):
    stack = account.deploy(topic())["StackId"]
    account.sandbox.fault("fail_resource", stack="app", logical_id="Topic", during="delete", reason="in use")
    found = account.delete(stack)
    assert found["StackStatus"] == "DELETE_FAILED"
    assert found["StackStatusReason"] == "The following resource(s) failed to delete: [Topic]. "
    assert ("Topic", "DELETE_FAILED", "in use") in account.events()


def test_an_unchanged_resource_gives_no_events(account):
    account.deploy(template(A=resource("AWS::SNS::Topic"), B=resource("AWS::SNS::Topic", DisplayName="a")))
    account.deploy(
        template(A=resource("AWS::SNS::Topic"), B=resource("AWS::SNS::Topic", DisplayName="b")), kind="UPDATE"
    )
    assert "A" not in {logical_id for logical_id, _, _ in account.last_events("UPDATE_IN_PROGRESS")}


def test_they_are_paged_by_a_hundred_newest_first(account):
    account.create(template(**{f"T{n}": resource("AWS::SNS::Topic") for n in range(40)}))
    first = account.cloudformation.describe_stack_events(StackName="app")
    rest = account.cloudformation.describe_stack_events(StackName="app", NextToken=first["NextToken"])
    assert (len(first["StackEvents"]), len(rest["StackEvents"])) == (100, 22)
    times = [e["Timestamp"] for e in first["StackEvents"] + rest["StackEvents"]]
    assert times == sorted(times, reverse=True)
    assert "NextToken" not in rest


def test_their_ids_are_unique_and_in_aws_form(account):
    account.deploy(topic())
    found = account.cloudformation.describe_stack_events(StackName="app")["StackEvents"]
    ids = [event["EventId"] for event in found]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"Topic-CREATE_\w+-\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z|[-0-9a-f]{36}", i) for i in ids)


def test_they_carry_the_request_token(account):
    account.create(topic(), ClientRequestToken="run-7-step-2")
    found = account.cloudformation.describe_stack_events(StackName="app")["StackEvents"]
    assert {event["ClientRequestToken"] for event in found} == {"run-7-step-2"}


def test_the_token_can_be_left_out(account):
    account.create(topic(), ClientRequestToken="run-7-step-2")
    account.sandbox.fault("omit_request_token", stack="app")
    found = account.cloudformation.describe_stack_events(StackName="app")["StackEvents"]
    assert not any("ClientRequestToken" in event for event in found)


def test_independent_resources_run_side_by_side(held):
    held.sandbox.speed(20)
    held.create(two(10, 10))
    found = held.cloudformation.describe_stack_events(StackName="app")["StackEvents"]
    seconds = (found[0]["Timestamp"] - found[-1]["Timestamp"]).total_seconds()
    assert 0.49 < seconds < 0.52


def test_dependent_resources_run_one_after_the_other(held):
    held.sandbox.speed(20)
    held.create(two(5, 5, needs=["A"]))
    found = held.cloudformation.describe_stack_events(StackName="app")["StackEvents"]
    seconds = (found[0]["Timestamp"] - found[-1]["Timestamp"]).total_seconds()
    assert 0.49 < seconds < 0.52


def test_a_resource_can_be_made_never_to_end(account):
    rule = account.sandbox.fault("never_ends", stack="app", logical_id="Topic")
    account.cloudformation.create_stack(StackName="app", TemplateBody=topic())
    until(account.events, lambda seen: len(seen) == 3)
    assert account.stack()["StackStatus"] == "CREATE_IN_PROGRESS"
    account.sandbox.clear_faults(rule)
    assert account.settled()["StackStatus"] == "CREATE_COMPLETE"
