"""The calls about templates."""

from sandbox.cloudformation import events, intrinsics, requests, template
from sandbox.cloudformation.change_set_calls import change_set
from sandbox.cloudformation.errors import invalid, no_stack
from sandbox.cloudformation.reads import stack_named
from sandbox.cloudformation.records import Json
from sandbox.cloudformation.requests import Request


def get_template(request: Request) -> Json:
    if request.get("ChangeSetName"):
        revision = change_set(request)[1].revision
    else:
        stack = stack_named(request, "Stack with id {name} does not exist")
        if stack.revision is None:
            raise no_stack(request.get("StackName"))
        revision = stack.revision
    return {"TemplateBody": revision.body, "StagesAvailable": ["Original", "Processed"]}


def validate_template(request: Request) -> Json:
    parsed = template.parse(requests.body_of(request))
    template.check(parsed)
    lines = [
        {key: line[key] for key in ("ParameterKey", "DefaultValue", "NoEcho", "Description")}
        for line in _declared(parsed)
    ]
    return {"Parameters": lines, "Description": parsed.get("Description")} | _capabilities(parsed)


def get_template_summary(request: Request) -> Json:
    parsed = template.parse(_summary_body(request))
    template.check(parsed)
    types = sorted({definition["Type"] for definition in parsed["Resources"].values()})
    metadata = parsed.get("Metadata")
    return {
        "Parameters": _declared(parsed),
        "Description": parsed.get("Description"),
        "ResourceTypes": types,
        "Version": parsed.get("AWSTemplateFormatVersion"),
        "Metadata": events.text(metadata) if metadata else None,
    } | _capabilities(parsed)


def _declared(parsed: Json) -> list[Json]:
    return [
        {
            "ParameterKey": name,
            "DefaultValue": None if "Default" not in line else intrinsics._string(line["Default"]),
            "ParameterType": line.get("Type", "String"),
            "NoEcho": str(line.get("NoEcho", "")).lower() == "true",
            "Description": line.get("Description"),
            "ParameterConstraints": {"AllowedValues": list(map(str, line.get("AllowedValues") or []))},
        }
        for name, line in (parsed.get("Parameters") or {}).items()
    ]


def _capabilities(parsed: Json) -> Json:
    needed = template.needed_capability(parsed)
    if needed is None:
        return {}
    types = sorted({d["Type"] for d in parsed["Resources"].values() if d["Type"].startswith("AWS::IAM::")})
    reason = f"The following resource(s) require capabilities: [{', '.join(types)}]"
    return {"Capabilities": [needed[0]], "CapabilitiesReason": reason}


def _summary_body(request: Request) -> str:
    if not request.get("StackName"):
        return requests.body_of(request)
    stack = stack_named(request, "Stack with id {name} does not exist")
    if stack.revision is None:
        raise invalid("GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks.")
    return stack.revision.body
