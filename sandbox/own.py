"""Operations that are our own, not moto's: asked for and answered by the shapes of botocore's models."""

import gzip
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from moto.core.parse import PROTOCOL_PARSERS
from moto.core.serialize import SerializationContext, get_serializer_class
from moto.core.utils import get_service_model
from werkzeug.wrappers import Response

from sandbox import caches, instances, managed, quotas, refusals, remembering, scaling, targets
from sandbox.calls import Call
from sandbox.cloudformation.errors import Refused
from sandbox.cloudformation.records import Json, Place
from sandbox.cloudformation.requests import Request
from sandbox.cloudwatch import api as cloudwatch
from sandbox.pricing import calls as pricing
from sandbox.requests import MODELS
from sandbox.waf import calls as waf
from sandbox.world import World

Environ = dict[str, Any]
Function = Callable[[Request], Json]

# by signing name
SERVICES: dict[str, Mapping[str, Function]] = {
    "autoscaling": scaling.ACTIONS,
    "ec2": instances.ACTIONS,
    "elasticache": caches.ACTIONS,
    "elasticloadbalancing": targets.ACTIONS,
    "monitoring": cloudwatch.ACTIONS,
    "pricing": pricing.ACTIONS,
    "servicequotas": quotas.ACTIONS,
    "ssm": managed.ACTIONS,
    "wafv2": waf.ACTIONS,
}
BOTOCORE = MODELS | {"servicequotas": "service-quotas"}


def answer(world: World, call: Call, environ: Environ) -> Response | None:
    """The answer or refusal of an operation of ours; None leaves the call to moto."""
    function = SERVICES.get(call.service, {}).get(call.action)
    if function is None:
        if prepare := remembering.BEFORE.get((call.service, call.action)):
            prepare(_request(world, call, environ))
        return None
    operation = _operation(call)
    try:
        result = function(_request(world, call, environ))
    except Refused as error:
        return _refusal(operation, call, error)
    return Response(write(operation, call.protocol, result), content_type=_content_type(operation, call.protocol))


def remember(world: World, call: Call, environ: Environ, response: Response) -> None:
    """After moto has performed a call: what it forgets of it is kept."""
    function = remembering.AFTER.get((call.service, call.action))
    if function is not None and response.status_code == 200:
        function(_request(world, call, environ), response.get_data(as_text=True))


def _operation(call: Call) -> Any:
    return get_service_model(BOTOCORE.get(call.service, call.service)).operation_model(call.action)


def _request(world: World, call: Call, environ: Environ) -> Request:
    given = read(_operation(call), call, body_of(environ))
    return Request(world, Place(call.account, call.region), given, world.clock.now())


def body_of(environ: Environ) -> bytes:
    """The request's body; clients compress long ones."""
    body: bytes = environ["wsgi.input"].getvalue()
    return gzip.decompress(body) if environ.get("HTTP_CONTENT_ENCODING") == "gzip" else body


def read(operation: Any, call: Call, body: bytes) -> Json:
    """The parameters, nested; times as seconds since the epoch."""
    parser = PROTOCOL_PARSERS[call.protocol](operation, timestamp_parser=_seconds)
    asked: Any = {"values": call.form, "body": body, "headers": {}, "method": "POST", "url_path": "/", "url_params": {}}
    try:
        found: Json = parser.parse(asked)
    except (ValueError, AttributeError, TypeError) as error:
        raise Refused("SerializationException", f"The request cannot be read: {error}") from error
    return found


def write(operation: Any, protocol: str, result: Json) -> str:
    if protocol == "json":
        return json.dumps(result)
    kind = get_serializer_class(operation.service_model.service_name, protocol)
    return str(kind(operation, context=SerializationContext(str(uuid4()))).serialize(result)["body"])


def _seconds(value: Any) -> float:
    if isinstance(value, (int, float)):
        return float(value)
    try:
        return float(value)
    except ValueError:
        moment = datetime.fromisoformat(str(value))
        return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()


def _content_type(operation: Any, protocol: str) -> str:
    version = operation.service_model.metadata.get("jsonVersion", "1.0")
    return f"application/x-amz-json-{version}" if protocol == "json" else "text/xml"


def _refusal(operation: Any, call: Call, error: Refused) -> Response:
    """A query service's JSON carries the code of its query protocol beside. AWS docs: "AWS JSON 1.0 protocol"."""
    status, content_type, text = refusals.answer(call, error.code, error.message, error.status)
    response = Response(text, status=status, content_type=content_type)
    if "awsQueryCompatible" in operation.service_model.metadata:
        response.headers["x-amzn-query-error"] = f"{error.code};{'Sender' if status < 500 else 'Receiver'}"
    return response
