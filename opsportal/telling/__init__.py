"""What people outside of the portal are told: digests of what policies found, by e-mail and signed webhook."""


class NotDelivered(Exception):
    """The notice has not arrived. `for_good`: trying again is of no use. `soon`: no need to wait longer each time."""

    def __init__(self, message: str, for_good: bool = False, soon: bool = False) -> None:
        super().__init__(message)
        self.message, self.for_good, self.soon = message, for_good, soon
