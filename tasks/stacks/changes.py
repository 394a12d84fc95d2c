"""The changes of a change set by risk, and which of them a person has to see first."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from tasks.aws.cloudformation_types import Detail, ResourceChange

from .template import Resource

Risk = Literal["add", "modify", "replace", "remove"]
RISKS: tuple[Risk, ...] = get_args(Risk)

# Types that hold what can't be made again. A nested stack may hold any of them.
STATEFUL = frozenset(
    f"AWS::{name}"
    for name in (
        "ApiGateway::RestApi",
        "ApiGatewayV2::Api",
        "Backup::BackupVault",
        "CloudFormation::Stack",
        "CloudFront::Distribution",
        "Cognito::UserPool",
        "DocDB::DBCluster",
        "DocDB::DBInstance",
        "DynamoDB::GlobalTable",
        "DynamoDB::Table",
        "EC2::EIP",
        "EC2::Volume",
        "ECR::Repository",
        "EFS::FileSystem",
        "ElastiCache::CacheCluster",
        "ElastiCache::ReplicationGroup",
        "Elasticsearch::Domain",
        "FSx::FileSystem",
        "Kinesis::Stream",
        "KMS::Key",
        "Logs::LogGroup",
        "MSK::Cluster",
        "Neptune::DBCluster",
        "Neptune::DBInstance",
        "OpenSearchService::Domain",
        "RDS::DBCluster",
        "RDS::DBInstance",
        "RDS::GlobalCluster",
        "Redshift::Cluster",
        "Route53::HostedZone",
        "S3::Bucket",
        "SecretsManager::Secret",
        "SQS::Queue",
        "Timestream::Table",
    )
)
KEPT = ("Retain", "RetainExceptOnCreate")


@dataclass(frozen=True)
class Change:
    """`policy` says what becomes of the old resource: Delete, Retain or Snapshot. `certain`: not just perhaps."""

    id: str
    type: str
    risk: Risk
    stateful: bool
    policy: str = ""
    certain: bool = True
    details: tuple[Detail, ...] = ()

    @property
    def alarming(self) -> bool:
        """Whether a stateful resource is replaced, or is removed and not kept."""
        return self.stateful and (self.risk == "replace" or (self.risk == "remove" and self.policy not in KEPT))


def classify(
    changes: Iterable[ResourceChange], before: Mapping[str, Resource], after: Mapping[str, Resource]
) -> list[Change]:
    """The changes, the riskiest first; `before` and `after` are the templates' resources, for their policies."""
    found = [_classified(each, before, after) for each in changes]
    return sorted(found, key=lambda each: (-RISKS.index(each.risk), not each.stateful, each.id))


def _classified(change: ResourceChange, before: Mapping[str, Resource], after: Mapping[str, Resource]) -> Change:
    risk = risk_of(change)
    stateful = change.type in STATEFUL
    policy = change.policy.removeprefix("ReplaceAnd")
    if risk == "remove" and not policy and change.logical_id in before:
        policy = before[change.logical_id].deletion_policy
    if risk == "replace" and not policy and change.logical_id in after:
        policy = after[change.logical_id].replace_policy
    certain = change.replacement != "Conditional" and change.action != "Dynamic"
    return Change(change.logical_id, change.type, risk, stateful, policy, certain, _merged(change.details))


def risk_of(change: ResourceChange) -> Risk:
    """AWS docs: ResourceChange. What may be replaced counts as replaced; what can't be told (Dynamic) too."""
    if change.action in ("Add", "Import"):
        return "add"
    if change.action == "Remove":
        return "remove"
    return "replace" if change.replacement in ("True", "Conditional") or change.action == "Dynamic" else "modify"


def _merged(details: Iterable[Detail]) -> tuple[Detail, ...]:
    """One line a property: a change by parameter comes twice."""
    worst: dict[str, Detail] = {}
    order = ("", "Never", "Conditionally", "Always")
    for each in details:
        kept = worst.get(each.property)
        if kept is None or order.index(each.recreation) > order.index(kept.recreation):
            worst[each.property] = each
    return tuple(worst.values())


def additions(resources: Mapping[str, Resource]) -> list[Change]:
    """The changes of a stack that does not exist yet."""
    return [Change(name, each.type, "add", each.type in STATEFUL) for name, each in sorted(resources.items())]


def counts(changes: Iterable[Change]) -> dict[str, int]:
    found = Counter(change.risk for change in changes)
    return {risk: found[risk] for risk in RISKS}


def sentence(changes: Iterable[Change]) -> str:
    """Such as "2 to add, 1 to replace"; "nothing" when there is no change."""
    return ", ".join(f"{n} to {risk}" for risk, n in counts(changes).items() if n) or "nothing"


def as_json(change: Change) -> dict[str, Any]:
    """What a person is shown."""
    shown: dict[str, Any] = {"id": change.id, "type": change.type, "risk": change.risk, "stateful": change.stateful}
    if change.policy:
        shown["policy"] = change.policy
    if not change.certain:
        shown["certain"] = False
    if change.details:
        shown["details"] = [_detail(each) for each in change.details]
    return shown


def _detail(detail: Detail) -> dict[str, Any]:
    values = {"before": detail.before, "after": detail.after}
    known = {key: value for key, value in values.items() if value is not None}
    return {"property": detail.property, "recreation": detail.recreation} | known
