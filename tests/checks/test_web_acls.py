"""Web ACLs that answer 403 to what has to be reachable."""

from dataclasses import replace

import pytest

from tasks import engine
from tasks.checks import waf_blocks_path
from tasks.sweeps import web_acls
from tasks.sweeps.managed_rules import Request
from tasks.sweeps.web_acls import Block, Outcome
from tests import factories
from tests.checks.answers import Answers
from tests.checks.reading import gathered, judged, resource

ADMIN = Request("shop.example.com", "/admin/login")
GROUP = "AWSManagedRulesAdminProtectionRuleSet"
LABEL = "awswaf:managed:aws:admin-protection:AdminProtection_URIPath"
BLOCK = Block("admin", GROUP, "AdminProtection_URIPATH", LABEL)


def managed(override="None", name=GROUP, priority=10, **more):
    statement = {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": name, **more}}
    return {"Name": "admin", "Priority": priority, "Statement": statement, "OverrideAction": {override: {}}}


def path(value, constraint="STARTS_WITH", kind="NONE"):
    transformations = [{"Priority": 0, "Type": kind}]
    where = {"FieldToMatch": {"UriPath": {}}, "PositionalConstraint": constraint, "SearchString": value}
    return {"ByteMatchStatement": where | {"TextTransformations": transformations}}


def rule(action, statement, priority=1):
    return {"Name": f"own-{priority}", "Priority": priority, "Statement": statement, "Action": {action: {}}}


def acl(*rules, default="Allow"):
    return {"Name": "front", "DefaultAction": {default: {}}, "Rules": list(rules)}


def negated(statement):
    return {"NotStatement": {"Statement": statement}}


def count(name):
    return [{"Name": name, "ActionToUse": {"Count": {}}}]


def test_the_admin_group_blocks_an_administrators_path():
    assert web_acls.outcome(acl(managed()), ADMIN) == Outcome("blocked", BLOCK)


@pytest.mark.parametrize(
    "given",
    [
        acl(managed("Count")),
        acl(managed(RuleActionOverrides=count("AdminProtection_URIPATH"))),
        acl(managed(ExcludedRules=[{"Name": "AdminProtection_URIPATH"}])),
        acl(managed(ScopeDownStatement=negated(path(b"/admin")))),
        acl(rule("Allow", path(b"/admin")), managed()),
        acl(managed(name="AWSManagedRulesSQLiRuleSet")),
        acl(),
    ],
    ids=["counted", "overridden", "excluded", "scoped down", "allowed before", "another group", "empty"],
)
def test_what_does_not_block_lets_through(given):
    assert web_acls.outcome(given, ADMIN).verdict == "passed"


def test_an_override_with_the_wrong_case_overrides_nothing():
    given = acl(managed(RuleActionOverrides=count("AdminProtection_URIPath")))
    assert web_acls.outcome(given, ADMIN).verdict == "blocked"


def excepted(key, but):
    label = {"LabelMatchStatement": {"Scope": "LABEL", "Key": key}}
    statement = {"AndStatement": {"Statements": [label, negated(path(but))]}}
    return acl(managed(RuleActionOverrides=count("AdminProtection_URIPATH")), rule("Block", statement, priority=20))


@pytest.mark.parametrize(("but", "verdict"), [(b"/admin", "passed"), (b"/other", "blocked")])
def test_an_exception_by_label_is_followed(but, verdict):
    assert web_acls.outcome(excepted(LABEL, but), ADMIN).verdict == verdict


def test_a_label_with_the_wrong_case_matches_nothing():
    assert web_acls.outcome(excepted(LABEL.upper(), b"/other"), ADMIN).verdict == "passed"


def test_a_scope_that_cannot_be_read_leaves_a_doubt():
    given = acl(managed(ScopeDownStatement={"GeoMatchStatement": {"CountryCodes": ["KR"]}}))
    assert web_acls.outcome(given, ADMIN) == Outcome("blocked", replace(BLOCK, sure=False))


def test_a_rule_that_cannot_be_read_leaves_a_doubt():
    given = acl(rule("Block", {"IPSetReferenceStatement": {"ARN": "arn:ips"}}))
    assert web_acls.outcome(given, ADMIN) == Outcome("passed", by="own-1")


@pytest.mark.parametrize("statement", ["RuleGroupReferenceStatement", "ManagedRuleGroupStatement"])
def test_groups_of_others_leave_a_doubt_unless_they_count(statement):
    told = {"Name": "own", "Priority": 1, "Statement": {statement: {"VendorName": "Else", "Name": "x"}}}
    assert web_acls.outcome(acl(told | {"OverrideAction": {"None": {}}}), ADMIN) == Outcome("passed", by="own")
    assert web_acls.outcome(acl(told | {"OverrideAction": {"Count": {}}}), ADMIN) == Outcome("passed")


def test_an_allow_that_cannot_be_read_makes_a_block_unsure():
    given = acl(rule("Allow", {"IPSetReferenceStatement": {"ARN": "arn:ips"}}), managed())
    assert web_acls.outcome(given, ADMIN).block == replace(BLOCK, sure=False)


def test_a_default_of_block_blocks():
    assert web_acls.outcome(acl(default="Block"), ADMIN).block == Block("Default_Action")


@pytest.mark.parametrize(
    ("statement", "fits"),
    [
        (path(b"/admin"), True),
        (path("L2FkbWlu"), True),  # base64, as it stands in JSON
        (path(b"/ADMIN"), False),
        (path(b"/admin/login", "EXACTLY"), True),
        (path(b"login", "ENDS_WITH"), True),
        (path(b"min/lo", "CONTAINS"), True),
        (path(b"admin", "CONTAINS_WORD"), None),
        ({"OrStatement": {"Statements": [path(b"/x"), path(b"/admin")]}}, True),
        ({"AndStatement": {"Statements": [path(b"/admin"), {"GeoMatchStatement": {}}]}}, None),
        ({"AndStatement": {"Statements": [path(b"/x"), {"GeoMatchStatement": {}}]}}, False),
        ({"RateBasedStatement": {"Limit": 100}}, False),
    ],
)
def test_a_statement_fits_a_request(statement, fits):
    assert web_acls.fits(statement, ADMIN, ()) is fits


@pytest.mark.parametrize(
    ("group", "where", "verdict"),
    [
        ("AWSManagedRulesCommonRuleSet", "/files/app.log", "blocked"),
        ("AWSManagedRulesCommonRuleSet", "/files/app.png", "passed"),
        ("AWSManagedRulesCommonRuleSet", "/" + "a" * 1024, "blocked"),
        ("AWSManagedRulesKnownBadInputsRuleSet", "/web-inf/web.xml", "blocked"),
        (GROUP, "/administration", "passed"),
    ],
)
def test_documented_patterns_are_known(group, where, verdict):
    assert web_acls.outcome(acl(managed(name=group)), Request("shop.example.com", where)).verdict == verdict


ADDRESS = "https://shop.example.com/admin/login"
FACTS = waf_blocks_path.Facts(resource("arn:lb", name="shop"), "front", ((ADDRESS, Outcome("blocked", BLOCK)),))


def test_a_blocked_address_is_found_with_the_smallest_exception():
    found = judged(waf_blocks_path, FACTS)
    assert "front blocks https://shop.example.com/admin/login by AWSManagedRulesAdminProtectionRuleSet" in found.detail
    assert "override AdminProtection_URIPATH alone to Count" in found.advice
    assert LABEL in found.advice


def test_a_path_that_is_meant_to_be_blocked_is_left_out():
    assert judged(waf_blocks_path, FACTS, expected=["/admin"]) is None


@pytest.mark.parametrize(
    ("outcome", "severity"),
    [(None, "low"), (Outcome("passed", by="own-1"), "low"), (Outcome("blocked", replace(BLOCK, sure=False)), "medium")],
    ids=["nowhere", "doubt", "perhaps"],
)
def test_what_is_not_known_is_told(outcome, severity):
    assert judged(waf_blocks_path, replace(FACTS, outcomes=((ADDRESS, outcome),))).severity == severity


def test_an_address_that_gets_through_is_well():
    assert judged(waf_blocks_path, replace(FACTS, outcomes=((ADDRESS, Outcome("passed")),))) is None


def front(**more):
    balancer = {"LoadBalancerArn": "arn:lb", "LoadBalancerName": "shop", "Type": "application"}
    return {
        ("route53", "list_hosted_zones"): {"HostedZones": [{"Name": "example.com.", "Id": "/hostedzone/Z1"}]},
        ("route53", "list_resource_record_sets"): {"ResourceRecordSets": []},
        ("elbv2", "describe_load_balancers"): {"LoadBalancers": [balancer | {"DNSName": "Shop-1.elb.amazonaws.com"}]},
        ("elbv2", "describe_listeners"): {"Listeners": [{"ListenerArn": "arn:listener"}]},
        ("elbv2", "describe_rules"): {"Rules": []},
        ("wafv2", "get_web_acl_for_resource"): {"WebACL": acl(managed())},
    } | more


ALIAS = {"Name": "shop.example.com.", "Type": "A", "AliasTarget": {"DNSName": "dualstack.shop-1.elb.amazonaws.com."}}
HOSTS = {"Conditions": [{"Field": "host-header", "HostHeaderConfig": {"Values": ["*.example.com"]}}]}


@pytest.mark.parametrize(
    ("address", "given"),
    [
        ("https://shop-1.elb.amazonaws.com/admin", {}),
        (ADDRESS, {("route53", "list_resource_record_sets"): {"ResourceRecordSets": [ALIAS]}}),
        (ADDRESS, {("elbv2", "describe_rules"): {"Rules": [HOSTS]}}),
    ],
    ids=["its own name", "an alias", "a host rule"],
)
def test_an_address_is_followed_to_its_load_balancer(address, given):
    (facts,) = gathered(waf_blocks_path, Answers(front() | given, probes=(address,)))
    assert (facts.resource.id, facts.outcomes) == ("arn:lb", ((address, Outcome("blocked", BLOCK)),))


def test_a_load_balancer_without_a_web_acl_lets_all_through():
    given = front() | {("wafv2", "get_web_acl_for_resource"): {}}
    (facts,) = gathered(waf_blocks_path, Answers(given, probes=("https://shop-1.elb.amazonaws.com/admin",)))
    assert judged(waf_blocks_path, facts) is None


def test_a_host_that_nothing_answers_at_is_told():
    (facts,) = gathered(waf_blocks_path, Answers(front(), probes=(ADDRESS,)))
    assert "not known" in judged(waf_blocks_path, facts).detail


def test_a_distribution_is_looked_at_in_us_east_1():
    told = {"ARN": "arn:d", "DomainName": "d1.cloudfront.net", "Aliases": {"Items": ["shop.example.com"]}}
    told["WebACLId"] = "arn:aws:wafv2:us-east-1:1:global/webacl/front/id-1"
    given = front() | {
        ("cloudfront", "list_distributions"): {"DistributionList": {"Items": [told]}},
        ("wafv2", "get_web_acl"): {"WebACL": acl(managed())},
    }
    reader = Answers(given, region="us-east-1", regions=("eu-central-1", "us-east-1"), probes=(ADDRESS,))
    assert [facts.resource.id for facts in gathered(waf_blocks_path, reader)] == ["arn:d"]


@pytest.mark.django_db
def test_the_lines_of_an_environment_are_its_addresses():
    where = factories.environment(probes=f"{ADDRESS}\nhttps://www.example.com/\n")
    facts = engine.environment_facts(factories.run(environment=where))
    assert facts.probes == (ADDRESS, "https://www.example.com/")


def test_without_declared_addresses_nothing_is_read():
    reader = Answers(front())
    assert (gathered(waf_blocks_path, reader), reader.calls) == ([], [])
