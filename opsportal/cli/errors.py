"""What a command may end in, each with its exit code; the message is a sentence that says what to do."""

from http import HTTPStatus

SUCCEEDED, FAILED, USAGE, REFUSED, AWAY, INTERRUPTED = 0, 1, 2, 3, 4, 130


class Failure(Exception):
    code = FAILED


class Usage(Failure):
    """What was typed, or found in a file or a variable, can't be used."""

    code = USAGE


class Refusal(Failure):
    """opsportal answered with a problem (RFC 9457). `status`: that of HTTP; 0: the answer was none of opsportal's."""

    code = REFUSED

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.code = USAGE if status in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY) else REFUSED


class Away(Failure):
    """opsportal can't be reached."""

    code = AWAY
