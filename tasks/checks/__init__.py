"""One file a check; what is named here a sweep can ask."""

from opsportal.checks import Check

from . import (
    alarm_firing,
    alarm_missing,
    api_throttling,
    asg_scaling_policy,
    broker_unsafe,
    burst_too_small,
    credits_run_out,
    ecs_wont_stabilise,
    grace_too_short,
    health_check_mismatch,
    mutable_tag,
    replacement_loop,
    secret_in_plain_sight,
    service_unhealthy,
    ssm_endpoints,
    stack_drift,
    throttle_recycle,
    userdata_no_route,
    waf_blocks_path,
)

CHECKS: tuple[Check, ...] = (
    alarm_firing.CHECK,
    alarm_missing.CHECK,
    api_throttling.CHECK,
    asg_scaling_policy.CHECK,
    broker_unsafe.CHECK,
    burst_too_small.CHECK,
    credits_run_out.CHECK,
    ecs_wont_stabilise.CHECK,
    grace_too_short.CHECK,
    health_check_mismatch.CHECK,
    mutable_tag.CHECK,
    replacement_loop.CHECK,
    secret_in_plain_sight.CHECK,
    service_unhealthy.CHECK,
    ssm_endpoints.CHECK,
    stack_drift.CHECK,
    throttle_recycle.CHECK,
    userdata_no_route.CHECK,
    waf_blocks_path.CHECK,
)
