"""Every address that the portal answers, as Django's resolver knows them."""

import re

from django.urls import URLResolver, get_resolver


def entries(resolver=None, before="/"):
    """Each route below this resolver, as Django writes it, with its name."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from entries(entry, route)
        else:
            yield route, entry.name


def address(route, value):
    """The route with this in every place."""
    plain = re.sub(r"\^|\$|\(\?P<\w+>[^)]*\)", lambda found: value if "<" in found[0] else "", route)
    return re.sub(r"<[^>]+>", value, plain)
