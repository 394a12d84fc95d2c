"""Slack's refusals: `ok: false` with the name of the error, by HTTP 200 unless said otherwise."""

from typing import Any


class Refused(Exception):
    """`error` is the name on the method's page; `more` stands beside it in the answer."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.more = more


def explained(error: str, problems: list[str]) -> Refused:
    """With what is wrong, as `must be … [json-pointer:/blocks/0]`."""
    messages = [f"[ERROR] {problem}" for problem in problems]
    return Refused(error, errors=problems, response_metadata={"messages": messages})
