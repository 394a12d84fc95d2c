"""Repositories and images of ECR in pages of at most 1,000 (100 unless asked), by tag status.

AWS docs: DescribeRepositories, DescribeImages, ListImages, Amazon ECR API Reference.
"""

from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.ecr.exceptions import InvalidParameterException
from moto.ecr.responses import ECRResponse

from sandbox.listings import pages
from sandbox.replacing import put

Answer = Callable[[Any], ActionResult]


def _paged(whole: Answer, key: str, ids: str) -> Answer:
    def answer(response: Any) -> ActionResult:
        most, token = response._get_int_param("maxResults"), response._get_param("nextToken")
        if response._get_param(ids):
            if most or token:
                raise InvalidParameterException(f"maxResults and nextToken cannot be used with {ids}")
            return whole(response)
        most = pages.within(most if most is not None else 100, "maxResults", 1, 1000, InvalidParameterException)
        rows = _chosen(response, whole(response).result[key])  # type: ignore[index]
        try:
            found, following = pages.page(rows, most, token)
        except pages.BadToken as error:
            raise InvalidParameterException(
                "Invalid parameter at 'nextToken' failed to satisfy constraint: 'Invalid token'"
            ) from error
        return ActionResult({key: found, "nextToken": following})

    return answer


def _chosen(response: Any, rows: list[Any]) -> list[Any]:
    status = (response._get_param("filter") or {}).get("tagStatus", "ANY")
    if status == "ANY" or not rows or isinstance(rows[0], dict):
        return rows
    return [row for row in rows if bool(getattr(row, "image_tags", None)) == (status == "TAGGED")]


def replace() -> None:
    put(
        ECRResponse,
        describe_images=_paged(ECRResponse.describe_images, "imageDetails", "imageIds"),
        describe_repositories=_paged(ECRResponse.describe_repositories, "repositories", "repositoryNames"),
        list_images=_paged(ECRResponse.list_images, "imageIds", "imageIds"),
    )
