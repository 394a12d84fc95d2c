"""The changes of a change set by risk, and which of them a person has to see first."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from opsportal.words import gettext as _
from opsportal.words import ngettext
from tasks.aws.cloudformation_types import Detail, ResourceChange

from .conditions import Holds
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
    """`policy` says what becomes of the old resource: Delete, Retain or Snapshot. `certain`: not just perhaps.

    `note` is a sentence on it for a person.
    """

    id: str
    type: str
    risk: Risk
    stateful: bool
    policy: str = ""
    certain: bool = True
    details: tuple[Detail, ...] = ()
    note: str = ""

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


def additions(resources: Mapping[str, Resource], holding: Mapping[str, Holds]) -> list[Change]:
    """The changes of a stack that does not exist yet, by which of its conditions hold."""
    found = [_added(name, each, holding) for name, each in sorted(resources.items())]
    return [change for change in found if change]


def _added(name: str, resource: Resource, holding: Mapping[str, Holds]) -> Change | None:
    stateful = resource.type in STATEFUL
    holds = holding.get(resource.condition) if resource.condition else True
    if holds is None:
        note = _("It may be added: whether condition {name} holds is known only at the deployment.")
        return Change(name, resource.type, "add", stateful, certain=False, note=note.format(name=resource.condition))
    return Change(name, resource.type, "add", stateful) if holds else None


def counts(changes: Iterable[Change]) -> dict[str, int]:
    found = Counter(change.risk for change in changes)
    return {risk: found[risk] for risk in RISKS}


def sentence(changes: Iterable[Change]) -> str:
    """Such as "2 to add, 1 may be added, 1 to replace"; "nothing" when there is no change."""
    found = Counter("perhaps" if change.risk == "add" and not change.certain else change.risk for change in changes)
    return ", ".join(_phrase(kind, found[kind]) for kind in ("add", "perhaps", *RISKS[1:]) if found[kind]) or _(
        "nothing"
    )


def _phrase(kind: str, n: int) -> str:
    phrases = {
        "add": ngettext("{n} to add", "{n} to add", n),
        "perhaps": ngettext("{n} may be added", "{n} may be added", n),
        "modify": ngettext("{n} to modify", "{n} to modify", n),
        "replace": ngettext("{n} to replace", "{n} to replace", n),
        "remove": ngettext("{n} to remove", "{n} to remove", n),
    }
    return phrases[kind].format(n=n)


def as_json(change: Change) -> dict[str, Any]:
    """What a person is shown."""
    shown: dict[str, Any] = {"id": change.id, "type": change.type, "risk": change.risk, "stateful": change.stateful}
    if change.policy:
        shown["policy"] = change.policy
    if not change.certain:
        shown["certain"] = False
    if change.details or change.note:
        shown["details"] = [*map(_detail, change.details), *filter(None, [change.note])]
    return shown


def _detail(detail: Detail) -> dict[str, Any]:
    values = {"before": detail.before, "after": detail.after}
    known = {key: value for key, value in values.items() if value is not None}
    return {"property": detail.property, "recreation": detail.recreation} | known
