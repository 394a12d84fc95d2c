"""Who the workers themselves are, before they assume any role."""

from botocore.exceptions import BotoCoreError, ClientError

from . import clients, errors

REGION = "us-east-1"  # STS answers the same everywhere


def identity(endpoint: str) -> str:
    """The ARN of the workers' own credentials. Raises StepFailed, TryLater or Denied with a sentence."""
    sts = clients.client("sts", REGION, endpoint, timeout=10)
    try:
        with clients.calling(clients.Caller(clients.own_credentials(), "opsportal-doctor")):
            return str(sts.get_caller_identity()["Arn"])
    except (BotoCoreError, ClientError) as error:
        call = errors.Call("sts", "GetCallerIdentity", "sts:GetCallerIdentity", role="")
        raise errors.translate(error, call) from error
