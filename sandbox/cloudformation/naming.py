"""Ids, ARNs and generated names in AWS's form."""

import random
import string
from uuid import uuid4

from sandbox.cloudformation.records import Place

ALPHABET = string.ascii_letters + string.digits
LONGEST = {
    "AWS::ElasticLoadBalancingV2::LoadBalancer": 32,
    "AWS::ElasticLoadBalancingV2::TargetGroup": 32,
    "AWS::IAM::Role": 64,
    "AWS::RDS::DBInstance": 63,
    "AWS::S3::Bucket": 63,
}
SHORT = tuple(f"AWS::ApiGatewayV2::{kind}" for kind in ("Api", "Integration", "Route", "VpcLink"))
LOWER = (
    "AWS::ECR::Repository",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::RDS::DBInstance",
    "AWS::RDS::DBSubnetGroup",
    "AWS::S3::Bucket",
)
SERVICES = {
    "ElasticLoadBalancingV2": "elasticloadbalancing",
    "CertificateManager": "acm",
    "SecretsManager": "secretsmanager",
}


def stack_id(place: Place, name: str) -> str:
    return f"arn:aws:cloudformation:{place.region}:{place.account}:stack/{name}/{uuid4()}"


def change_set_id(place: Place, name: str) -> str:
    return f"arn:aws:cloudformation:{place.region}:{place.account}:changeSet/{name}/{uuid4()}"


def random_part(length: int = 12) -> str:
    return "".join(random.choices(ALPHABET, k=length))


def physical(stack_name: str, logical_id: str, resource_type: str) -> str:
    """`<stack>-<LogicalId>-<12 random>`, cut and lowered where the service wants it so."""
    if resource_type in SHORT:
        return random_part(10).lower()
    suffix = f"-{random_part()}"
    longest = LONGEST.get(resource_type, 255)
    name = f"{stack_name}-{logical_id}"[: longest - len(suffix)].rstrip("-") + suffix
    return name.lower() if resource_type in LOWER else name


def service_of(resource_type: str) -> str:
    parts = resource_type.split("::")
    return SERVICES.get(parts[1], parts[1].lower()) if len(parts) > 1 else "custom"


def arn(place: Place, resource_type: str, name: str) -> str:
    kind = resource_type.split("::")[-1].lower()
    return f"arn:aws:{service_of(resource_type)}:{place.region}:{place.account}:{kind}/{name}"
