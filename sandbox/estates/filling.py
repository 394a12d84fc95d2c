"""Fills an account with one of the estates."""

import json
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from moto.moto_api._internal import mock_random

from sandbox import replacing, subjects
from sandbox.cloudformation.records import Place
from sandbox.cloudformation.requests import Request
from sandbox.estates import bench, depot, shop, shop_life
from sandbox.estates.shop_life import Plant
from sandbox.estates.site import Site
from sandbox.world import World

Fill = Callable[[World, Mapping[str, Any], str, Random], list[Site]]


class BadEstate(Exception):
    """An estate that cannot be made; the text says what was expected."""


def fill(world: World, given: Mapping[str, Any]) -> dict[str, Any]:
    """`estate`, `account`, `seed`, and `region` and `scale` for the benchmark's; `{region: {made, waste}}`.

    The same seed gives the same ids. What is there already is not made again: the answer is that of the first time.
    Raises BadEstate.
    """
    make = ESTATES.get(given.get("estate", ""))
    if make is None:
        raise BadEstate(f"estate must be one of {', '.join(ESTATES)}, not {given.get('estate')!r}.")
    account, seed = given.get("account"), given.get("seed", 1)
    if not isinstance(account, str) or not isinstance(seed, int):
        raise BadEstate("account must be twelve digits as text, and seed a whole number.")
    known = json.dumps(dict(given), sort_keys=True)
    if known not in world.filled:
        replacing.replace("ec2")
        mock_random.seed(seed)
        sites = make(world, given, account, Random(seed))
        mock_random.seed()
        told = {site.place.region: {"made": dict(site.made), "waste": dict(site.waste)} for site in sites}
        world.filled[known] = told
    return world.filled[known]


def planting(world: World, site: Site) -> Plant:
    """What the control endpoints would plant there."""

    def plant(subject: str, **given: Any) -> None:
        subjects.SUBJECTS[subject](Request(world, site.place, given, world.clock.now()))

    return plant


def _bench(_world: World, given: Mapping[str, Any], account: str, random: Random) -> list[Site]:
    scale = given.get("scale", 1)
    if not isinstance(scale, int) or scale < 1:
        raise BadEstate(f"scale must be a whole number from 1 on, not {scale!r}.")
    site = Site(Place(account, str(given.get("region", "eu-west-1"))), random)
    bench.fill(site, scale)
    return [site]


def _shop(world: World, _given: Mapping[str, Any], account: str, random: Random) -> list[Site]:
    sites = [Site(Place(account, region), random) for region in shop.REGIONS]
    shop.fill(*sites)
    for site in sites:
        shop_life.fill(site, shop.REGIONS[site.place.region], planting(world, site))
    return sites


def _depot(world: World, _given: Mapping[str, Any], account: str, random: Random) -> list[Site]:
    site = Site(Place(account, depot.REGION), random)
    depot.fill(site, planting(world, site))
    return [site]


ESTATES: Mapping[str, Fill] = {"bench": _bench, "depot": _depot, "shop": _shop}
