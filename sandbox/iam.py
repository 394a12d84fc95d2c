"""What IAM and STS decide that moto leaves out: trust with an external id, enforced and simulated policies."""

import fnmatch
import json
from typing import Any
from urllib.parse import unquote

from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from sandbox import conditions, refusals
from sandbox.calls import Call
from sandbox.cloudformation import wire
from sandbox.world import World

Statement = dict[str, Any]
NOTHING: conditions.Context = {}
ADMIN = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


class BadRole(Exception):
    """A role that cannot be made; the text says what was expected."""


def add_role(world: World, given: dict[str, Any]) -> dict[str, str]:
    """Makes a role that trusts everybody who knows the external id; `enforce` makes its policy count."""
    missing = [name for name in ("account", "role") if not isinstance(given.get(name), str)]
    if missing:
        raise BadRole(
            f"{' and '.join(missing)} must be given as text, such as account '111111111111' and role 'deploy'."
        )
    backend = iam_backends[given["account"]]["aws"]
    name = given["role"]
    role = next((r for r in backend.roles.values() if r.name == name), None) or _made(backend, name)
    role.assume_role_policy_document = json.dumps(_trust(given.get("external_id", "")))
    role.policies["sandbox"] = json.dumps(given.get("policy") or ADMIN)
    (world.enforced.add if given.get("enforce") else world.enforced.discard)(role.arn)
    return {"arn": role.arn}


def _made(backend: Any, name: str) -> Any:
    return backend.create_role(name, "{}", "/", None, "Made by the sandbox", [], "43200")


def _trust(external_id: str) -> dict[str, Any]:
    statement: Statement = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    if external_id:
        statement["Condition"] = {"StringEquals": {"sts:ExternalId": external_id}}
    return {"Version": "2012-10-17", "Statement": [statement]}


def caller_arn(call: Call) -> str:
    found = _session(call)
    return str(found.arn) if found is not None else f"arn:aws:iam::{call.account}:user/sandbox"


def _session(call: Call) -> Any:
    for backend in list(sts_backends[call.account].values()):
        for session in backend.assumed_roles:
            if session.access_key_id == call.access_key:
                return session
    return None


def refused(world: World, call: Call) -> refusals.Answer | None:
    """An untrusted AssumeRole, or a call that an enforced role's policy does not allow."""
    if call.service == "sts" and call.action == "AssumeRole":
        return _untrusted(call)
    session = _session(call) if world.enforced else None
    if session is None or session.role_arn not in world.enforced or call.service == "sts":
        return None
    role = _role(session.role_arn)
    verdict = decide(statements(role), refusals.iam_action(call), "*", wide=True) if role else "implicitDeny"
    return None if verdict == "allowed" else refusals.denied(call, session.arn, explicit=verdict == "explicitDeny")


def _role(arn: str) -> Any:
    account = arn.split(":")[4]
    return next((role for role in iam_backends[account]["aws"].roles.values() if role.arn == arn), None)


def _untrusted(call: Call) -> refusals.Answer | None:
    arn = call.form.get("RoleArn", "")
    role = _role(arn) if arn.count(":") >= 5 else None
    if role is None or _trusted(role, call.form.get("ExternalId", "")):
        return None
    text = f"User: {caller_arn(call)} is not authorized to perform: sts:AssumeRole on resource: {arn}"
    return refusals.answer(call, "AccessDenied", text, 403)


def _trusted(role: Any, external_id: str) -> bool:
    document = _document(role.assume_role_policy_document)
    return any(_external_id_fits(statement, external_id) for statement in _listed(document.get("Statement")))


def _external_id_fits(statement: Statement, external_id: str) -> bool:
    wanted = (statement.get("Condition") or {}).get("StringEquals", {}).get("sts:ExternalId")
    return statement.get("Effect") == "Allow" and (wanted is None or external_id in _listed(wanted))


def _document(text: Any) -> dict[str, Any]:
    if isinstance(text, dict):
        return text
    found: dict[str, Any] = json.loads(unquote(text) if str(text).startswith("%") else text or "{}")
    return found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def statements(role: Any) -> list[Statement]:
    """Inline and attached policies, as one list."""
    versions = (version for policy in role.managed_policies.values() for version in policy.versions)
    attached = (version.document for version in versions if version.is_default_version)
    documents = [*role.policies.values(), *attached]
    return [statement for text in documents for statement in _listed(_document(text).get("Statement"))]


def decide(
    rules: list[Statement], action: str, resource: str, wide: bool = False, context: conditions.Context = NOTHING
) -> str:
    """allowed, explicitDeny or implicitDeny by the request's context; `wide` lets any resource do."""
    rules = [statement for statement in rules if conditions.hold(statement.get("Condition"), context)]
    fitting = [s for s in rules if _acts(s, action) and (wide or _covers(s, resource))]
    if any(s["Effect"] == "Deny" for s in fitting if not wide or "*" in _listed(s.get("Resource"))):
        return "explicitDeny"
    return "allowed" if any(s["Effect"] == "Allow" for s in fitting) else "implicitDeny"


def _acts(statement: Statement, action: str) -> bool:
    if "NotAction" in statement:
        return not _any(statement["NotAction"], action)
    return _any(statement.get("Action"), action)


def _any(patterns: Any, text: str) -> bool:
    return any(fnmatch.fnmatchcase(text.lower(), str(pattern).lower()) for pattern in _listed(patterns))


def _covers(statement: Statement, resource: str) -> bool:
    if "NotResource" in statement:
        return not any(fnmatch.fnmatchcase(resource, p) for p in _listed(statement["NotResource"]))
    return any(fnmatch.fnmatchcase(resource, p) for p in _listed(statement.get("Resource", "*")))


def simulate(call: Call) -> refusals.Answer:
    """SimulatePrincipalPolicy for a role, every action against every resource."""
    model = wire.service("iam")
    given = wire.read(model, "SimulatePrincipalPolicy", call.form)
    role = _role(given["PolicySourceArn"])
    if role is None:
        return refusals.answer(call, "NoSuchEntity", f"The role {given['PolicySourceArn']} cannot be found.", 404)
    rules = statements(role)
    rules += [s for text in given.get("PolicyInputList") or [] for s in _listed(_document(text).get("Statement"))]
    resources = given.get("ResourceArns") or ["*"]
    context = {e["ContextKeyName"]: e.get("ContextKeyValues", []) for e in given.get("ContextEntries") or []}
    results = [_result(rules, action, resource, context) for action in given["ActionNames"] for resource in resources]
    return (
        200,
        "text/xml",
        wire.write(model, "SimulatePrincipalPolicy", {"EvaluationResults": results, "IsTruncated": False}),
    )


def _result(rules: list[Statement], action: str, resource: str, context: conditions.Context) -> dict[str, Any]:
    decision = decide(rules, action, resource, context=context)
    return {
        "EvalActionName": action,
        "EvalResourceName": resource,
        "EvalDecision": decision,
        "MatchedStatements": [],
        "MissingContextValues": [],
    }
