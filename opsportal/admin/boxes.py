"""What our lists share: our own look inside a cell of unfold's, and numbers in addresses."""

from django.utils.html import format_html
from django.utils.safestring import SafeString


def boxed(inner: SafeString) -> SafeString:
    return format_html('<span class="ops">{}</span>', inner)


def number(object_id: str) -> int:
    """The row's number in an address; 0, which no row has, for anything else."""
    return int(object_id) if object_id.isdecimal() and len(object_id) < 20 else 0
