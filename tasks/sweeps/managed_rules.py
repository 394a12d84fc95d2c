"""What AWS's managed rule groups look for in a path or a query, as far as that is known.

AWS does not publish the patterns, but for the examples and sizes its documentation names; to these come paths that
operators have met. AWS docs: AWS Managed Rules rule groups list.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

ADMIN = re.compile(r"(^|/)(admin|administrator|wp-admin|phpmyadmin|sqlmanager|mysqladmin|cpanel|manager)(/|$|\.)", re.I)
EXTENSIONS = re.compile(r"\.(log|ini|bak|backup|conf|config|cfg|env|sql|dump|old|swp)$", re.I)
EXPLOITS = re.compile(r"web-inf|\.git/|\.aws/|\.htaccess", re.I)


@dataclass(frozen=True)
class Request:
    """A GET of this path and query at this host."""

    host: str
    path: str
    query: str = ""


@dataclass(frozen=True)
class Rule:
    """A rule of a managed group: its name, and the label it leaves, whose case differs."""

    name: str
    label: str


RULES: Mapping[str, Sequence[tuple[Rule, Callable[[Request], bool]]]] = {
    "AWSManagedRulesAdminProtectionRuleSet": (
        (
            Rule("AdminProtection_URIPATH", "awswaf:managed:aws:admin-protection:AdminProtection_URIPath"),
            lambda request: bool(ADMIN.search(request.path)),
        ),
    ),
    "AWSManagedRulesCommonRuleSet": (
        (
            Rule("RestrictedExtensions_URIPATH", "awswaf:managed:aws:core-rule-set:RestrictedExtensions_URIPath"),
            lambda request: bool(EXTENSIONS.search(request.path)),
        ),
        (
            Rule("SizeRestrictions_URIPATH", "awswaf:managed:aws:core-rule-set:SizeRestrictions_URIPath"),
            lambda request: len(request.path) > 1024,
        ),
        (
            Rule("SizeRestrictions_QUERYSTRING", "awswaf:managed:aws:core-rule-set:SizeRestrictions_QueryString"),
            lambda request: len(request.query) > 2048,
        ),
        (
            Rule("GenericLFI_URIPATH", "awswaf:managed:aws:core-rule-set:GenericLFI_URIPath"),
            lambda request: "../" in unquote(request.path),
        ),
    ),
    "AWSManagedRulesKnownBadInputsRuleSet": (
        (
            Rule("ExploitablePaths_URIPATH", "awswaf:managed:aws:known-bad-inputs:ExploitablePaths_URIPath"),
            lambda request: bool(EXPLOITS.search(request.path)),
        ),
    ),
}
