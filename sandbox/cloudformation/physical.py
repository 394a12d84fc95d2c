"""Making, changing and deleting the physical resources: moto's own where it has them, generated ones elsewhere."""

import inspect
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from moto.cloudformation import parsing
from moto.core.exceptions import ServiceException
from moto.ec2.models import ec2_backends
from moto.ec2.models.core import TaggedEC2Resource
from werkzeug.exceptions import HTTPException

from sandbox.cloudformation import defects, erasing, gaps, naming, schemas
from sandbox.cloudformation.errors import Failed
from sandbox.cloudformation.records import Json, Resource, Stack


def create(stack: Stack, resource: Resource) -> None:
    """Gives the resource its physical id; raises Failed when AWS would refuse it."""
    _require(resource)
    maker = _maker(resource.type)
    resource.name = _name(stack, resource, maker)
    if maker is not None:
        resource.model = _judged(lambda: _made(stack, resource, maker))
    resource.physical_id = str(getattr(resource.model, "physical_resource_id", None) or _generated_id(stack, resource))
    if resource.model is not None:
        _adjust(stack, resource, gaps.AFTER_MAKE)
        _tag(stack, resource)


def update(stack: Stack, resource: Resource, properties: Json) -> None:
    """Changes it in place; raises Failed when AWS would refuse."""
    resource.properties = properties
    maker = _maker(resource.type)
    if resource.model is not None and resource.type in gaps.CHANGE:
        _adjust(stack, resource, gaps.CHANGE)
        return
    if maker is None or resource.model is None or _lacks(resource, maker, "update"):
        return
    changed = _judged(lambda: _changed(stack, resource, maker))
    if changed is not None:
        resource.model = changed
        resource.physical_id = str(getattr(changed, "physical_resource_id", resource.physical_id))


def delete(stack: Stack, resource: Resource) -> None:
    """Raises Failed when something still needs it."""
    if resource.model is not None:
        _judged(lambda: _deleted(stack, resource))


def _require(resource: Resource) -> None:
    for name in schemas.required(resource.type):
        if name not in resource.properties:
            raise Failed(f"Property validation failure: [The property {{/{name}}} is required]")


def _maker(resource_type: str) -> Any:
    return None if (resource_type, "create") in defects.BROKEN else parsing.get_model_map().get(resource_type)


def _name(stack: Stack, resource: Resource, maker: Any) -> str:
    property_name = maker.cloudformation_name_type() if maker is not None else schemas.identifier(resource.type)
    given = resource.properties.get(property_name) if property_name else None
    return str(given) if given else naming.physical(stack.name, resource.logical_id, resource.type)


def custom_name(resource: Resource) -> str:
    """The name that the template itself gives this resource, or ""."""
    maker = _maker(resource.type)
    name = maker.cloudformation_name_type() if maker is not None else schemas.identifier(resource.type)
    return str(resource.properties.get(name) or "") if name else ""


def _made(stack: Stack, resource: Resource, maker: Any) -> Any:
    ids = {"LogicalId": resource.logical_id, "StackId": stack.id, "ResourceType": resource.type}
    place = stack.place
    definition = _json(stack, resource)
    if resource.type in gaps.MAKE:
        return gaps.MAKE[resource.type](place, resource, definition["Properties"])
    for name in defects.HELD_BACK.get(resource.type, ()):
        definition["Properties"].pop(name, None)
    definition["Properties"] = defects.DEFAULTS.get(resource.type, {}) | definition["Properties"]
    return maker.create_from_cloudformation_json(resource.name, definition, place.account, place.region, **ids)


def _changed(stack: Stack, resource: Resource, maker: Any) -> Any:
    return maker.update_from_cloudformation_json(
        original_resource=resource.model,
        new_resource_name=resource.name,
        cloudformation_json=_json(stack, resource),
        account_id=stack.place.account,
        region_name=stack.place.region,
    )


def _json(stack: Stack, resource: Resource) -> Json:
    properties = schemas.typed(resource.type, _named(resource) | resource.properties)
    if schemas.tag_property(resource.type) == "Tags" and schemas.tags_are_list(resource.type) and resource.tags:
        own = {tag["Key"] for tag in properties.get("Tags") or []}
        more = [{"Key": key, "Value": value} for key, value in resource.tags.items() if key not in own]
        properties["Tags"] = [*(properties.get("Tags") or []), *more]
    return {"Type": resource.type, "Properties": properties, "Metadata": resource.definition.get("Metadata") or {}}


def _named(resource: Resource) -> Json:
    """The generated name as a property: some of moto's types look for it there."""
    maker = _maker(resource.type)
    name = maker.cloudformation_name_type() if maker is not None else ""
    return {name: resource.name} if name and schemas.has_property(resource.type, name) else {}


def _deleted(stack: Stack, resource: Resource) -> None:
    if resource.type in erasing.ERASE:
        erasing.ERASE[resource.type](stack.place, resource)
        return
    place = (stack.place.account, stack.place.region)
    method = getattr(resource.model, "delete", None)
    if method is not None and _accepts(method, *place):
        method(*place)
        return
    maker = _maker(resource.type)
    if not _lacks(resource, maker, "delete"):
        maker.delete_from_cloudformation_json(resource.physical_id, _json(stack, resource), *place)


def _accepts(method: Callable[..., Any], *arguments: str) -> bool:
    try:
        inspect.signature(method).bind(*arguments)
    except TypeError:
        return False
    return True


def _lacks(resource: Resource, maker: Any, operation: str) -> bool:
    """Whether moto has no such operation for this type, or one that does not work."""
    method = getattr(maker, f"{operation}_from_cloudformation_json")
    return (resource.type, operation) in defects.BROKEN or hasattr(method, "__isabstractmethod__")


def _judged(act: Callable[[], Any]) -> Any:
    """What AWS refuses becomes Failed; what breaks is not caught here, and fails the resource in tasks.py."""
    try:
        return act()
    except (HTTPException, ServiceException) as error:
        raise Failed(_refusal(error)) from error


def _refusal(error: Exception) -> str:
    text = getattr(error, "message", None) or getattr(error, "description", None) or str(error)
    code = str(getattr(error, "error_type", None) or getattr(error, "code", ""))
    return handler_text(text, next((known for part, known in HANDLER_CODES.items() if part in code), GENERAL))


def broken(resource: Resource, error: Exception) -> str:
    """The reason of a resource that the sandbox itself failed on, as an AWS handler words its own faults."""
    text = (
        f"The sandbox failed on {resource.type}: {error!r}. Its log says where; mend it or name it in defects.BROKEN."
    )
    return handler_text(text, "InternalFailure")


def handler_text(text: str, code: str) -> str:
    """CloudFormation User Guide: Handler error codes."""
    return f'Resource handler returned message: "{text}" (RequestToken: {uuid4()}, HandlerErrorCode: {code})'


GENERAL = "GeneralServiceException"
HANDLER_CODES = {
    "Already": "AlreadyExists",
    "Duplicate": "AlreadyExists",
    "NotFound": "NotFound",
    "NoSuch": "NotFound",
    "Invalid": "InvalidRequest",
    "Validation": "InvalidRequest",
}


def _generated_id(stack: Stack, resource: Resource) -> str:
    if schemas.identifier(resource.type).endswith("Arn") or resource.type == "AWS::SecretsManager::Secret":
        return naming.arn(stack.place, resource.type, resource.name)
    return resource.name


def _adjust(stack: Stack, resource: Resource, table: dict[str, gaps.Change]) -> None:
    adjust = table.get(resource.type)
    if adjust is not None:
        _judged(lambda: adjust(stack.place, resource, _json(stack, resource)["Properties"]))


def _tag(stack: Stack, resource: Resource) -> None:
    if not isinstance(resource.model, TaggedEC2Resource):
        return
    system = {"stack-name": stack.name, "stack-id": stack.id, "logical-id": resource.logical_id}
    tags = {f"aws:cloudformation:{key}": value for key, value in system.items()} | resource.tags
    ec2_backends[stack.place.account][stack.place.region].create_tags([resource.physical_id], tags)
