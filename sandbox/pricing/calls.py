"""The Price List API. API Reference: GetProducts, DescribeServices, GetAttributeValues, Filter."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

from sandbox.cloudformation.errors import Refused
from sandbox.cloudformation.records import Json
from sandbox.cloudformation.requests import Request
from sandbox.paging import page
from sandbox.pricing import products
from sandbox.pricing.products import Product

REGIONS = ("us-east-1", "eu-central-1", "ap-south-1")
MOST = 100
FILTERS: dict[str, Callable[[str, str], bool]] = {
    "TERM_MATCH": lambda have, wanted: have.lower() == wanted.lower(),
    "EQUALS": lambda have, wanted: have == wanted,
    "CONTAINS": lambda have, wanted: wanted in have,
    "ANY_OF": lambda have, wanted: have in wanted.split(","),
    "NONE_OF": lambda have, wanted: have not in wanted.split(","),
}


def get_products(request: Request) -> Json:
    """PriceList holds a JSON text for each product."""
    known, filters = _of_service(request, request.get("ServiceCode", "")), request.get("Filters", [])
    for one in filters:
        if one["Type"] not in FILTERS:
            raise _invalid(f"The filter type {one['Type']} is not valid.")
    found = [product for product in known if all(_fits(product, one) for one in filters)]
    paged = page(found, "PriceList", _most(request), request.get("NextToken"), _bad_token)
    paged["PriceList"] = [json.dumps(product.document) for product in paged["PriceList"]]
    return {"FormatVersion": "aws_v1"} | paged


def _fits(product: Product, one: Json) -> bool:
    have = product.attributes.get(one["Field"])
    return have is not None and FILTERS[one["Type"]](have, one["Value"])


def describe_services(request: Request) -> Json:
    """The services with the attributes that their products have."""
    every = _catalogue(request)
    codes = sorted({product.code for product in every if request.get("ServiceCode", product.code) == product.code})
    if not codes:
        raise _invalid(f"The service code {request.get('ServiceCode')} is not valid.")
    services = [{"ServiceCode": code, "AttributeNames": _names(every, code)} for code in codes]
    return {"FormatVersion": "aws_v1"} | page(
        services, "Services", _most(request), request.get("NextToken"), _bad_token
    )


def _names(every: list[Product], code: str) -> list[str]:
    return sorted({name for product in every if product.code == code for name in product.attributes})


def get_attribute_values(request: Request) -> Json:
    name, known = request.get("AttributeName", ""), _of_service(request, request.get("ServiceCode", ""))
    values = sorted({product.attributes[name] for product in known if name in product.attributes})
    if not values:
        raise _invalid(f"The attribute name {name} is not valid.")
    found = [{"Value": value} for value in values]
    return page(found, "AttributeValues", _most(request), request.get("NextToken"), _bad_token)


def _of_service(request: Request, code: str) -> list[Product]:
    found = [product for product in _catalogue(request) if product.code == code]
    if not found:
        raise _invalid(f"The service code {code} is not valid.")
    return found


def _catalogue(request: Request) -> list[Product]:
    """The API has endpoints in three regions only; AWS has no address at all for the others."""
    if request.place.region not in REGIONS:
        text = f"The AWS Price List API has no endpoint in {request.place.region}, only in {', '.join(REGIONS)}."
        raise _invalid(text)
    return _loaded(request.world.prices)


@cache
def _loaded(path: Path) -> list[Product]:
    return products.load(path)


def _most(request: Request) -> int:
    most = int(request.get("MaxResults", MOST))
    if not 1 <= most <= MOST:
        raise _invalid(f"MaxResults must be from 1 to {MOST}.")
    return most


def _invalid(text: str) -> Refused:
    return Refused("InvalidParameterException", text)


def _bad_token(text: str) -> Refused:
    return Refused("InvalidNextTokenException", text)


ACTIONS: dict[str, Callable[[Request], Json]] = {
    "DescribeServices": describe_services,
    "GetAttributeValues": get_attribute_values,
    "GetProducts": get_products,
}
