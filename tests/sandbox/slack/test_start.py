from slack_sdk import WebClient

from sandbox.slack import process


def test_tokens_are_told_at_the_start_and_the_end_is_in_order():
    started = process.start(speed=10, bot_token="xoxb-own", signing_secret="own")
    try:
        assert WebClient(token="xoxb-own", base_url=started.api).auth_test()["ok"]
        settings = started.control("GET", "settings")
        assert (settings["speed"], settings["signing_secret"]) == (10, "own")
    finally:
        assert started.stop() == 0
