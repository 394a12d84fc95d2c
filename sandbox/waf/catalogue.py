"""AWS's managed rule groups: capacity, label namespace, rules and their labels.

AWS WAF Developer Guide: Baseline rule groups, Use-case specific rule groups, IP reputation rule groups. A rule's label
has its own spelling: AdminProtection_URIPATH puts AdminProtection_URIPath.
"""

from dataclasses import dataclass

SUFFIXES = {
    "URIPATH": "URIPath",
    "HEADER": "Header",
    "BODY": "Body",
    "COOKIE": "Cookie",
    "QUERYSTRING": "QueryString",
    "QUERYARGUMENTS": "QueryArguments",
    "METHOD": "Method",
}
SPELLED = {"UserAgent_BadBots_HEADER": "BadBots_Header", "Host_localhost_HEADER": "Host_Localhost_Header"}
SPELLED |= {"PROPFIND_METHOD": "Propfind_Method"}
COUNTING = ("AWSManagedIPDDoSList",)  # all others block


@dataclass(frozen=True)
class Group:
    name: str
    capacity: int
    namespace: str
    rules: tuple[str, ...]
    description: str

    def label(self, rule: str) -> str:
        name, _, suffix = rule.rpartition("_")
        own = SPELLED.get(rule) or (f"{name}_{SUFFIXES[suffix]}" if suffix in SUFFIXES else rule)
        return f"{self.prefix}{own}"

    @property
    def prefix(self) -> str:
        return f"awswaf:managed:aws:{self.namespace}:"


def _each(name: str, *suffixes: str) -> tuple[str, ...]:
    return tuple(f"{name}_{suffix}" for suffix in suffixes)


COMMON = (
    "NoUserAgent_HEADER",
    "UserAgent_BadBots_HEADER",
    *_each("SizeRestrictions", "QUERYSTRING", "Cookie_HEADER", "BODY", "URIPATH"),
    *_each("EC2MetaDataSSRF", "BODY", "COOKIE", "URIPATH", "QUERYARGUMENTS"),
    *_each("GenericLFI", "QUERYARGUMENTS", "URIPATH", "BODY"),
    *_each("RestrictedExtensions", "URIPATH", "QUERYARGUMENTS"),
    *_each("GenericRFI", "QUERYARGUMENTS", "BODY", "URIPATH"),
    *_each("CrossSiteScripting", "COOKIE", "QUERYARGUMENTS", "BODY", "URIPATH"),
)
BAD_INPUTS = (
    *_each("JavaDeserializationRCE", "HEADER", "BODY", "URIPATH", "QUERYSTRING"),
    "Host_localhost_HEADER",
    "PROPFIND_METHOD",
    "ExploitablePaths_URIPATH",
    *_each("Log4JRCE", "HEADER", "QUERYSTRING", "BODY", "URIPATH"),
)
SQLI = (*_each("SQLi", "QUERYARGUMENTS", "BODY", "COOKIE"), *_each("SQLiExtendedPatterns", "QUERYARGUMENTS", "BODY"))

GROUPS = {
    group.name: group
    for group in (
        Group(
            "AWSManagedRulesAdminProtectionRuleSet",
            100,
            "admin-protection",
            ("AdminProtection_URIPATH",),
            "Contains rules that allow you to block external access to exposed admin pages.",
        ),
        Group(
            "AWSManagedRulesCommonRuleSet",
            700,
            "core-rule-set",
            COMMON,
            "Contains rules that are generally applicable to web applications.",
        ),
        Group(
            "AWSManagedRulesKnownBadInputsRuleSet",
            200,
            "known-bad-inputs",
            BAD_INPUTS,
            "Contains rules that allow you to block request patterns that are known to be invalid.",
        ),
        Group(
            "AWSManagedRulesSQLiRuleSet",
            200,
            "sql-database",
            SQLI,
            "Contains rules that allow you to block request patterns associated with exploitation of SQL databases.",
        ),
        Group(
            "AWSManagedRulesAmazonIpReputationList",
            25,
            "amazon-ip-list",
            ("AWSManagedIPReputationList", "AWSManagedReconnaissanceList", "AWSManagedIPDDoSList"),
            "This group contains rules that are based on Amazon threat intelligence.",
        ),
        Group(
            "AWSManagedRulesAnonymousIpList",
            50,
            "anonymous-ip-list",
            ("AnonymousIPList", "HostingProviderIPList"),
            "Contains rules that allow you to block requests from services that hide who is asking.",
        ),
    )
}
