"""Groups whose instances install software at their start in a subnet without a route out: it hangs or fails.

The user data of the launch template version that a group launches is looked through for package managers, container
pulls and downloads; each subnet of the group is followed along its default route. Repositories behind a VPC endpoint
(S3, ECR) can be reached without one, so what comes from there is no fault: the finding names the commands, and a
person knows. A default route into another network is said not to be known.

AWS docs: Run commands on your Linux instance at launch; Configure route tables; Gateway endpoints for Amazon S3.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Reader, Severity
from opsportal.words import gettext as _
from opsportal.words import gettext_noop, ngettext
from tasks.sweeps import launch_templates, resources, scaling_groups, subnets
from tasks.sweeps.resources import Resource
from tasks.sweeps.subnets import Subnet

INSTALLERS = re.compile(
    r"\b(dnf|yum|apt|apt-get|apk|zypper|pip3?|npm|yarn|gem|snap)\s+(?:-\S+\s+)*(?:install|update|upgrade|add|ci)\b"
    r"|\b(docker|podman)\s+(?:pull|run)\b|\b(docker)[- ]compose\s+(?:pull|up)\b|\b(curl|wget)\s[^\n|;]*https?://"
)
LOCAL = re.compile(r"https?://(169\.254\.169\.254|localhost|127\.0\.0\.1|\[fd00:ec2::254\])")


class Limits(BaseModel):
    ignore: list[str] = Field(
        [],
        max_length=20,
        title=gettext_noop("Commands to leave out"),
        description=gettext_noop("Commands that need no route here, such as yum where S3 has an endpoint."),
    )


@dataclass(frozen=True)
class Facts:
    """`commands`: what its user data installs with. None: its version of the template is gone. `shut`: its subnets
    without a way out; `unsure`: those of which that is not known."""

    resource: Resource
    template: str
    commands: tuple[str, ...] | None
    shut: tuple[Subnet, ...] = ()
    unsure: tuple[str, ...] = ()


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    known = subnets.subnets(reader)
    for group, version in launch_templates.of_groups(reader, list(scaling_groups.listed(reader))):
        ids = [each for each in group.get("VPCZoneIdentifier", "").split(",") if each]
        mine = [known[each] for each in ids if each in known]
        yield Facts(
            resource=scaling_groups.resource(group, reader.now),
            template=f"{version.name}:{version.number}" if version else "",
            commands=commands(version.user_data) if version else None,
            shut=tuple(each for each in mine if each.out is False and not gets_address(version, each)),
            unsure=tuple(each.id for each in mine if each.out is None) + tuple(set(ids) - set(known)),
        )


def gets_address(version: launch_templates.Version | None, subnet: Subnet) -> bool:
    """Whether the template gives a public address where the subnet leads to an internet gateway."""
    interfaces = version.data.get("NetworkInterfaces", ()) if version else ()
    return subnet.way == "internet" and any(each.get("AssociatePublicIpAddress") for each in interfaces)


def commands(user_data: str) -> tuple[str, ...]:
    """The commands that need a way out, by name; comments and the instance's own metadata are left out."""
    lines = [line for line in user_data.splitlines() if not line.lstrip().startswith("#")]
    found = [match for line in lines if not LOCAL.search(line) for match in INSTALLERS.finditer(line)]
    return tuple(dict.fromkeys(next(filter(None, match.groups())) for match in found))


def judge(facts: Facts, limits: Limits) -> Found | None:
    if facts.commands is None:
        text = _("What its instances do at their start is not known: its version of the launch template is gone.")
        return found(facts, text, "medium")
    names = [name for name in facts.commands if name not in limits.ignore]
    if not names or not (facts.shut or facts.unsure):
        return None
    tools, n = ", ".join(names), len(facts.shut)
    if facts.shut:
        where = ", ".join(subnet.id for subnet in facts.shut)
        text = ngettext(
            "Its instances run {tools} at their start, and {subnets} has no route to the internet.",
            "Its instances run {tools} at their start, and {subnets} have no route to the internet.",
            n,
        )
        return found(facts, text.format(tools=tools, subnets=where), None)
    text = _("Its instances run {tools} at their start; whether {subnets} has a route to the internet is not known.")
    return found(facts, text.format(tools=tools, subnets=", ".join(facts.unsure)), "low")


def found(facts: Facts, detail: str, severity: Severity | None) -> Found:
    advice = _("Bake the software into the image, or give the subnets a route to a NAT gateway.")
    if facts.commands is None:
        advice = _("Give the group a version of the template that is there: it can't launch anything now.")
    return resources.found(
        facts.resource,
        detail=detail,
        advice=advice,
        severity=severity,
        template=facts.template,
        commands=list(facts.commands or ()),
        subnets={subnet.id: subnet.way for subnet in facts.shut},
        unsure=list(facts.unsure),
    )


CHECK = Check(
    name="userdata-no-route",
    title=gettext_noop("User data installs without a route"),
    summary=gettext_noop("Instances install software at their start in a subnet without a route to the internet."),
    group="reliability",
    severity="high",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(scaling_groups.GROUPS, launch_templates.VERSIONS, *subnets.READS),
    permissions=(
        "autoscaling:DescribeAutoScalingGroups",
        "ec2:DescribeLaunchTemplateVersions",
        *subnets.PERMISSIONS,
    ),
    guide=__doc__ or "",
)
