"""`python -m bench.empty PORT`: an AWS with nothing in it that answers every call after 100 ms.

It knows the services that are asked by forms or by X-Amz-Target. An answer is made of botocore's own model, once an
operation: all its lists are empty. Who a role is assumed for can be seen by the key it gives out.
"""

import asyncio
import json
import re
import sys
import time
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs

import botocore.session

SECONDS = 0.1
SCOPE = re.compile(r"Credential=(\w+)/\d+/[\w-]+/([\w-]+)/aws4_request")
NAMES = {"elasticloadbalancing": "elb", "tagging": "resourcegroupstaggingapi"}  # what botocore calls the signed name
VERSIONS = {"2015-12-01": "elbv2"}
ROLE = re.compile(r"arn:aws:iam::(\d{12}):")
CREDENTIALS = (
    "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA{account}</AccessKeyId>"
    "<SecretAccessKey>empty</SecretAccessKey><SessionToken>empty</SessionToken>"
    "<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials><AssumedRoleUser><AssumedRoleId>AROAEMPTY:bench"
    "</AssumedRoleId><Arn>arn:aws:sts::{account}:assumed-role/bench/bench</Arn></AssumedRoleUser></AssumeRoleResult></AssumeRoleResponse>"
)
IDENTITY = (
    "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>{account}</Account>"
    "<Arn>arn:aws:sts::{account}:assumed-role/bench/bench</Arn><UserId>bench</UserId>"
    "</GetCallerIdentityResult></GetCallerIdentityResponse>"
)
session = botocore.session.get_session()


class Counter:
    """How many calls came, and when the first and the last of them."""

    def __init__(self) -> None:
        self.calls, self.first, self.last = 0, 0.0, 0.0

    def add(self) -> None:
        self.last = time.time()
        self.first = self.first or self.last
        self.calls += 1


counter = Counter()


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection, kept open as long as its client likes."""
    try:
        while True:
            first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            kind, content = await answer(first, headers, body)
            head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\n\r\n"
            writer.write(head.encode() + content)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def answer(first: str, headers: dict[str, str], body: bytes) -> tuple[str, bytes]:
    """Type and content; without a signature it is the benchmark, which asks for the count."""
    scope = SCOPE.search(headers.get("authorization", ""))
    if scope is None:
        return "application/json", json.dumps(vars(counter)).encode()
    counter.add()
    await asyncio.sleep(SECONDS)
    if target := headers.get("x-amz-target"):
        return headers["content-type"], in_json(scope[2], target.rpartition(".")[2])
    form = parse_qs(body.decode())
    return "text/xml", in_xml(scope[1], scope[2], form)


def in_xml(key: str, signed: str, form: dict[str, list[str]]) -> bytes:
    operation = form["Action"][0]
    if operation == "AssumeRole":
        found = ROLE.match(form["RoleArn"][0])
        return CREDENTIALS.format(account=found[1] if found else "").encode()
    if operation == "GetCallerIdentity":
        return IDENTITY.format(account=key.removeprefix("ASIA")).encode()
    return listless(VERSIONS.get(form["Version"][0]) or NAMES.get(signed, signed), operation)


@lru_cache
def listless(service: str, operation: str) -> bytes:
    """The XML of an answer whose lists are empty."""
    shape = session.get_service_model(service).operation_model(operation).output_shape
    lists = [(name, each) for name, each in shape.members.items() if each.type_name == "list"]
    content = "".join(f"<{each.serialization.get('name', name)}/>" for name, each in lists)
    if wrapper := shape.serialization.get("resultWrapper"):
        content = f"<{wrapper}>{content}</{wrapper}>"
    return f"<{operation}Response>{content}</{operation}Response>".encode()


@lru_cache
def in_json(signed: str, operation: str) -> bytes:
    shape = session.get_service_model(NAMES.get(signed, signed)).operation_model(operation).output_shape
    found: dict[str, Any] = {name: [] for name, each in shape.members.items() if each.type_name == "list"}
    return json.dumps(found).encode()


async def main(port: int) -> None:
    server = await asyncio.start_server(serve, "127.0.0.1", port, backlog=1000)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
