"""AWS WAF: managed rule groups, and web ACLs as they are read and replaced."""

import time

import pytest

from tests.sandbox.account import refused
from tests.sandbox.test_metrics import seed

VISIBLE = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "web"}
ADMIN = "AWSManagedRulesAdminProtectionRuleSet"
ALB = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188"


def managed(name=ADMIN):
    statement = {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": name}}
    return {
        "Name": name,
        "Priority": 1,
        "Statement": statement,
        "OverrideAction": {"None": {}},
        "VisibilityConfig": VISIBLE,
    }


@pytest.fixture
def client(account):
    return account.client("wafv2")


@pytest.fixture
def acl(client):
    asked = {"Name": "web", "Scope": "REGIONAL", "DefaultAction": {"Allow": {}}, "VisibilityConfig": VISIBLE}
    return client.create_web_acl(**asked, Rules=[managed()], Description="old")["Summary"]


def update(client, acl, **given):
    place = {"Name": "web", "Scope": "REGIONAL", "Id": acl["Id"], "LockToken": acl["LockToken"]}
    return client.update_web_acl(**place, DefaultAction={"Allow": {}}, VisibilityConfig=VISIBLE, **given)


def read(client, acl):
    return client.get_web_acl(Name="web", Scope="REGIONAL", Id=acl["Id"])["WebACL"]


def test_admin_protection_has_one_rule_whose_label_is_spelled_otherwise(client):
    found = client.describe_managed_rule_group(VendorName="AWS", Name=ADMIN, Scope="REGIONAL")
    assert found["Rules"] == [{"Name": "AdminProtection_URIPATH", "Action": {"Block": {}}}]
    assert found["AvailableLabels"] == [{"Name": "awswaf:managed:aws:admin-protection:AdminProtection_URIPath"}]
    assert (found["Capacity"], found["LabelNamespace"]) == (100, "awswaf:managed:aws:admin-protection:")


def test_the_common_rules_have_their_labels(client):
    ask = {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet", "Scope": "REGIONAL"}
    labels = {one["Name"].rpartition(":")[2] for one in client.describe_managed_rule_group(**ask)["AvailableLabels"]}
    assert {"NoUserAgent_Header", "BadBots_Header", "SizeRestrictions_QueryString", "GenericLFI_URIPath"} <= labels


def test_an_unknown_group_is_refused(client):
    ask = client.describe_managed_rule_group
    assert refused(ask, VendorName="AWS", Name="None", Scope="REGIONAL")[0] == "WAFNonexistentItemException"


def test_blocked_requests_are_sampled(account, client, acl):
    label = "awswaf:managed:aws:admin-protection:AdminProtection_URIPath"
    rows = [{"uri": "/admin", "rule": "AdminProtection_URIPATH", "labels": [label]}, {"uri": "/old", "minutes": 300}]
    seed(account, "requests", acl=acl["ARN"], metric="web", requests=rows)
    window = {"StartTime": time.time() - 6 * 3600, "EndTime": time.time() + 60}
    place = {"WebAclArn": acl["ARN"], "RuleMetricName": "web", "Scope": "REGIONAL", "MaxItems": 100}
    found = client.get_sampled_requests(**place, TimeWindow=window)
    (one,) = found["SampledRequests"]
    assert (one["Request"]["URI"], one["Action"], one["ResponseCodeSent"]) == ("/admin", "BLOCK", 403)
    assert (one["RuleNameWithinRuleGroup"], one["Labels"]) == ("AdminProtection_URIPATH", [{"Name": label}])
    assert found["TimeWindow"]["StartTime"].timestamp() == pytest.approx(time.time() - 3 * 3600, abs=60)


def test_the_groups_are_listed(client):
    found = client.list_available_managed_rule_groups(Scope="REGIONAL")["ManagedRuleGroups"]
    assert ADMIN in {one["Name"] for one in found}


def test_a_load_balancer_has_its_web_acl_or_none(client, acl):
    assert client.get_web_acl_for_resource(ResourceArn=ALB).get("WebACL") is None
    client.associate_web_acl(WebACLArn=acl["ARN"], ResourceArn=ALB)
    found = client.get_web_acl_for_resource(ResourceArn=ALB)["WebACL"]
    assert [rule["Name"] for rule in found["Rules"]] == [ADMIN]


def test_an_update_replaces_everything(client, acl):
    update(client, acl, Rules=[])
    assert (read(client, acl)["Rules"], read(client, acl)["Description"]) == ([], "")


def test_an_update_needs_the_newest_token(client, acl):
    token = update(client, acl, Rules=[managed()])["NextLockToken"]
    assert refused(update, client, acl)[0] == "WAFOptimisticLockException"
    update(client, acl | {"LockToken": token}, Rules=[managed()])
    assert len(read(client, acl)["Rules"]) == 1
