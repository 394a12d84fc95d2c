"""The S3 buckets of a region."""

from collections.abc import Iterator
from typing import Any

from opsportal.checks import Read, Reader

PERMISSIONS = ("s3:ListAllMyBuckets",)


def buckets(reader: Reader) -> Iterator[dict[str, Any]]:
    """Those of the region that is swept. Amazon S3 API Reference: ListBuckets, BucketRegion."""
    for page in reader.pages(Read("s3", "list_buckets", {"BucketRegion": reader.region})):
        yield from (
            each for each in page.get("Buckets", ()) if each.get("BucketRegion", reader.region) == reader.region
        )
