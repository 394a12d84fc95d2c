"""DescribeVolumes and DescribeSnapshots over moto's own rows, page by page and with every filter AWS lists.

AWS docs: DescribeVolumes, DescribeSnapshots, Amazon EC2 API Reference. A page costs what its rows cost.
"""

from collections.abc import Mapping
from operator import attrgetter
from typing import Any

from moto.ec2.exceptions import EC2ClientError, InvalidVolumeIdError

from sandbox.ec2 import filters, paging
from sandbox.ec2 import rows as written

VOLUME_FILTERS: Mapping[str, filters.Read] = {
    "attachment.attach-time": lambda row: [part.attach_time for part in row.attachments],
    "attachment.delete-on-termination": lambda row: [written.goes_with_instance(part) for part in row.attachments],
    "attachment.device": lambda row: [part.device for part in row.attachments],
    "attachment.instance-id": lambda row: [part.instance.id for part in row.attachments],
    "attachment.status": lambda row: [part.status for part in row.attachments],
    "availability-zone": attrgetter("availability_zone"),
    "availability-zone-id": lambda row: row.zone and row.zone.zone_id,
    "create-time": attrgetter("create_time"),
    "encrypted": attrgetter("encrypted"),
    "fast-restored": lambda row: False,
    "multi-attach-enabled": lambda row: bool(row.multi_attach_enabled),
    "operator.managed": lambda row: False,
    "operator.principal": lambda row: None,
    "size": attrgetter("size"),
    "snapshot-id": attrgetter("snapshot_id"),
    "status": attrgetter("status"),
    "volume-id": attrgetter("id"),
    "volume-type": attrgetter("volume_type"),
}
SNAPSHOT_FILTERS: Mapping[str, filters.Read] = {
    "description": attrgetter("description"),
    "encrypted": attrgetter("encrypted"),
    "owner-alias": lambda row: None,
    "owner-id": attrgetter("owner_id"),
    "progress": attrgetter("progress"),
    "snapshot-id": attrgetter("id"),
    "start-time": attrgetter("start_time"),
    "status": attrgetter("status"),
    "storage-tier": attrgetter("storage_tier"),
    "transfer-type": lambda row: "standard",
    "volume-id": attrgetter("volume_id"),
    "volume-size": attrgetter("volume_size"),
}


def describe_volumes(response: Any) -> str:
    """In the place of moto's."""
    ids, given = response._get_param("VolumeIds", []), response._get_int_param("MaxResults")
    paging.refuse_ids(given, ids, "volumeSet")
    rows = response.ec2_backend.volumes
    unknown = [ident for ident in ids if ident not in rows]
    if unknown:
        raise InvalidVolumeIdError(unknown[0])
    test = filters.tests(_filters(response), VOLUME_FILTERS)
    found, token = _page(response, _chosen(rows, ids), test)
    return written.answer("DescribeVolumes", "volumeSet", found, written.volume, token)


def describe_snapshots(response: Any) -> str:
    """In the place of moto's, which knows neither owners nor who may restore."""
    ids, given = response._get_param("SnapshotIds", []), response._get_int_param("MaxResults")
    paging.refuse_ids(given, ids, "snapshotSet")
    rows = response.ec2_backend.snapshots
    unknown = [ident for ident in ids if ident not in rows]
    if unknown:
        text = f"The snapshot '{unknown[0]}' does not exist."
        raise EC2ClientError("InvalidSnapshot.NotFound", text)
    test, allowed = filters.tests(_filters(response), SNAPSHOT_FILTERS), _allowed(response)
    found, token = _page(response, _chosen(rows, ids), lambda row: allowed(row) and test(row))
    return written.answer("DescribeSnapshots", "snapshotSet", found, written.snapshot, token)


def _allowed(response: Any) -> filters.Test:
    """OwnerIds and RestorableByUserIds; "self" is the caller's account."""
    owners = _accounts(response, "OwnerIds")
    restorers = _accounts(response, "RestorableByUserIds")
    return lambda row: (not owners or row.owner_id in owners) and (not restorers or bool(_restorers(row) & restorers))


def _accounts(response: Any, name: str) -> set[str]:
    own = response.current_account
    return {own if account == "self" else account for account in response._get_param(name, [])}


def _restorers(row: Any) -> set[str]:
    return {row.owner_id, *row.create_volume_permission_userids, *row.create_volume_permission_groups}


def _chosen(rows: Mapping[str, Any], ids: list[str]) -> Mapping[str, Any]:
    return {ident: rows[ident] for ident in ids} if ids else rows


def _filters(response: Any) -> Mapping[str, list[str]]:
    found: Mapping[str, list[str]] = response._filters_from_querystring()
    return found


def _page(response: Any, rows: Mapping[str, Any], test: filters.Test) -> tuple[list[Any], str | None]:
    most = paging.size(response._get_int_param("MaxResults"), paging.CUT)
    return paging.page(rows, test, most, response._get_param("NextToken"))
