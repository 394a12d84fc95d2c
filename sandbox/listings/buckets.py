"""ListBuckets with regions and pages, ListMultipartUploads with the time each upload began.

AWS docs: ListBuckets, ListMultipartUploads, Amazon S3 API Reference.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.s3.exceptions import S3ClientError
from moto.s3.models import FakeMultipart
from moto.s3.responses import S3Response

from sandbox.listings import pages
from sandbox.replacing import put

OWNER = {"ID": "bcaf1ffd86f41161ca5fb16fd081034f", "DisplayName": "webfile"}
UNKNOWN = {"analytics", "intelligent-tiering", "metadataConfiguration", "metadataTable", "metrics", "requestPayment"}
REGIONS_BY = ("prefix", "bucket-region", "max-buckets", "continuation-token")


def list_buckets(response: Any) -> Any:
    """In the place of moto's `all_buckets`: by name, with BucketRegion once a parameter is given."""
    response.data["Action"] = "ListBuckets"
    asked = {name: response.querystring[name][0] for name in REGIONS_BY if name in response.querystring}
    rows = response.backend.list_buckets(asked.get("prefix"), asked.get("bucket-region"), None)
    most = _number(asked.get("max-buckets", "10000"), "max-buckets", 10_000)
    found, token = _page(sorted(rows, key=lambda row: row.name), most, asked.get("continuation-token"))
    lines = [_bucket(row, bool(asked)) for row in found]
    answer = {"Owner": OWNER, "Buckets": lines, "Prefix": asked.get("prefix"), "ContinuationToken": token}
    return response.serialized(ActionResult(answer))


def _bucket(row: Any, with_region: bool) -> dict[str, str]:
    line = {"Name": row.name, "CreationDate": row.creation_date_ISO8601}
    return line | ({"BucketRegion": row.region_name} if with_region else {})


def list_multipart_uploads(response: Any) -> Any:
    """In the place of moto's: by key and time, at most 1,000 on a page."""
    response.data["Action"] = "ListMultipartUploads"
    asked = {name: values[0] for name, values in response.querystring.items()}
    if asked.get("delimiter"):
        raise NotImplementedError("ListMultipartUploads with a delimiter")
    most, after = _number(asked.get("max-uploads", "1000"), "max-uploads", 1000), asked.get("key-marker", "")
    uploads = response.backend.list_multipart_uploads(response.bucket_name).values()
    rows = sorted((u for u in uploads if u.key_name.startswith(asked.get("prefix", ""))), key=_order)
    rows = [row for row in rows if _follows(row, after, asked.get("upload-id-marker", ""), rows)]
    answer = {"Bucket": response.bucket_name, "KeyMarker": after, "MaxUploads": most, "IsTruncated": len(rows) > most}
    answer |= {"Prefix": asked.get("prefix", ""), "UploadIdMarker": asked.get("upload-id-marker", "")}
    if len(rows) > most:
        answer |= {"NextKeyMarker": rows[most - 1].key_name, "NextUploadIdMarker": rows[most - 1].id}
    return response.serialized(ActionResult(answer | {"Uploads": [_upload(row) for row in rows[:most]]}))


def _order(upload: Any) -> tuple[str, datetime]:
    return upload.key_name, began(upload)


def _follows(row: Any, key: str, ident: str, rows: list[Any]) -> bool:
    """Of the marker's key only the uploads that come after its upload id, none without one."""
    if row.key_name != key or not key:
        return bool(row.key_name > key)
    marked = next((n for n, other in enumerate(rows) if other.id == ident), None)
    return marked is not None and rows.index(row) > marked


def _upload(row: Any) -> dict[str, Any]:
    times = {"Initiated": began(row).strftime("%Y-%m-%dT%H:%M:%S.000Z"), "StorageClass": row.storage or "STANDARD"}
    return {"Key": row.key_name, "UploadId": row.id, "Initiator": OWNER, "Owner": OWNER, **times}


def began(upload: Any) -> datetime:
    found: datetime = upload.initiated
    return found


def _number(given: str, name: str, most: int) -> int:
    if not given.isdigit() or not 1 <= int(given) <= most:
        raise S3ClientError("InvalidArgument", f"Argument {name} must be an integer between 1 and {most}")
    return int(given)


def _page(rows: list[Any], most: int, token: str | None) -> tuple[list[Any], str | None]:
    try:
        return pages.page(rows, most, token)
    except pages.BadToken as error:
        raise S3ClientError("InvalidArgument", "The continuation token provided is incorrect") from error


def _timed(make: Callable[..., None]) -> Callable[..., None]:
    def begin(upload: Any, *given: Any, **more: Any) -> None:
        make(upload, *given, **more)
        upload.initiated = datetime.now(UTC)

    return begin


def _refusing(get: Callable[..., Any]) -> Callable[..., Any]:
    """moto answers what it does not know of a bucket with a list of objects."""

    def answer(response: Any, bucket_name: str, querystring: dict[str, Any]) -> Any:
        if not UNKNOWN.isdisjoint(querystring):
            raise NotImplementedError
        return get(response, bucket_name, querystring)

    return answer


def replace() -> None:
    get = _refusing(S3Response._bucket_response_get)
    put(S3Response, _bucket_response_get=get, all_buckets=list_buckets, list_multipart_uploads=list_multipart_uploads)
    put(FakeMultipart, __init__=_timed(FakeMultipart.__init__))
