import pytest

from tests.sandbox.account import refused, resource, template, topic, until, values

NO_CHANGES = "The submitted information didn't contain changes. Submit different information to create a change set."
NAMED = {"Label": {"Type": "String", "Default": "one"}}


def labelled():
    return template(parameters=NAMED, Topic=resource("AWS::SNS::Topic", DisplayName={"Ref": "Label"}))


def test_it_is_made_asynchronously(held):
    held.sandbox.speed(0.5)
    made = held.cloudformation.create_change_set(
        StackName="app", ChangeSetName="first", ChangeSetType="CREATE", TemplateBody=topic()
    )
    first = held.described(made["Id"])
    assert (first["Status"], first["ExecutionStatus"]) == ("CREATE_PENDING", "UNAVAILABLE")
    until(lambda: held.described(made["Id"])["Status"], lambda seen: seen == "CREATE_IN_PROGRESS")
    held.sandbox.speed(5)
    ready = until(lambda: held.described(made["Id"]), lambda seen: seen["Status"] == "CREATE_COMPLETE")
    assert ready["ExecutionStatus"] == "AVAILABLE"


def test_its_stack_waits_for_review(account):
    account.change_set(topic(), kind="CREATE")
    stack = account.stack()
    assert (stack["StackStatus"], stack["StackStatusReason"]) == ("REVIEW_IN_PROGRESS", "User Initiated")


def test_an_added_resource_has_neither_physical_id_nor_details(account):
    assert account.changes(topic(), kind="CREATE")["Topic"] == {
        "Action": "Add",
        "LogicalResourceId": "Topic",
        "ResourceType": "AWS::SNS::Topic",
        "Scope": [],
        "Details": [],
    }


def test_without_changes_it_fails_in_aws_words(account):
    account.deploy(topic())
    found = account.change_set(topic())
    assert (found["Status"], found["StatusReason"], found["Changes"]) == ("FAILED", NO_CHANGES, [])
    code, message, _ = refused(account.cloudformation.execute_change_set, ChangeSetName=found["ChangeSetId"])
    assert code == "InvalidChangeSetStatus"
    assert message == f"ChangeSet [{found['ChangeSetId']}] cannot be executed in its current status of [FAILED]"


def test_a_changed_property_is_a_direct_static_modification(account):
    account.deploy(topic(DisplayName="a"))
    change = account.changes(topic(DisplayName="b"))["Topic"]
    assert (change["Action"], change["Replacement"], change["Scope"]) == ("Modify", "False", ["Properties"])
    target = {"Attribute": "Properties", "Name": "DisplayName", "RequiresRecreation": "Never"}
    assert change["Details"] == [{"Target": target, "Evaluation": "Static", "ChangeSource": "DirectModification"}]
    assert "PolicyAction" not in change


def test_a_create_only_property_replaces(account):
    account.deploy(topic(TopicName="a"))
    change = account.changes(topic(TopicName="b"))["Topic"]
    assert (change["Replacement"], change["PolicyAction"]) == ("True", "ReplaceAndDelete")
    assert change["Details"][0]["Target"]["RequiresRecreation"] == "Always"


def test_a_conditionally_create_only_property_may_replace(account):
    account.deploy(template(Vpc=resource("AWS::EC2::VPC", CidrBlock="10.0.0.0/16", InstanceTenancy="default")))
    body = template(Vpc=resource("AWS::EC2::VPC", CidrBlock="10.0.0.0/16", InstanceTenancy="dedicated"))
    assert account.changes(body)["Vpc"]["Replacement"] == "Conditional"


def test_a_retained_replacement_says_so(account):
    account.deploy(template(Topic=resource("AWS::SNS::Topic", TopicName="a")))
    body = template(Topic=resource("AWS::SNS::Topic", TopicName="b") | {"UpdateReplacePolicy": "Retain"})
    assert account.changes(body)["Topic"]["PolicyAction"] == "ReplaceAndRetain"


def test_a_removed_resource_is_deleted(account):
    account.deploy(template(A=resource("AWS::SNS::Topic"), B=resource("AWS::SNS::Topic")))
    change = account.changes(topic("A"))["B"]
    assert (change["Action"], change["PolicyAction"], change["Details"]) == ("Remove", "Delete", [])
    assert change["PhysicalResourceId"] == account.physical_id("B")


def test_a_parameter_alone_gives_two_details(account):
    account.deploy(labelled())
    details = account.changes(labelled(), Parameters=values(Label="two"))["Topic"]["Details"]
    found = [(d["ChangeSource"], d["Evaluation"], d.get("CausingEntity")) for d in details]
    assert found == [("ParameterReference", "Static", "Label"), ("DirectModification", "Dynamic", None)]


def test_tags_alone_modify_every_resource_that_takes_tags(account):
    account.deploy(topic())
    change = account.changes(topic(), Tags=[{"Key": "team", "Value": "a"}])["Topic"]
    assert (change["Scope"], change["Replacement"]) == (["Tags"], "False")
    assert change["Details"][0]["Target"] == {"Attribute": "Tags", "RequiresRecreation": "Never"}


def test_a_reference_to_a_replaced_resource_is_named_as_cause(account):
    def body(name):
        second = resource("AWS::SNS::Topic", DisplayName={"Ref": "First"})
        return template(First=resource("AWS::SNS::Topic", TopicName=name), Second=second)

    account.deploy(body("a"))
    detail = account.changes(body("b"))["Second"]["Details"][0]
    assert (detail["ChangeSource"], detail["CausingEntity"]) == ("ResourceReference", "First")


def test_property_values_are_shown_when_asked_for(account):
    account.deploy(topic(DisplayName="a"))
    made = account.change_set(topic(DisplayName="b"))
    seen = account.described(made["ChangeSetId"], IncludePropertyValues=True)["Changes"][0]["ResourceChange"]
    target = seen["Details"][0]["Target"]
    assert (target["BeforeValue"], target["AfterValue"], target["Path"]) == ("a", "b", "/Properties/DisplayName")
    assert seen["AfterContext"] == '{"Properties":{"DisplayName":"b"}}'


def test_a_missing_export_is_a_warning(account):
    body = template(Topic=resource("AWS::SNS::Topic", DisplayName={"Fn::ImportValue": "nowhere"}))
    found = account.change_set(body, kind="CREATE")
    assert found["Status"] == "CREATE_COMPLETE"
    assert found["StatusReason"].endswith(
        "ChangeSet creation failed for resource [Topic] because: No export named nowhere"
    )


def test_execution_answers_nothing_and_deletes_the_others(account):
    account.deploy(topic(DisplayName="a"))
    other, chosen = account.change_set(topic(DisplayName="b")), account.change_set(topic(DisplayName="c"))
    answer = account.cloudformation.execute_change_set(ChangeSetName=chosen["ChangeSetId"])
    assert set(answer) == {"ResponseMetadata"}
    gone = refused(account.described, other["ChangeSetId"])
    assert gone == ("ChangeSetNotFound", f"ChangeSet [{other['ChangeSetId']}] does not exist", 404)


def test_an_executed_one_is_complete(account):
    made = account.change_set(topic(), kind="CREATE")
    account.execute(made)
    assert account.described(made["ChangeSetId"])["ExecutionStatus"] == "EXECUTE_COMPLETE"


def test_another_update_makes_it_obsolete(account):
    account.deploy(topic(DisplayName="a"))
    made = account.change_set(topic(DisplayName="b"))
    account.update(topic(DisplayName="c"))
    assert account.described(made["ChangeSetId"])["ExecutionStatus"] == "OBSOLETE"


def test_creating_a_stack_in_review_makes_its_change_set_obsolete(account):
    made = account.change_set(topic(), kind="CREATE")
    assert account.create(topic())["StackStatus"] == "CREATE_COMPLETE"
    assert account.described(made["ChangeSetId"])["ExecutionStatus"] == "OBSOLETE"


def test_it_cannot_be_deleted_while_it_is_made(sandbox, held):
    sandbox.speed(5, change_set_seconds=300)
    made = held.cloudformation.create_change_set(
        StackName="app", ChangeSetName="first", ChangeSetType="CREATE", TemplateBody=topic()
    )
    code, message, _ = refused(held.cloudformation.delete_change_set, ChangeSetName=made["Id"])
    sandbox.speed(5, change_set_seconds=1)
    assert (code, message) == ("InvalidChangeSetStatus", "Cannot delete ChangeSet in status CREATE_PENDING")


def test_a_deleted_one_is_gone_from_the_list(account):
    made = account.change_set(topic(), kind="CREATE")
    account.cloudformation.delete_change_set(ChangeSetName=made["ChangeSetId"])
    assert account.cloudformation.list_change_sets(StackName="app")["Summaries"] == []


def test_the_same_client_token_gives_the_same_one(account):
    given = {"StackName": "app", "ChangeSetName": "one", "ChangeSetType": "CREATE", "TemplateBody": topic()}
    first = account.cloudformation.create_change_set(**given, ClientToken="t1")
    again = account.cloudformation.create_change_set(**given, ClientToken="t1")
    assert again["Id"] == first["Id"]
    assert refused(account.cloudformation.create_change_set, **given, ClientToken="t2")[0] == "AlreadyExistsException"


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("CREATE", "Stack [app] already exists and cannot be created again with the changeSet [second]."),
        ("UPDATE", "Stack [nothing] does not exist"),
    ],
)
def test_the_wrong_type_is_refused(account, kind, message):
    account.deploy(topic())
    name = "app" if kind == "CREATE" else "nothing"
    call = account.cloudformation.create_change_set
    found = refused(call, StackName=name, ChangeSetName="second", ChangeSetType=kind, TemplateBody=topic())
    assert found == ("ValidationError", message, 400)


def test_deleting_by_name_needs_the_stack(account):
    message = "StackName must be specified if ChangeSetName is not specified as an ARN."
    assert refused(account.cloudformation.delete_change_set, ChangeSetName="x")[1] == message
