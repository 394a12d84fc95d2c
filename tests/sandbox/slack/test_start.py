from slack_sdk import WebClient

from sandbox.slack import process


def test_the_people_can_be_named_and_ids_are_the_same_each_time():
    started = process.start(people="olga, ansel")
    try:
        seen = started.workspace()
        started.reset()
        assert [(each["id"], each["name"]) for each in started.workspace()["users"]] == [
            ("U0SANDBOT1", "opsbot"),
            ("U0OLGA00000", "olga"),
            ("U0ANSEL0000", "ansel"),
        ]
        assert seen["channels"][1]["id"] == started.workspace()["channels"][1]["id"] == "C0OPS000000"
    finally:
        started.stop()


def test_tokens_are_told_at_the_start_and_the_end_is_in_order():
    started = process.start(speed=10, bot_token="xoxb-own", signing_secret="own")
    try:
        assert WebClient(token="xoxb-own", base_url=started.api).auth_test()["ok"]
        settings = started.control("GET", "settings")
        assert (settings["speed"], settings["signing_secret"]) == (10, "own")
    finally:
        assert started.stop() == 0


def test_who_ends_it_at_once_is_heard():
    for _ in range(3):
        assert process.start().stop() == 0
