"""The page of the checks, made from their files: `python -m tests.docs.checks_page` writes it."""

from collections.abc import Sequence

from config.env import ROOT
from opsportal.checks import Check

PAGE = ROOT / "docs/checks.md"
HEAD = """# Checks

What a policy can look for. A check reads AWS and judges what it read; it never changes anything. This page is made
from the files in `tasks/checks/`; thresholds are the defaults of each check's form. [Prices](prices.md) says where the
dollars come from.
"""
GROUPS = {"cost": "Cost", "reliability": "Reliability", "security": "Security"}


def page(checks: Sequence[Check]) -> str:
    parts = [HEAD]
    for group, title in GROUPS.items():
        members = [each for each in checks if each.group == group]
        parts += [f"## {title}\n", *map(section, members)] if members else []
    return "\n".join(parts)


def section(check: Check) -> str:
    needed = ", ".join(f"`{action}`" for action in sorted(check.permissions))
    limits = limit_rows(check.limits.model_json_schema().get("properties", {}))
    table = ["| limit | default | |", "|---|---|---|", *limits, ""] if limits else []
    lines = [
        f"### {check.name}\n",
        f"**{check.title}**: severity {check.severity}. Needs {needed}.\n",
        check.guide.strip() + "\n",
        *table,
    ]
    return "\n".join(lines)


def limit_rows(properties) -> list[str]:
    return [f"| {spec['title']} | {default(spec['default'])} | {spec['description']} |" for spec in properties.values()]


def default(value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return f"{value:g}" if isinstance(value, int | float) else str(value)


if __name__ == "__main__":
    from tasks.checks import CHECKS

    PAGE.write_text(page(CHECKS))
