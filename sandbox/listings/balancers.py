"""Elastic Load Balancing's listings in pages of at most 400.

AWS docs: DescribeLoadBalancers, DescribeTargetGroups, DescribeListeners and DescribeRules, Elastic Load Balancing API
Reference.
"""

from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.elbv2.exceptions import ValidationError
from moto.elbv2.responses import ELBV2Response

from sandbox.listings import pages
from sandbox.replacing import put

MOST = 400


def _load_balancers(response: Any) -> list[Any]:
    names, arns = response._get_param("Names", []), response._get_param("LoadBalancerArns", [])
    return list(response.elbv2_backend.describe_load_balancers(arns, names))


def _target_groups(response: Any) -> list[Any]:
    names, arns = response._get_param("Names", []), response._get_param("TargetGroupArns", [])
    return list(response.elbv2_backend.describe_target_groups(response._get_param("LoadBalancerArn"), arns, names))


def _rules(response: Any) -> list[Any]:
    listener, arns = response._get_param("ListenerArn"), response._get_param("RuleArns")
    return list(response.elbv2_backend.describe_rules(listener, arns))


def _listeners(whole: Callable[[Any], Any]) -> Callable[[Any], list[Any]]:
    return lambda response: list(whole(response).result["Listeners"])


def _paged(key: str, rows: Callable[[Any], list[Any]]) -> Callable[[Any], ActionResult]:
    def answer(response: Any) -> ActionResult:
        most = pages.within(response._get_int_param("PageSize", MOST), "pageSize", 1, MOST, ValidationError)
        try:
            found, marker = pages.page(rows(response), most, response._get_param("Marker"))
        except pages.BadToken as error:
            raise ValidationError(f"Invalid marker '{error}'") from error
        return ActionResult({key: found, "NextMarker": marker})

    return answer


def replace() -> None:
    put(
        ELBV2Response,
        describe_listeners=_paged("Listeners", _listeners(ELBV2Response.describe_listeners)),
        describe_load_balancers=_paged("LoadBalancers", _load_balancers),
        describe_rules=_paged("Rules", _rules),
        describe_target_groups=_paged("TargetGroups", _target_groups),
    )
