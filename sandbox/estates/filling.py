"""Fills an account with one of the estates."""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from moto.moto_api._internal import mock_random

from sandbox import replacing
from sandbox.cloudformation.records import Place
from sandbox.estates import bench, shop
from sandbox.estates.site import Site

Fill = Callable[[Mapping[str, Any], str, Random], list[Site]]


class BadEstate(Exception):
    """An estate that cannot be made; the text says what was expected."""


def fill(given: Mapping[str, Any]) -> dict[str, Any]:
    """`estate`, `account`, `seed`, and `region` and `scale` for the benchmark's; `{region: {made, waste}}`.

    The same seed gives the same ids. Raises BadEstate.
    """
    make = ESTATES.get(given.get("estate", ""))
    if make is None:
        raise BadEstate(f"estate must be one of {', '.join(ESTATES)}, not {given.get('estate')!r}.")
    account, seed = given.get("account"), given.get("seed", 1)
    if not isinstance(account, str) or not isinstance(seed, int):
        raise BadEstate("account must be twelve digits as text, and seed a whole number.")
    replacing.replace("ec2")
    mock_random.seed(seed)
    sites = make(given, account, Random(seed))
    mock_random.seed()
    return {site.place.region: {"made": dict(site.made), "waste": dict(site.waste)} for site in sites}


def _bench(given: Mapping[str, Any], account: str, random: Random) -> list[Site]:
    scale = given.get("scale", 1)
    if not isinstance(scale, int) or scale < 1:
        raise BadEstate(f"scale must be a whole number from 1 on, not {scale!r}.")
    site = Site(Place(account, str(given.get("region", "eu-west-1"))), random)
    bench.fill(site, scale)
    return [site]


def _shop(given: Mapping[str, Any], account: str, random: Random) -> list[Site]:
    sites = [Site(Place(account, region), random) for region in shop.REGIONS]
    shop.fill(*sites)
    return sites


ESTATES: Mapping[str, Fill] = {"bench": _bench, "shop": _shop}
