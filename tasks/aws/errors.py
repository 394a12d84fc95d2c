"""botocore's failures become ours, told apart by error code; AWS's own words are kept as the cause."""

import re
from dataclasses import dataclass
from typing import Any

from botocore import exceptions
from botocore.parsers import ResponseParserError

from opsportal.errors import Denied, Gone, OpsError, StepFailed, TryLater
from opsportal.words import gettext as _
from opsportal.words import gettext_noop

# AWS docs: botocore's retries/standard.py, without LimitExceededException, which is a quota in CloudFormation.
THROTTLED = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestThrottledException",
        "RequestThrottled",
        "SlowDown",
        "Throttled",
        "TooManyRequestsException",
        "ProvisionedThroughputExceededException",
        "TransactionInProgressException",
        "RequestLimitExceeded",
        "BandwidthLimitExceeded",
        "PriorRequestNotComplete",
        "EC2ThrottledException",
    }
)
DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "Forbidden", "NotAuthorized"})
EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"})
NOT_KNOWN = frozenset(
    {
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "InvalidAccessKeyId",
        "AuthFailure",
        "SignatureDoesNotMatch",
        "IncompleteSignature",
        "MissingAuthenticationToken",
        "InvalidSignatureException",
    }
)
BROKEN = frozenset({"InternalFailure", "InternalError", "InternalServerError", "ServiceUnavailable", "RequestTimeout"})
GONE = re.compile(r"(NotFound(Exception|Fault)?|NoSuch\w+|DoesNotExist(Exception|Fault)?)$")
MISSING = re.compile(r"not authorized to perform: ([a-z0-9-]+:[A-Za-z0-9*]+)")

# Where IAM's prefix is not the name a request is signed with. AWS docs: Service Authorization Reference.
IAM_PREFIX = {"monitoring": "cloudwatch", "email": "ses", "tagging": "tag"}
# Where an action is not named after its operation. AWS docs: the same, Actions defined by Amazon S3.
IAM_ACTION = {
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:ListMultipartUploads": "s3:ListBucketMultipartUploads",
    "s3:ListParts": "s3:ListMultipartUploadParts",
}


@dataclass(frozen=True)
class Call:
    """A call on its way: boto3's service, the API's operation, the IAM action it needs and whose rights it uses.

    `role` is the ARN of the role assumed, "" for the workers' own identity.
    """

    service: str
    operation: str
    action: str
    role: str

    @property
    def name(self) -> str:
        return f"{self.service}:{self.operation}"


def iam_action(signing_name: str, operation: str) -> str:
    """The IAM action of an operation: most are named after it."""
    action = f"{IAM_PREFIX.get(signing_name, signing_name)}:{operation}"
    return IAM_ACTION.get(action, action)


def code(error: Exception) -> str:
    """AWS's error code; "" when there was no answer to read."""
    return str(error.response["Error"].get("Code", "")) if isinstance(error, exceptions.ClientError) else ""


def is_stale(error: Exception) -> bool:
    """Whether the credentials are of no more use, so that fresh ones have to be got."""
    return code(error) in EXPIRED | NOT_KNOWN


def unanswered(error: Exception) -> bool:
    """Whether it stays unknown what AWS did: no answer, one that can't be read, or a fault of AWS's own."""
    if isinstance(error, exceptions.ClientError):
        return code(error) in BROKEN or (status(error) >= 500 and code(error) not in THROTTLED)
    return isinstance(error, exceptions.HTTPClientError | exceptions.ConnectionError | ResponseParserError)


def status(error: Any) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def translate(error: Exception, call: Call) -> OpsError:
    """What this failure of the call means for the step."""
    if unanswered(error):
        return TryLater(_("AWS gave no usable answer to {call}: {error}").format(call=call.name, error=error))
    if isinstance(error, exceptions.ClientError):
        return refused(error, call)
    if isinstance(error, exceptions.NoCredentialsError | exceptions.PartialCredentialsError):
        return StepFailed(_(NO_CREDENTIALS), str(error))
    if isinstance(error, exceptions.CredentialRetrievalError | exceptions.MetadataRetrievalError):
        return TryLater(_(NOT_READ).format(call=call.name, error=error))
    return StepFailed(_("{call} can't be sent like this: {error}").format(call=call.name, error=error), str(error))


NO_CREDENTIALS = gettext_noop(
    "The workers have no AWS credentials. Give them a role (instance profile, ECS task role) or set "
    "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, then restart them."
)
NOT_READ = gettext_noop("The workers' AWS credentials could not be read for {call}: {error}")
UNKNOWN_KEYS = gettext_noop(
    "AWS does not accept the workers' credentials for {call} ({code}). Check key, secret and clock. AWS said: {words}"
)
MAY_NOT = gettext_noop("{role} may not call {action}. Allow it in the policy of that role. AWS said: {words}")
NO_ROLE = gettext_noop(
    "The workers may not assume {role}. Check that the role exists, that its trust policy names the workers' identity "
    "and the environment's external id, and that the workers may call sts:AssumeRole on it. AWS said: {words}"
)


def refused(error: exceptions.ClientError, call: Call) -> OpsError:
    """What AWS's refusal means, by its code."""
    why, words = code(error), str(error.response["Error"].get("Message", ""))
    if error.operation_name == "AssumeRole" and why in DENIED:
        return Denied(_(NO_ROLE).format(role=call.role, words=words), "sts:AssumeRole")
    if why in THROTTLED:
        return TryLater(_("AWS throttles {call}.").format(call=call.name))
    if why in EXPIRED:
        return TryLater(_("The credentials expired during {call}.").format(call=call.name), 0)
    if why in DENIED:
        role, action = call.role or _("The workers' identity"), named(words) or call.action
        return Denied(_(MAY_NOT).format(role=role, action=action, words=words), action)
    if why in NOT_KNOWN:
        return StepFailed(_(UNKNOWN_KEYS).format(call=call.name, code=why, words=words), words, why)
    if GONE.search(why):
        return Gone(words or _("What {call} asked for does not exist.").format(call=call.name))
    return StepFailed(_("AWS refused {call}: {words}").format(call=call.name, words=words or why), words, why)


def named(words: str) -> str:
    """The action that AWS's sentence names: not always the call's own, such as iam:PassRole. "" when it names none."""
    found = MISSING.search(words)
    return found[1] if found else ""
