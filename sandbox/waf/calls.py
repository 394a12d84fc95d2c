"""DescribeManagedRuleGroup, ListAvailableManagedRuleGroups and UpdateWebACL. AWS WAF API Reference."""

from collections.abc import Callable
from typing import Any

from moto.wafv2.models import GLOBAL_REGION, wafv2_backends

from sandbox.cloudformation.errors import Refused
from sandbox.cloudformation.records import Json
from sandbox.cloudformation.requests import Request
from sandbox.paging import page
from sandbox.waf import sampling
from sandbox.waf.catalogue import COUNTING, GROUPS

MOST = 100
MISSING = "AWS WAF couldn’t perform the operation because your resource doesn’t exist."
LOCKED = "AWS WAF couldn’t save your changes because someone changed the resource after you started to edit it. "
LOCKED += "Reapply your changes."
# members that an update removes when it leaves them out, as moto's rows name them
REPLACED = {
    "AssociationConfig": "association_config",
    "CaptchaConfig": "captcha_config",
    "ChallengeConfig": "challenge_config",
    "CustomResponseBodies": "custom_response_bodies",
    "TokenDomains": "token_domains",
}


def describe_managed_rule_group(request: Request) -> Json:
    group = GROUPS.get(request.get("Name", ""))
    if request.get("VendorName") != "AWS" or group is None:
        raise Refused("WAFNonexistentItemException", MISSING)
    actions: dict[str, Json] = {rule: {"Count" if rule in COUNTING else "Block": {}} for rule in group.rules}
    return {
        "Capacity": group.capacity,
        "Rules": [{"Name": rule, "Action": action} for rule, action in actions.items()],
        "LabelNamespace": group.prefix,
        "AvailableLabels": [{"Name": group.label(rule)} for rule in group.rules],
        "ConsumedLabels": [],
    }


def list_available_managed_rule_groups(request: Request) -> Json:
    found = [
        {"VendorName": "AWS", "Name": group.name, "VersioningSupported": False, "Description": group.description}
        for group in GROUPS.values()
    ]
    marker = request.get("NextMarker")
    return page(found, "ManagedRuleGroups", int(request.get("Limit", MOST)), marker, _bad_marker, "NextMarker")


def _bad_marker(text: str) -> Refused:
    return Refused("WAFInvalidParameterException", f"Error reason: {text}, field: NEXT_MARKER, parameter: NextMarker")


def update_web_acl(request: Request) -> Json:
    """Replaces everything: moto keeps the old rules when there are no new ones."""
    acl = _web_acl(request)
    if acl.lock_token != request.get("LockToken"):
        raise Refused("WAFOptimisticLockException", LOCKED)
    names = ("Name", "Id", "DefaultAction", "Rules", "Description", "VisibilityConfig", "LockToken")
    other = ("CustomResponseBodies", "CaptchaConfig", "ChallengeConfig", "TokenDomains", "AssociationConfig")
    given = [request.get(name) for name in (*names, *other)]
    token = _backend(request).update_web_acl(*given)
    acl.rules = acl.rules if request.get("Rules") else []
    for member, attribute in REPLACED.items():
        setattr(acl, attribute, request.get(member))
    acl.description = request.get("Description", "")
    return {"NextLockToken": token}


def _backend(request: Request) -> Any:
    region = GLOBAL_REGION if request.get("Scope") == "CLOUDFRONT" else request.place.region
    return wafv2_backends[request.place.account][region]


def _web_acl(request: Request) -> Any:
    name, ident = request.get("Name"), request.get("Id")
    for acl in _backend(request).wacls.values():
        if (acl.name, acl.id) == (name, ident):
            return acl
    raise Refused("WAFNonexistentItemException", MISSING)


ACTIONS: dict[str, Callable[[Request], Json]] = {
    "DescribeManagedRuleGroup": describe_managed_rule_group,
    "GetSampledRequests": sampling.get_sampled_requests,
    "ListAvailableManagedRuleGroups": list_available_managed_rule_groups,
    "UpdateWebACL": update_web_acl,
}
