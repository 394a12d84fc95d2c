"""Products as the Price List API has them, made of a CSV with the columns service,item,unit,region,usd.

AWS Billing User Guide: Reading the service price list files.
"""

import csv
import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.cloudformation.records import Json
from sandbox.pricing import kinds
from sandbox.pricing.kinds import Kind

TABLE = Path(__file__).with_name("prices.csv")
EVERYWHERE = "*"
ON_DEMAND, PER_UNIT = "JRTCKXETXF", "6YS6EN2CT7"  # offer term and rate codes of on-demand prices
PUBLISHED = "2026-10-01T00:00:00Z"
# region: location as these lists name it, prefix of usage types
REGIONS = {
    "us-east-1": ("US East (N. Virginia)", ""),
    "us-east-2": ("US East (Ohio)", "USE2-"),
    "us-west-1": ("US West (N. California)", "USW1-"),
    "us-west-2": ("US West (Oregon)", "USW2-"),
    "eu-west-1": ("EU (Ireland)", "EU-"),
    "eu-west-2": ("EU (London)", "EUW2-"),
    "eu-west-3": ("EU (Paris)", "EUW3-"),
    "eu-central-1": ("EU (Frankfurt)", "EUC1-"),
    "eu-north-1": ("EU (Stockholm)", "EUN1-"),
    "ap-northeast-1": ("Asia Pacific (Tokyo)", "APN1-"),
    "ap-northeast-2": ("Asia Pacific (Seoul)", "APN2-"),
    "ap-southeast-1": ("Asia Pacific (Singapore)", "APS1-"),
    "ap-southeast-2": ("Asia Pacific (Sydney)", "APS2-"),
    "ap-south-1": ("Asia Pacific (Mumbai)", "APS3-"),
    "ca-central-1": ("Canada (Central)", "CAN1-"),
    "sa-east-1": ("South America (Sao Paulo)", "SAE1-"),
}


@dataclass(frozen=True)
class Product:
    """`attributes` include what a filter may name beside them: productFamily, usagetype, sku."""

    code: str
    sku: str
    attributes: dict[str, str] = field(default_factory=dict)
    document: Json = field(default_factory=dict)


def load(path: Path = TABLE) -> list[Product]:
    """All products of the table; rows of regions or kinds that are not known here are left out."""
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    regions = [region for region in {row["region"]: None for row in rows} if region in REGIONS]
    named = {(row["service"], row["item"], row["region"]) for row in rows}
    found = []
    for row in rows:
        own = regions if row["region"] == EVERYWHERE else [row["region"]]
        for region in own:
            special = row["region"] == EVERYWHERE and (row["service"], row["item"], region) in named
            if region in REGIONS and not special:
                matches = kinds.of(row["service"], row["item"])
                found += [_product(kind, groups, region, float(row["usd"])) for kind, groups in matches]
    return found


def _product(kind: Kind, groups: tuple[str, ...], region: str, usd: float) -> Product:
    location, prefix = REGIONS[region]
    usage = prefix + kind.usage.format(*groups)
    own = {name: value.format(*groups) for name, value in kind.attributes.items()}
    attributes = {
        "servicecode": kind.code,
        "regionCode": region,
        "location": location,
        "locationType": "AWS Region",
        "usagetype": usage,
        "operation": "",
    } | own
    sku = _code(kind.code, usage, kind.family, str(sorted(own.items())))
    product = {"sku": sku, "productFamily": kind.family, "attributes": attributes}
    document = {
        "product": product,
        "serviceCode": kind.code,
        "terms": {"OnDemand": {f"{sku}.{ON_DEMAND}": _term(sku, usage, kind, usd)}},
        "version": "20261001000000",
        "publicationDate": PUBLISHED,
    }
    return Product(kind.code, sku, attributes | {"productFamily": kind.family, "sku": sku}, document)


def _term(sku: str, usage: str, kind: Kind, usd: float) -> Json:
    rate = f"{sku}.{ON_DEMAND}.{PER_UNIT}"
    price = usd * 1024 if kind.unit == "GiBps-mo" else usd  # the table has it by MiB/s
    dimension = {
        "unit": kind.unit,
        "beginRange": "0",
        "endRange": "Inf",
        "description": f"${price:g} per {kind.unit} of {usage}",
        "appliesTo": [],
        "rateCode": rate,
        "pricePerUnit": {"USD": f"{price:.10f}"},
    }
    dates = {"sku": sku, "effectiveDate": PUBLISHED, "offerTermCode": ON_DEMAND, "termAttributes": {}}
    return {"priceDimensions": {rate: dimension}} | dates


def _code(*parts: str) -> str:
    return hashlib.sha256("/".join(parts).encode()).hexdigest()[:16].upper()
