"""What can be changed while the workspace runs."""

from dataclasses import asdict, dataclass, field, fields
from typing import Any

SCOPES = (
    "app_mentions:read",
    "channels:history",
    "channels:join",
    "channels:read",
    "chat:write",
    "commands",
    "groups:history",
    "groups:read",
    "im:write",
    "reactions:read",
    "reactions:write",
    "users:read",
    "users:read.email",
)
EVENTS = ("app_mention", "app_home_opened", "message")
URLS = ("events_url", "interactivity_url", "commands_url")


class BadSetting(Exception):
    """A setting that is unknown or of the wrong type; the text says which."""


@dataclass
class Settings:
    """`speed` quickens rate limits, retries and response_urls; an app's own three seconds do not depend on it."""

    bot_token: str = "xoxb-sandbox"  # noqa: S105 - made up
    app_token: str = "xapp-sandbox"  # noqa: S105 - made up
    signing_secret: str = "sandbox-signing-secret"  # noqa: S105 - made up
    speed: float = 1.0
    trigger_seconds: float = 3.0
    ack_seconds: float = 3.0
    edit_minutes: float = 0.0
    max_sockets: int = 10
    scopes: list[str] = field(default_factory=lambda: list(SCOPES))
    events: list[str] = field(default_factory=lambda: list(EVENTS))
    events_url: str = ""
    interactivity_url: str = ""
    commands_url: str = ""

    def change(self, given: dict[str, Any]) -> None:
        """Takes all of them or none; raises BadSetting."""
        kinds = {each.name: type(getattr(self, each.name)) for each in fields(self)}
        for name, value in given.items():
            if name not in kinds:
                raise BadSetting(f"{name!r} is not a setting; known are {', '.join(sorted(kinds))}.")
            if not isinstance(value, (int, float) if kinds[name] is float else kinds[name]):
                raise BadSetting(f"{name} must be a {kinds[name].__name__}, not {value!r}.")
        if given.get("speed", 1) <= 0:
            raise BadSetting("speed must be above 0: 10 makes a limit of a second one of a tenth.")
        for name, value in given.items():
            setattr(self, name, value)


def copied(settings: Settings) -> Settings:
    return Settings(**asdict(settings))
