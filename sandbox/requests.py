"""Understanding an AWS request: which service, action, account, and what was asked."""

import json
import re
from functools import cache
from urllib.parse import parse_qsl

from botocore.loaders import Loader
from botocore.model import ServiceModel
from werkzeug.wrappers import Request

from sandbox.calls import Call

SCOPE = re.compile(r"Credential=([^/,]+)/\d+/([^/]+)/([^/]+)/aws4_request")
# signing names whose botocore model is called otherwise
MODELS = {"elasticloadbalancing": "elbv2", "monitoring": "cloudwatch", "apigateway": "apigatewayv2", "email": "ses"}
DEFAULT_ACCOUNT = "123456789012"


def understand(request: Request, body: bytes) -> Call:
    access_key, region, service = _scope(request)
    protocol, action, form = _asked(request, service, body)
    return Call(service, action, account_of(access_key), region, access_key, protocol, form)


def _scope(request: Request) -> tuple[str, str, str]:
    found = SCOPE.search(request.headers.get("Authorization", ""))
    if found is None:
        return request.args.get("X-Amz-Credential", "").partition("/")[0], "us-east-1", "s3"
    return found[1], found[2], found[3].lower()


def account_of(access_key: str) -> str:
    """An access key of twelve digits is the account itself; others are moto's."""
    if re.fullmatch(r"\d{12}", access_key):
        return access_key
    from moto.iam.models import get_account_id_from

    return get_account_id_from(access_key)


def _asked(request: Request, service: str, body: bytes) -> tuple[str, str, dict[str, str]]:
    target = request.headers.get("X-Amz-Target", "")
    if target:
        return "json", target.rsplit(".", 1)[-1], _flat(body)
    if request.content_type and request.content_type.startswith("application/x-www-form-urlencoded"):
        form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        if "Action" in form:
            return ("ec2" if service == "ec2" else "query"), form["Action"], form
    form = dict(request.args.items()) | {"path": request.path}
    protocol = "rest-xml" if service in ("s3", "route53", "cloudfront") else "rest-json"
    return protocol, rest_action(service, request.method, request.path, frozenset(request.args)), form | _flat(body)


def _flat(body: bytes) -> dict[str, str]:
    try:
        given = json.loads(body) if body else {}
    except ValueError:
        return {}
    return {k: v if isinstance(v, str) else json.dumps(v) for k, v in given.items()} if isinstance(given, dict) else {}


def rest_action(service: str, method: str, path: str, query: frozenset[str]) -> str:
    """The operation of a REST service whose method and URI fit best; else the method and the path."""
    fitting = [
        (score, -len(name), name)
        for name, verb, pattern, score, keys in _routes(service)
        if verb == method and keys <= query and pattern.fullmatch(path)
    ]
    return max(fitting)[2] if fitting else f"{method} {path}"


@cache
def _routes(service: str) -> list[tuple[str, str, re.Pattern[str], int, frozenset[str]]]:
    name = MODELS.get(service, service)
    loader = Loader()
    if name not in loader.list_available_services("service-2"):
        return []
    model = ServiceModel(loader.load_service_model(name, "service-2"), name)
    return [_route(operation, model.operation_model(operation).http) for operation in model.operation_names]


def _route(name: str, http: dict[str, str]) -> tuple[str, str, re.Pattern[str], int, frozenset[str]]:
    path, _, query = http["requestUri"].partition("?")
    pattern = re.sub(r"\\{(\w+)\\\+\\}", ".+", re.escape(path.rstrip("/") or "/"))
    pattern = re.sub(r"\\{[^}]+\\}", "[^/]+", pattern)
    keys = frozenset(part.partition("=")[0] for part in query.split("&") if part)
    return name, http["method"], re.compile(pattern + "/?"), len(path) + 10 * len(keys), keys
