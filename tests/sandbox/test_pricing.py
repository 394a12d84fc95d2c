"""The Price List API."""

import json

import pytest

from sandbox import process
from tests.sandbox.account import refused


@pytest.fixture
def client(account):
    return account.client("pricing", region="us-east-1")


def match(**fields):
    return [{"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in fields.items()]


def products(client, code, **fields):
    pages = client.get_paginator("get_products").paginate(ServiceCode=code, Filters=match(**fields))
    return [json.loads(text) for page in pages for text in page["PriceList"]]


def price(product):
    (term,) = product["terms"]["OnDemand"].values()
    (dimension,) = term["priceDimensions"].values()
    return float(dimension["pricePerUnit"]["USD"]), dimension["unit"]


@pytest.mark.parametrize(
    ("code", "fields", "expected"),
    [
        ("AmazonEC2", {"instanceType": "t3.micro", "operatingSystem": "Linux"}, (0.0114, "Hrs")),
        ("AmazonEC2", {"volumeApiName": "gp3", "productFamily": "Storage"}, (0.088, "GB-Mo")),
        ("AmazonEC2", {"usagetype": "EU-NatGateway-Hours"}, (0.048, "Hrs")),
        ("AmazonEC2", {"productFamily": "CPU Credits", "usagetype": "EU-CPUCredits:t3"}, (0.05, "vCPU-Hours")),
        ("AmazonVPC", {"usagetype": "EU-PublicIPv4:IdleAddress"}, (0.005, "Hrs")),
        ("AmazonRDS", {"instanceType": "db.t3.micro", "databaseEngine": "MySQL"}, (0.018, "Hrs")),
    ],
)
def test_a_price_is_found_by_its_terms(client, code, fields, expected):
    (found,) = products(client, code, regionCode="eu-west-1", **fields)
    assert price(found) == expected


def test_a_product_is_a_text_in_json(client):
    (text,) = client.get_products(ServiceCode="AmazonEC2", Filters=match(usagetype="BoxUsage:t3.micro"))["PriceList"]
    found = json.loads(text)
    assert found["product"]["productFamily"] == "Compute Instance"
    assert found["product"]["attributes"]["regionCode"] == "us-east-1"
    assert list(found["terms"]["OnDemand"]) == [f"{found['product']['sku']}.JRTCKXETXF"]


def test_products_come_in_pages_of_a_hundred(client):
    first = client.get_products(ServiceCode="AmazonEC2")
    assert (len(first["PriceList"]), first["FormatVersion"]) == (100, "aws_v1")
    assert len(products(client, "AmazonEC2")) > 300


def test_terms_match_without_regard_to_case(client):
    assert len(products(client, "AmazonEC2", instanceType="T3.MICRO", regionCode="us-east-1")) == 1


def test_other_filters_compare_texts(client):
    filters = [
        {"Type": "ANY_OF", "Field": "instanceType", "Value": "t3.micro,t3.small"},
        *match(regionCode="us-east-1"),
    ]
    assert len(client.get_products(ServiceCode="AmazonEC2", Filters=filters)["PriceList"]) == 2


def test_services_and_values_can_be_asked_for(client):
    (service,) = client.describe_services(ServiceCode="AmazonRDS")["Services"]
    assert "databaseEngine" in service["AttributeNames"]
    asked = {"ServiceCode": "AmazonEC2", "AttributeName": "volumeApiName"}
    found = client.get_attribute_values(**asked)["AttributeValues"]
    assert {"Value": "gp3"} in found


def test_only_three_regions_have_the_api(account):
    found = refused(account.client("pricing").get_products, ServiceCode="AmazonEC2")
    assert found[0] == "InvalidParameterException"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"ServiceCode": "AmazonNothing"}, "InvalidParameterException"),
        ({"ServiceCode": "AmazonEC2", "NextToken": "x"}, "InvalidNextTokenException"),
        ({"ServiceCode": "AmazonEC2", "MaxResults": 101}, "InvalidParameterException"),
    ],
)
def test_a_bad_question_is_refused(client, given, code):
    assert refused(client.get_products, **given)[0] == code


def test_what_is_not_simulated_is_refused(client):
    code, text, _ = refused(client.list_price_lists, ServiceCode="AmazonEC2", EffectiveDate=0, CurrencyCode="USD")
    assert (code, text) == ("UnknownOperationException", "The sandbox does not simulate pricing:ListPriceLists.")


def test_prices_come_from_the_table_given_at_the_start(tmp_path):
    table = tmp_path / "prices.csv"
    table.write_text("service,item,unit,region,usd\nec2,t3.micro,hour,eu-west-1,1.5\n")
    running = process.start(prices=str(table))
    found = products(running.client("pricing", region="us-east-1"), "AmazonEC2")
    running.stop()
    assert [price(one) for one in found] == [(1.5, "Hrs")]
