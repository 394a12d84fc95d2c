from tests.sandbox.account import refused, resource, template

NETWORK = {"Value": {"Ref": "Topic"}, "Export": {"Name": "network"}}


def exporting(**properties):
    return template(outputs={"Network": NETWORK}, Topic=resource("AWS::SNS::Topic", **properties))


def importing():
    return template(Topic=resource("AWS::SNS::Topic", DisplayName={"Fn::ImportValue": "network"}))


def both(account):
    """An exporting stack and one that imports from it."""
    account.deploy(exporting(TopicName="a"), stack="base")
    account.create(importing(), stack="user")


def reasons(account, stack):
    return [reason for logical_id, _, reason in account.events(stack) if logical_id == stack]


def test_an_export_of_a_change_set_can_be_imported(account):
    both(account)
    assert account.stack("user")["StackStatus"] == "CREATE_COMPLETE"
    exports = account.cloudformation.list_exports()["Exports"]
    assert [(e["Name"], e["Value"]) for e in exports] == [("network", account.physical_id("Topic", "base"))]
    assert account.cloudformation.list_imports(ExportName="network")["Imports"] == ["user"]


def test_a_missing_export_rolls_back(account):
    assert account.create(importing())["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "No export named network found. Rollback requested by user." in reasons(account, "app")


def test_a_duplicate_export_rolls_back(account):
    account.create(exporting(), stack="base")
    assert account.create(exporting())["StackStatus"] == "ROLLBACK_COMPLETE"
    wanted = "Export with name network is already exported by stack base. Rollback requested by user."
    assert wanted in reasons(account, "app")


def test_a_used_export_cannot_change(account):
    both(account)
    assert account.update(exporting(TopicName="b"), stack="base")["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "Export network cannot be updated as it is in use by user" in reasons(account, "base")


def test_a_used_export_cannot_be_removed(account):
    both(account)
    account.update(template(Topic=resource("AWS::SNS::Topic", TopicName="a", DisplayName="x")), stack="base")
    assert "Export network cannot be deleted as it is in use by user" in reasons(account, "base")


def test_a_stack_with_a_used_export_stays(account):
    both(account)
    stack = account.delete(account.stack("base")["StackId"])
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert stack["StackStatusReason"] == "Delete canceled. Cannot delete export network as it is in use by user."


def test_an_export_is_free_again_without_its_user(account):
    both(account)
    account.delete(account.stack("user")["StackId"])
    assert account.delete(account.stack("base")["StackId"])["StackStatus"] == "DELETE_COMPLETE"
    assert refused(account.cloudformation.list_imports, ExportName="network")[0] == "ValidationError"
