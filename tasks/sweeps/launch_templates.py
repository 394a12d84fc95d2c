"""Launch templates: the versions that are used, and what their user data says.

AWS docs: DescribeLaunchTemplateVersions (without a template, the latest or default version of all of them); Run
commands on your Linux instance at launch.
"""

import base64
import binascii
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from opsportal.checks import Read, Reader

from . import scaling_groups

VERSIONS = Read("ec2", "describe_launch_template_versions", {"Versions": ["$Latest", "$Default"]})
MOST = 1_000_000  # bytes of user data unpacked; EC2 takes 16 KB


@dataclass(frozen=True)
class Version:
    """`latest` None: not known, it was asked for by its number."""

    template: str
    name: str
    number: int
    default: bool
    latest: bool | None
    data: Mapping[str, Any]

    @property
    def user_data(self) -> str:
        return decoded(self.data.get("UserData", ""))


def versions(reader: Reader) -> list[Version]:
    """The latest and the default version of each template."""
    told = {
        (each["LaunchTemplateId"], each["VersionNumber"]): each
        for page in reader.pages(VERSIONS)
        for each in page["LaunchTemplateVersions"]
    }
    latest: dict[str, int] = {}
    for template, number in told:
        latest[template] = max(number, latest.get(template, 0))
    return [version(each, number == latest[template]) for (template, number), each in told.items()]


def version(told: Mapping[str, Any], latest: bool | None) -> Version:
    default = told.get("DefaultVersion", False)
    names = told["LaunchTemplateId"], told["LaunchTemplateName"]
    return Version(*names, told["VersionNumber"], default, latest, told["LaunchTemplateData"])


def of_groups(reader: Reader, groups: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], Version | None]]:
    """Each group that has a launch template with the version it launches; None: that version is gone."""
    known = versions(reader)
    used = [(group, templates[0]) for group in groups if (templates := scaling_groups.templates(group))]
    missing = [named for _, named in used if not match(named, known)]
    reads = [Read("ec2", "describe_launch_template_versions", asked(named)) for named in missing]
    for answer in reader.several(reads):
        known.extend(version(each, None) for each in (answer or {}).get("LaunchTemplateVersions", ()))
    for group, named in used:
        yield group, match(named, known)


def asked(named: Mapping[str, str]) -> dict[str, Any]:
    key = "LaunchTemplateId" if "LaunchTemplateId" in named else "LaunchTemplateName"
    return {key: named[key], "Versions": [named.get("Version", "$Default")]}


def match(named: Mapping[str, str], known: list[Version]) -> Version | None:
    """The version that is meant: a number, $Latest or $Default."""
    wanted = named.get("Version", "$Default")
    for each in known:
        if named.get("LaunchTemplateId", each.template) != each.template:
            continue
        if named.get("LaunchTemplateName", each.name) != each.name:
            continue
        if (
            wanted == str(each.number)
            or (wanted == "$Default" and each.default)
            or (wanted == "$Latest" and each.latest)
        ):
            return each
    return None


def decoded(text: str) -> str:
    """User data as text: base64, and gzip where cloud-init is given that; what is neither is empty."""
    try:
        data = base64.b64decode(text, validate=False)
        if data[:2] == b"\x1f\x8b":
            data = zlib.decompressobj(wbits=31).decompress(data, MOST)
    except (binascii.Error, zlib.error):
        return ""
    return data.decode(errors="replace")
