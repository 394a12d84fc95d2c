"""CloudFormation's refusals, in AWS's own words."""


class Refused(Exception):
    """An API error: `code` and `message` as AWS sends them, with the HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def invalid(message: str) -> Refused:
    return Refused("ValidationError", message)


class Failed(Exception):
    """What ends an operation in progress; the text becomes the status reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def no_stack(name: str) -> Refused:
    return invalid(f"Stack with id {name} does not exist")


def no_change_set(name: str) -> Refused:
    return Refused("ChangeSetNotFound", f"ChangeSet [{name}] does not exist", 404)
