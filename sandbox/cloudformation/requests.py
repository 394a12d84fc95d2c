"""Turning a request's parameters into a revision, or refusing them as AWS does."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlparse

from sandbox.cloudformation import graph, parameters, template
from sandbox.cloudformation.errors import Refused, invalid
from sandbox.cloudformation.records import NOTHING, Json, Place, Revision, Stack
from sandbox.world import World

NAME = r"[a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*"
TOKEN = r"[a-zA-Z0-9][-a-zA-Z0-9]*"  # noqa: S105 - a pattern


@dataclass(frozen=True)
class Request:
    """One CloudFormation call: where, what was asked, and at which moment."""

    world: World
    place: Place
    given: Json
    now: float

    def get(self, name: str, default: Any = None) -> Any:
        return self.given.get(name, default)

    @property
    def token(self) -> str:
        return str(self.given.get("ClientRequestToken") or "")


def _constraint(value: str, field: str, what: str) -> Refused:
    return invalid(f"1 validation error detected: Value '{value}' at '{field}' failed to satisfy constraint: {what}")


def check_name(name: str, field: str = "stackName", longest: int = 128) -> None:
    if not re.fullmatch(NAME, name):
        raise _constraint(name, field, f"Member must satisfy regular expression pattern: {NAME}")
    if len(name) > longest and not name.startswith("arn:"):
        raise _constraint(name, field, f"Member must have length less than or equal to {longest}")


def check_token(token: str) -> None:
    if token and not re.fullmatch(TOKEN, token):
        raise _constraint(token, "clientRequestToken", f"Member must satisfy regular expression pattern: {TOKEN}")
    if len(token) > 128:
        raise _constraint(token, "clientRequestToken", "Member must have length less than or equal to 128")


def revision(request: Request, stack: Stack | None) -> Revision:
    """The template with its parameters, checked; unset options come from the stack's present revision."""
    present = stack.revision if stack else None
    body = _body(request, present)
    parsed = template.parse(body)
    template.check(parsed)
    _check_circles(parsed)
    declared = parsed.get("Parameters") or {}
    previous = present.parameters if present else {}
    values = parameters.given(declared, request.get("Parameters") or [], previous)
    _check_capabilities(parsed, request.get("Capabilities") or [])
    return _revision(request, present, body, parsed, values)


def _revision(request: Request, present: Revision | None, body: str, parsed: Json, values: dict[str, str]) -> Revision:
    tags = request.get("Tags")
    arns, triggers = request.get("NotificationARNs"), request.get("RollbackConfiguration")
    kept = present or NOTHING
    return Revision(
        body=body,
        template=parsed,
        parameters=values,
        resolved=parameters.resolve(parsed.get("Parameters") or {}, values, request.place),
        tags=kept.tags if tags is None else {tag["Key"]: tag["Value"] for tag in tags},
        capabilities=tuple(request.get("Capabilities") or ()),
        notification_arns=kept.notification_arns if arns is None else tuple(arns),
        role_arn=request.get("RoleARN") or kept.role_arn,
        rollback_configuration=kept.rollback_configuration if triggers is None else triggers,
    )


def _body(request: Request, present: Revision | None) -> str:
    if request.get("UsePreviousTemplate") and present is not None:
        return present.body
    return body_of(request)


def body_of(request: Request) -> str:
    """TemplateBody, or what TemplateURL points to in the simulated S3."""
    body = request.get("TemplateBody")
    if body:
        if len(body.encode()) > template.LONGEST_BODY:
            text = f"Member must have length less than or equal to {template.LONGEST_BODY}"
            raise _constraint("<template-body>", "templateBody", text)
        return str(body)
    if url := request.get("TemplateURL"):
        return _from_s3(str(url), request.place)
    raise invalid("Either Template URL or Template Body must be specified.")


def _from_s3(url: str, place: Place) -> str:
    from moto.s3.models import s3_backends

    parts = urlparse(url)
    host, path = parts.netloc, parts.path.lstrip("/")
    by_host = ".s3" in host and not host.startswith("s3")
    bucket, key = (host.split(".s3")[0], path) if by_host else (path.partition("/")[0], path.partition("/")[2])
    owner = s3_backends.bucket_accounts.get(bucket, ("aws", place.account))[1]
    found = s3_backends[owner]["aws"].get_object(bucket, key) if bucket in s3_backends.bucket_accounts else None
    if found is None:
        raise invalid("S3 error: The specified key does not exist.")
    return str(found.value.decode())


def _check_circles(parsed: Json) -> None:
    if names := graph.circle(parsed["Resources"]):
        raise invalid(f"Circular dependency between resources: [{', '.join(names)}]")


def _check_capabilities(parsed: Json, granted: list[str]) -> None:
    needed = template.needed_capability(parsed)
    if needed is None or needed[0] in granted:
        return
    if needed[0] == "CAPABILITY_IAM" and "CAPABILITY_NAMED_IAM" in granted:
        return
    raise Refused("InsufficientCapabilitiesException", f"Requires capabilities : [{needed[0]}]")
