"""The query protocol, both ways, by the shapes of botocore's service models."""

from datetime import datetime
from functools import cache
from typing import Any
from uuid import uuid4
from xml.sax.saxutils import escape

from botocore.loaders import Loader
from botocore.model import ServiceModel, Shape

from sandbox.cloudformation.errors import Refused


@cache
def service(name: str) -> ServiceModel:
    return ServiceModel(Loader().load_service_model(name, "service-2"), name)


def read(model: ServiceModel, action: str, form: dict[str, str]) -> dict[str, Any]:
    """The request's parameters, nested and typed."""
    shape = model.operation_model(action).input_shape
    return {} if shape is None else _structure(shape, "", form)


def _structure(shape: Shape, prefix: str, form: dict[str, str]) -> dict[str, Any]:
    values = ((name, _value(member, prefix + name, form)) for name, member in shape.members.items())  # type: ignore[attr-defined]
    return {name: value for name, value in values if value is not None}


def _value(shape: Shape, key: str, form: dict[str, str]) -> Any:
    if shape.type_name == "structure":
        return _structure(shape, key + ".", form) or None
    if shape.type_name == "list":
        return _members(shape, key, form)
    return None if key not in form else _scalar(shape, form[key])


def _members(shape: Shape, key: str, form: dict[str, str]) -> list[Any] | None:
    if key in form:
        return []
    found: list[Any] = []
    while (value := _value(shape.member, f"{key}.member.{len(found) + 1}", form)) is not None:  # type: ignore[attr-defined]
        found.append(value)
    return found or None


def _scalar(shape: Shape, text: str) -> Any:
    if shape.type_name == "boolean":
        return text.lower() == "true"
    return int(text) if shape.type_name in ("integer", "long") else text


def write(model: ServiceModel, action: str, result: dict[str, Any]) -> str:
    """The answer of an operation as query XML."""
    operation = model.operation_model(action)
    shape = operation.output_shape
    inner = "" if shape is None else f"<{action}Result>{_inside(shape, result)}</{action}Result>"
    meta = f"<ResponseMetadata><RequestId>{uuid4()}</RequestId></ResponseMetadata>"
    return f'<{action}Response xmlns="{model.metadata.get("xmlNamespace", "")}">{inner}{meta}</{action}Response>'


def _inside(shape: Shape, value: Any) -> str:
    if shape.type_name == "structure":
        members = shape.members  # type: ignore[attr-defined]
        return "".join(_tag(name, _inside(members[name], item)) for name, item in value.items() if item is not None)
    if shape.type_name == "list":
        return "".join(_tag("member", _inside(shape.member, item)) for item in value)  # type: ignore[attr-defined]
    return _text(value)


def _tag(name: str, inner: str) -> str:
    return f"<{name}>{inner}</{name}>"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"
    return escape(str(value))


def refusal(error: Refused, namespace: str = "http://cloudformation.amazonaws.com/doc/2010-05-15/") -> str:
    kind = "Sender" if error.status < 500 else "Receiver"
    inner = f"<Type>{kind}</Type><Code>{error.code}</Code><Message>{escape(error.message)}</Message>"
    return f'<ErrorResponse xmlns="{namespace}"><Error>{inner}</Error><RequestId>{uuid4()}</RequestId></ErrorResponse>'
