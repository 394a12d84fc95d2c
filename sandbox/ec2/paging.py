"""Pages of EC2's listings.

AWS docs: "Pagination", Amazon EC2 Developer Guide; the bounds of MaxResults are those of each action's API page.
"""

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from moto.ec2.exceptions import EC2ClientError

from sandbox.ec2.filters import Test


@dataclass(frozen=True)
class Bounds:
    """`default` rows come without MaxResults, all of them when it is 0; more than `most` is cut or refused."""

    least: int = 5
    most: int = 1000
    default: int = 0
    cut: bool = False


CUT = Bounds(cut=True)


def size(given: int | None, bounds: Bounds) -> int:
    """Rows on one page; 0 is all. Raises InvalidParameterValue."""
    if given is None:
        return bounds.default
    if given < bounds.least:
        raise _out_of_bounds(given, f"greater than {bounds.least}")
    if given > bounds.most and not bounds.cut:
        raise _out_of_bounds(given, f"smaller than {bounds.most}")
    return min(given, bounds.most)


def _out_of_bounds(given: int, expected: str) -> EC2ClientError:
    text = f"Value ( {given} ) for parameter maxResults is invalid. Expecting a value {expected}."
    return EC2ClientError("InvalidParameterValue", text)


def refuse_ids(given: int | None, ids: Iterable[str], name: str) -> None:
    """Ids and MaxResults exclude each other; `name` is what AWS calls the ids."""
    if given is not None and any(True for _ in ids):
        text = f"The parameter {name} cannot be used with the parameter maxResults"
        raise EC2ClientError("InvalidParameterCombination", text)


def page(rows: Mapping[str, Any], accepts: Test, most: int, token: str | None) -> tuple[list[Any], str | None]:
    """So many accepted rows from where the token points, and the token of the next page, None at the end."""
    start = _start(rows, token) if token else 0
    places = islice(enumerate(rows.items()), start, None)
    found = ((place, key, row) for place, (key, row) in places if accepts(row))
    if not most:
        return [row for _, _, row in found], None
    taken = list(islice(found, most + 1))
    following = _token(*taken[most][:2]) if len(taken) > most else None
    return [row for _, _, row in taken[:most]], following


def _token(place: int, key: str) -> str:
    return base64.urlsafe_b64encode(f"{place}:{key}".encode()).decode()


def _start(rows: Mapping[str, Any], token: str) -> int:
    """The row that begins the next page, found again although rows before it have gone."""
    place, key = _parsed(token)
    if next(islice(rows, place, None), None) == key:
        return place
    return next((n for n, other in enumerate(rows) if other == key), place)


def _parsed(token: str) -> tuple[int, str]:
    try:
        place, _, key = base64.urlsafe_b64decode(token).decode().partition(":")
        return int(place), key
    except (binascii.Error, ValueError) as error:
        raise EC2ClientError("InvalidParameterValue", "Unable to parse pagination token") from error
