"""How long AWS takes for each type of resource, in seconds.

Creates follow the averages of aws-cloudformation/rain, internal/cmd/forecast/estimate.go, and updates mostly; that
table has one second for every delete, so deletes are estimates of our own.
"""

from typing import Any

# type: (create, update, delete)
SECONDS: dict[str, tuple[float, float, float]] = {
    "AWS::ApiGatewayV2::VpcLink": (120, 2, 60),
    "AWS::AutoScaling::AutoScalingGroup": (3, 3, 60),
    "AWS::CertificateManager::Certificate": (239, 2, 5),
    "AWS::CloudFormation::WaitConditionHandle": (1, 1, 1),
    "AWS::CloudFront::Distribution": (266, 164, 180),
    "AWS::CloudWatch::Alarm": (2, 2, 1),
    "AWS::CodeDeploy::Application": (1, 1, 1),
    "AWS::CodeDeploy::DeploymentGroup": (20, 9, 2),
    "AWS::DynamoDB::Table": (15, 10, 10),
    "AWS::EC2::EIP": (17, 2, 5),
    "AWS::EC2::Instance": (16, 16, 30),
    "AWS::EC2::InternetGateway": (17, 16, 2),
    "AWS::EC2::LaunchTemplate": (6, 2, 1),
    "AWS::EC2::NatGateway": (106, 2, 50),
    "AWS::EC2::Route": (2, 2, 2),
    "AWS::EC2::RouteTable": (12, 11, 2),
    "AWS::EC2::SecurityGroup": (6, 2, 2),
    "AWS::EC2::Subnet": (4, 10, 2),
    "AWS::EC2::VPC": (12, 2, 2),
    "AWS::EC2::VPCEndpoint": (47, 11, 30),
    "AWS::EC2::VPCGatewayAttachment": (12, 11, 10),
    "AWS::ECS::Cluster": (5, 2, 3),
    "AWS::ECS::Service": (119, 71, 60),
    "AWS::ECS::TaskDefinition": (4, 2, 1),
    "AWS::EKS::Cluster": (544, 285, 120),
    "AWS::ElastiCache::CacheCluster": (344, 113, 120),
    "AWS::ElastiCache::ReplicationGroup": (712, 208, 240),
    "AWS::ElasticLoadBalancingV2::Listener": (2, 1, 1),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": (116, 2, 5),
    "AWS::ElasticLoadBalancingV2::TargetGroup": (18, 6, 2),
    "AWS::IAM::InstanceProfile": (126, 2, 2),
    "AWS::IAM::Policy": (17, 2, 2),
    "AWS::IAM::Role": (12, 2, 2),
    "AWS::KMS::Key": (122, 2, 2),
    "AWS::Lambda::Function": (25, 12, 3),
    "AWS::Logs::LogGroup": (1, 1, 1),
    "AWS::OpenSearchService::Domain": (887, 347, 300),
    "AWS::RDS::DBCluster": (222, 62, 120),
    "AWS::RDS::DBInstance": (595, 171, 240),
    "AWS::S3::Bucket": (30, 2, 2),
    "AWS::SNS::Topic": (4, 2, 1),
    "AWS::SQS::Queue": (72, 2, 60),
    "AWS::WAFv2::WebACL": (7, 9, 3),
}
OTHERS = (3.0, 2.0, 1.0)


def seconds(work: str, resource_type: str, definition: dict[str, Any]) -> float:
    """AWS seconds that a resource takes; `Metadata: {Sandbox: {Seconds: 5}}` fixes creates and updates."""
    create, update, delete = SECONDS.get(resource_type, OTHERS)
    if work == "delete":
        return _fixed(definition, "DeleteSeconds", delete)
    return _fixed(definition, "Seconds", create if work in ("create", "replace") else update)


def _fixed(definition: dict[str, Any], key: str, otherwise: float) -> float:
    sandbox = (definition.get("Metadata") or {}).get("Sandbox") or {}
    return float(sandbox.get(key, otherwise))
