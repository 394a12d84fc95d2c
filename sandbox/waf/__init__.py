"""AWS WAF's managed rule groups, and an update of a web ACL that replaces all of it."""
