"""Our own look inside a cell of unfold's lists."""

from django.utils.html import format_html
from django.utils.safestring import SafeString


def boxed(inner: SafeString) -> SafeString:
    return format_html('<span class="ops">{}</span>', inner)
