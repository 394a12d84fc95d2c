"""Security Token Service: who the calls are made as."""

import re
from dataclasses import dataclass

from opsportal.contexts import Aws

ASSUMED = re.compile(r"^arn:(aws[a-z-]*):sts::(\d{12}):assumed-role/([^/]+)/")


@dataclass(frozen=True)
class CallerIdentity:
    arn: str
    account: str

    @property
    def partition(self) -> str:
        return self.arn.split(":")[1]

    @property
    def principal(self) -> str:
        """The IAM user's or role's own ARN: of an assumed role its path is not told and taken as "/"."""
        role = ASSUMED.match(self.arn)
        return f"arn:{role[1]}:iam::{role[2]}:role/{role[3]}" if role else self.arn


def caller_identity(aws: Aws) -> CallerIdentity:
    """AWS docs: GetCallerIdentity, which needs no permission."""
    answer = aws.read("sts", "get_caller_identity")
    return CallerIdentity(answer["Arn"], answer["Account"])
