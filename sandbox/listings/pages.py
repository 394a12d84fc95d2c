"""Pages of a list by an opaque token, and the bounds of how long one may be."""

from collections.abc import Callable

from sandbox.pages import BadToken
from sandbox.pages import cut as page

__all__ = ["BadToken", "page", "within"]


def within(value: int, name: str, least: int, most: int, refusal: Callable[[str], Exception]) -> int:
    """The value; raises the service's refusal with AWS's sentence about a member out of its bounds."""
    if least <= value <= most:
        return value
    bound = f"less than or equal to {most}" if value > most else f"greater than or equal to {least}"
    text = f"Value '{value}' at '{name}' failed to satisfy constraint: Member must have value {bound}"
    raise refusal(f"1 validation error detected: {text}")
