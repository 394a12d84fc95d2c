"""AWS's error answers, in the wire form of each protocol.

AWS docs: "Request throttling for the Amazon EC2 API", "Troubleshooting access denied error messages".
"""

import json
from typing import Any
from uuid import uuid4
from xml.sax.saxutils import escape

from sandbox.calls import Call

THROTTLES = {"ec2": "RequestLimitExceeded", "query": "Throttling", "rest-xml": "SlowDown"}
EXPIRED = {"ec2": "RequestExpired", "query": "ExpiredToken", "rest-xml": "ExpiredToken"}
# signing names that differ from the prefix in IAM
PREFIXES = {"monitoring": "cloudwatch", "email": "ses", "tagging": "tag"}
# actions that are not named after their operation. AWS docs: Service Authorization Reference, Amazon S3
ACTIONS = {
    "s3:GetBucketLifecycle": "s3:GetLifecycleConfiguration",  # the same path as its successor's
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:ListMultipartUploads": "s3:ListBucketMultipartUploads",
    "s3:ListParts": "s3:ListMultipartUploadParts",
}

Answer = tuple[int, str, str]


def throttled(call: Call) -> Answer:
    code = THROTTLES.get(call.protocol, "ThrottlingException")
    text = {"ec2": "Request limit exceeded.", "rest-xml": "Please reduce your request rate."}
    status = 503 if call.protocol in ("ec2", "rest-xml") else 429 if call.protocol == "rest-json" else 400
    return answer(call, code, text.get(call.protocol, "Rate exceeded"), status)


def unknown(call: Call, text: str) -> Answer:
    """An operation that is not there. AWS docs: Common errors, of each service's API Reference."""
    if call.protocol == "rest-xml":
        return answer(call, "NotImplemented", text, 501)
    if call.protocol in ("json", "rest-json"):
        return answer(call, "UnknownOperationException", text, 404 if call.protocol == "rest-json" else 400)
    return answer(call, "InvalidAction", text, 400)


def broken(call: Call, status: int) -> Answer:
    code = "ServiceUnavailable" if status == 503 else "InternalFailure"
    return answer(call, code, "The request processing has failed because of an unknown error.", status)


def expired(call: Call) -> Answer:
    text = "Request has expired." if call.protocol == "ec2" else "The security token included in the request is expired"
    code = EXPIRED.get(call.protocol, "ExpiredTokenException")
    return answer(call, code, text, 400 if call.protocol in ("json", "ec2", "rest-xml") else 403)


def iam_action(call: Call) -> str:
    action = f"{PREFIXES.get(call.service, call.service)}:{call.action}"
    return ACTIONS.get(action, action)


def denied(call: Call, arn: str, resource: str = "", explicit: bool = False) -> Answer:
    action = iam_action(call)
    where = f" on resource: {resource}" if resource else ""
    no_policy = f"because no identity-based policy allows the {action} action"
    why = "with an explicit deny in an identity-based policy" if explicit else no_policy
    text = f"User: {arn} is not authorized to perform: {action}{where} {why}"
    if call.protocol == "ec2":
        return answer(call, "UnauthorizedOperation", f"You are not authorized to perform this operation. {text}", 403)
    code = "AccessDeniedException" if call.protocol in ("json", "rest-json") else "AccessDenied"
    return answer(call, code, text, 400 if call.protocol == "json" else 403)


def answer(call: Call, code: str, text: str, status: int) -> Answer:
    """(status, content type, body)."""
    if call.protocol in ("json", "rest-json"):
        return status, "application/x-amz-json-1.1", json.dumps({"__type": code, "message": text})
    return status, "text/xml", _xml(call.protocol, code, escape(text), status)


def _xml(protocol: str, code: str, text: str, status: int) -> str:
    ident: Any = uuid4()
    inner = f"<Code>{code}</Code><Message>{text}</Message>"
    if protocol == "ec2":
        return f"<Response><Errors><Error>{inner}</Error></Errors><RequestID>{ident}</RequestID></Response>"
    if protocol == "rest-xml":
        return f"<Error>{inner}<RequestId>{ident}</RequestId></Error>"
    kind = "Sender" if status < 500 else "Receiver"
    return f"<ErrorResponse><Error><Type>{kind}</Type>{inner}</Error><RequestId>{ident}</RequestId></ErrorResponse>"
