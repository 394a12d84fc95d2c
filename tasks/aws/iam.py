"""Identity and Access Management: what a role may do."""

from collections.abc import Mapping, Sequence

from opsportal.contexts import Aws


def simulate(
    aws: Aws, principal: str, actions: Sequence[str], resource: str = "*", context: Mapping[str, str] | None = None
) -> dict[str, bool]:
    """Whether the principal may do each action on the resource. AWS docs: SimulatePrincipalPolicy. Raises Denied."""
    entries = [
        {"ContextKeyName": name, "ContextKeyValues": [value], "ContextKeyType": "string"}
        for name, value in (context or {}).items()
    ]
    pages = aws.pages(
        "iam",
        "simulate_principal_policy",
        PolicySourceArn=principal,
        ActionNames=list(actions),
        ResourceArns=[resource],
        ContextEntries=entries,
    )
    results = [result for page in pages for result in page["EvaluationResults"]]
    return {result["EvalActionName"]: result["EvalDecision"] == "allowed" for result in results}
