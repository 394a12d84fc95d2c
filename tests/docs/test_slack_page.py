"""The page about Slack says what the code does: the manifest asks for just what is used, and the tables are whole."""

import re

import pytest
import yaml

from config.env import ROOT
from opsportal.slack.requests import USAGE
from sandbox.slack.methods import METHODS
from tests.docs import pages

PAGE = ROOT / "docs/slack.md"
SOURCES = "\n".join(path.read_text() for path in sorted((ROOT / "opsportal/slack").glob("*.py")))
BY_EVENT = {"app_mention": "app_mentions:read", "message.im": "im:history", "app_home_opened": ""}
BESIDE = {"commands", "users:read.email"}  # the slash command, and the address that users.info tells


@pytest.fixture
def manifests():
    """That of Socket Mode, and what HTTP has instead."""
    return [yaml.safe_load(text) for text in pages.blocks(PAGE, "yaml")]


def called():
    """The methods of the Web API that the code calls."""
    by_name = {name.replace("_", ".", 1) for name in re.findall(r"client\(\)\.(\w+)\(", SOURCES)} - {"api.call"}
    camel = {f"{group}.{rest}": f"{group}.{rest}" for group, rest in (name.split(".", 1) for name in METHODS)}
    return {camel[name] for name in by_name} | set(re.findall(r'"((?:conversations|chat)\.\w+)"', SOURCES))


def test_the_scopes_are_those_of_what_is_called_and_heard(manifests):
    events = manifests[0]["settings"]["event_subscriptions"]["bot_events"]
    needed = {scope for method in called() for scope in METHODS[method].scopes}
    needed |= BESIDE | {BY_EVENT[event] for event in events} - {""}
    assert set(manifests[0]["oauth_config"]["scopes"]["bot"]) == needed


def test_the_events_are_those_that_are_handled(manifests):
    handled = set(re.findall(r'made\.event\("(\w+)"\)', SOURCES))
    for manifest in manifests:
        events = manifest["settings"]["event_subscriptions"]["bot_events"]
        assert {event.removesuffix(".im") for event in events} == handled


def test_over_http_everything_comes_to_the_one_address(manifests):
    socket, http = manifests
    assert (socket["settings"]["socket_mode_enabled"], http["settings"]["socket_mode_enabled"]) == (True, False)
    (command,) = http["features"]["slash_commands"]
    urls = {
        command["url"],
        *(http["settings"][each]["request_url"] for each in ("event_subscriptions", "interactivity")),
    }
    assert urls == {"https://ops.example.com/slack/events"}
    assert "url" not in str(socket)


def test_the_table_has_each_command():
    table = re.findall(r"^\| `(/ops [^`]*)` \|", PAGE.read_text(), re.MULTILINE)
    assert table == list(USAGE.values())
