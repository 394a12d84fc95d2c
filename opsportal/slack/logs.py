"""What Slack's libraries may log: failures, without secrets. Below them they log what people wrote, and tickets."""

import logging

from .. import redaction


class Redacted(logging.Filter):
    """Takes secrets out of each line."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redaction.text(record.getMessage()), ()
        return True


def quiet(name: str) -> logging.Logger:
    """The library's logger of this name, whatever LOG_LEVEL is."""
    found = logging.getLogger(name)
    found.setLevel(logging.ERROR)
    if not found.filters:
        found.addFilter(Redacted())
    return found
