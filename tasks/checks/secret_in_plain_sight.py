"""Passwords, keys and tokens that stand in plain text where many may read them.

Looked through are the user data of launch templates and of instances that no group has launched, the templates of
CloudFormation stacks, and the environment variables of the task definitions that services run. The patterns are those
of detect-secrets. A finding says where a secret stands and of which kind it is; the secret itself is never kept or
shown. Whoever can read these places has read it, so it has to be replaced, not only moved.

AWS docs: Move hardcoded secrets to AWS Secrets Manager; Get a secret or secret value from Secrets Manager in AWS
CloudFormation (dynamic references); Pass Secrets Manager secrets through Amazon ECS environment variables; Run commands
on your Linux instance at launch (user data is not protected).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Read, Reader
from opsportal.words import gettext as _
from opsportal.words import gettext_noop, ngettext
from tasks.sweeps import containers, instances, launch_templates, plain_secrets, scaling_groups, tags
from tasks.sweeps.plain_secrets import Sighting
from tasks.sweeps.resources import Resource, found

INSTANCES = instances.reading("running", "stopped")
STACKS = Read("cloudformation", "describe_stacks")
MADE_BY = (scaling_groups.TAG, "aws:ec2launchtemplate:id")
BATCH = 50  # templates, or user data, in memory at a time

Kind = Literal["launch template", "instance", "stack", "task definition"]


class Limits(BaseModel):
    instances: bool = Field(
        True,
        title=gettext_noop("Instances"),
        description=gettext_noop("Whether the user data of instances without a launch template is read, a call each."),
    )
    stacks: bool = Field(
        True,
        title=gettext_noop("Stacks"),
        description=gettext_noop("Whether the templates of stacks are read, a call each."),
    )
    ignore: list[str] = Field(
        [],
        max_length=50,
        title=gettext_noop("Names to leave out"),
        description=gettext_noop("Lines and settings whose place contains one of these are left out."),
    )


@dataclass(frozen=True)
class Facts:
    """`sightings`: where secrets stand, never what they are. None: it could not be read, it is gone."""

    kind: Kind
    resource: Resource
    sightings: tuple[Sighting, ...] | None


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    yield from of_templates(reader)
    if limits.instances:
        yield from of_instances(reader)
    if limits.stacks:
        yield from of_stacks(reader)
    yield from of_tasks(reader)


def of_templates(reader: Reader) -> Iterator[Facts]:
    """One facts object a launch template: its latest and default version together."""
    seen: dict[tuple[str, str], list[Sighting]] = {}
    for version in launch_templates.versions(reader):
        what = f"user data of version {version.number}"
        seen.setdefault((version.template, version.name), []).extend(plain_secrets.in_text(version.user_data, what))
    for (template, name), sightings in seen.items():
        yield Facts("launch template", Resource(template, reader.now, name), tuple(sightings))


def of_instances(reader: Reader) -> Iterator[Facts]:
    """Those launched by hand: the others have the user data of their template."""
    left = (each for each in instances.listed(reader, INSTANCES) if by_hand(each))
    while wanted := list(islice(left, BATCH)):
        reads = [Read("ec2", "describe_instance_attribute", asked(each["InstanceId"])) for each in wanted]
        for each, answer in zip(wanted, reader.several(reads), strict=True):
            data = launch_templates.decoded((answer or {}).get("UserData", {}).get("Value", ""))
            seen, held = tuple(plain_secrets.in_text(data, "user data")), tags.plain(each.get("Tags"))
            resource = Resource(each["InstanceId"], reader.now, tags.name(held), held)
            yield Facts("instance", resource, seen if answer else None)


def by_hand(instance: Mapping[str, Any]) -> bool:
    running = instance["State"]["Name"] in ("running", "stopped")
    return running and not set(MADE_BY) & set(tags.plain(instance.get("Tags")))


def asked(instance: str) -> dict[str, Any]:
    return {"InstanceId": instance, "Attribute": "userData"}


def of_stacks(reader: Reader) -> Iterator[Facts]:
    stacks = [(each["StackId"], each["StackName"]) for page in reader.pages(STACKS) for each in page["Stacks"]]
    for start in range(0, len(stacks), BATCH):
        batch = stacks[start : start + BATCH]
        reads = [Read("cloudformation", "get_template", {"StackName": stack}) for stack, _name in batch]
        for (stack, name), answer in zip(batch, reader.several(reads), strict=True):
            body = (answer or {}).get("TemplateBody", "")
            text = body if isinstance(body, str) else json.dumps(body, indent=1, default=str)
            seen = tuple(plain_secrets.in_text(text, "template"))
            yield Facts("stack", Resource(stack, reader.now, name), seen if answer else None)


def of_tasks(reader: Reader) -> Iterator[Facts]:
    """The task definitions that services run, each once."""
    arns = [each["taskDefinition"] for each in containers.services(reader)]
    for arn, definition in containers.definitions(reader, arns).items():
        seen = tuple(
            sighting
            for container in definition["containerDefinitions"]
            for setting in container.get("environment", ())
            for sighting in plain_secrets.in_setting(setting["name"], setting["value"], container["name"])
        )
        yield Facts("task definition", Resource(arn, reader.now, arn.rpartition("/")[2]), seen)


def judge(facts: Facts, limits: Limits) -> Found | None:
    if facts.sightings is None:
        return None  # it was deleted while it was read
    seen = [each for each in facts.sightings if not any(name in each.place for name in limits.ignore)]
    if not seen:
        return None
    n = len(seen)
    text = ngettext("{n} secret stands in plain text: {places}.", "{n} secrets stand in plain text: {places}.", n)
    places = ", ".join(f"{each.place} ({each.kind})" for each in seen[:5])
    return found(
        facts.resource,
        detail=text.format(n=n, places=places if n <= 5 else f"{places}, …"),
        advice=advice(facts.kind),
        what=facts.kind,
        places=[{"place": each.place, "kind": each.kind} for each in seen[:50]],
    )


def advice(kind: Kind) -> str:
    """Replace it, and the reference to use from now on."""
    if kind == "task definition":
        text = _("Replace the secret, keep the new one in Secrets Manager and name it under {how}.")
        return text.format(how='"secrets": [{"name": …, "valueFrom": "arn:aws:secretsmanager:…"}]')
    if kind == "stack":
        text = _("Replace the secret, keep the new one in Secrets Manager and write {how} in the template.")
        return text.format(how="{{resolve:secretsmanager:NAME:SecretString:KEY}}")
    text = _("Replace the secret, keep the new one in Secrets Manager and read it at the start: {how}.")
    return text.format(how="aws secretsmanager get-secret-value --secret-id NAME")


CHECK = Check(
    name="secret-in-plain-sight",
    title=gettext_noop("Secret in plain sight"),
    summary=gettext_noop("A password, key or token stands in user data, a template or an environment variable."),
    group="security",
    severity="critical",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(launch_templates.VERSIONS, containers.CLUSTERS, INSTANCES, STACKS),
    permissions=(
        "cloudformation:DescribeStacks",
        "cloudformation:GetTemplate",
        "ec2:DescribeInstanceAttribute",
        "ec2:DescribeInstances",
        "ec2:DescribeLaunchTemplateVersions",
        *containers.PERMISSIONS,
    ),
    guide=__doc__ or "",
)
