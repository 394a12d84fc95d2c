"""What Ref and Fn::GetAtt give for a resource."""

from typing import Any

from moto.cloudformation.exceptions import UnformattedGetAttTemplateException

from sandbox.cloudformation import naming, schemas
from sandbox.cloudformation.errors import Failed
from sandbox.cloudformation.records import Place, Resource

PORTS = {"AWS::ElastiCache": "6379", "AWS::RDS": "5432"}
ENDPOINTS = {"AWS::ApiGatewayV2::Api": "https://{id}.execute-api.{region}.amazonaws.com"}
LOOSE = ("Custom::", "AWS::CloudFormation::")


def attribute(place: Place, resource: Resource, name: str) -> Any:
    """Moto's own value where it has one; raises Failed for a name the type does not have."""
    found = _of_moto(resource, name)
    if found is not None:
        return found
    if not _exists(resource, name):
        raise Failed(f"Resource type {resource.type} does not support attribute {{{name}}}")
    return _generated(place, resource, name)


def _of_moto(resource: Resource, name: str) -> Any:
    if resource.model is None or not hasattr(resource.model, "get_cfn_attribute"):
        return None
    try:
        return resource.model.get_cfn_attribute(name)
    except (UnformattedGetAttTemplateException, NotImplementedError):
        return None


def _exists(resource: Resource, name: str) -> bool:
    if resource.type.startswith(LOOSE) or not schemas.known(resource.type):
        return True
    allowed = schemas.attributes(resource.type)
    return name in allowed or name in resource.properties or any(known.startswith(name + ".") for known in allowed)


def _generated(place: Place, resource: Resource, name: str) -> Any:
    last = name.rsplit(".", 1)[-1]
    if resource.type in ENDPOINTS and name == "ApiEndpoint":
        return ENDPOINTS[resource.type].format(id=resource.physical_id, region=place.region)
    if name in resource.properties:
        return resource.properties[name]
    if name == schemas.identifier(resource.type) or last == "Id":
        return resource.physical_id
    if last.endswith("Arn"):
        return _arn(place, resource)
    if last.lower().endswith(("dnsname", "address", "endpoint", "domainname")):
        service = naming.service_of(resource.type)
        return f"{resource.name.lower()}.{service}.{place.region}.amazonaws.com"
    return _port(resource) if last == "Port" else f"{resource.name}-{last}"


def _arn(place: Place, resource: Resource) -> str:
    if resource.physical_id.startswith("arn:"):
        return resource.physical_id
    return naming.arn(place, resource.type, resource.physical_id)


def _port(resource: Resource) -> str:
    family = "::".join(resource.type.split("::")[:2])
    return str(resource.properties.get("Port") or PORTS.get(family, "443"))
