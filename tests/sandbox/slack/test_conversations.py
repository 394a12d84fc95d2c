import pytest


def post(client, channel, *texts, **more):
    return [client.chat_postMessage(channel=channel, text=text, **more)["ts"] for text in texts]


def test_channels_come_in_pages(client):
    first = client.conversations_list(limit=2)
    names = [[each["name"] for each in page["channels"]] for page in first]
    assert names == [["general", "ops"], ["deploys", "random"]]


def test_private_channels_are_listed_when_asked_for(slack, client):
    assert client.conversations_list(types="private_channel")["channels"][0]["name"] == "incidents"
    slack.act("member", channel="incidents", present=False)
    assert client.conversations_list(types="private_channel")["channels"] == []


def test_archived_channels_can_be_left_out(slack, client):
    slack.act("archive", channel="deploys")
    assert len(client.conversations_list(exclude_archived=True)["channels"]) == 3
    assert len(client.conversations_list()["channels"]) == 4


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"limit": 1001}, "invalid_limit"),
        ({"cursor": "nonsense"}, "invalid_cursor"),
        ({"types": "secret"}, "invalid_types"),
    ],
)
def test_a_bad_page_is_refused(refused, given, error):
    assert refused("conversations.list", **given)["error"] == error


def test_a_channel_tells_about_itself(client, channels):
    shown = client.conversations_info(channel=channels["ops"], include_num_members=True)["channel"]
    assert (shown["name"], shown["is_member"], shown["is_archived"], shown["num_members"]) == ("ops", True, False, 4)


def test_a_bot_joins_public_channels(slack, client, refused, channels):
    client.conversations_join(channel=channels["random"])
    assert client.chat_postMessage(channel="random", text="x")["ok"]
    answer = refused("conversations.join", channel=channels["incidents"])
    assert answer["error"] == "method_not_supported_for_channel_type"
    slack.act("archive", channel="random")
    assert refused("conversations.join", channel=channels["random"])["error"] == "is_archived"


def test_history_is_newest_first_and_in_pages(client, channels):
    written = post(client, "ops", "a", "b", "c")
    pages = client.conversations_history(channel=channels["ops"], limit=2)
    found = [(page["has_more"], [each["ts"] for each in page["messages"]]) for page in pages]
    assert found == [(True, written[:0:-1]), (False, written[:1])]


def test_history_can_be_cut_out_by_time(client, channels):
    first, second, third = post(client, "ops", "a", "b", "c")
    between = client.conversations_history(channel=channels["ops"], oldest=first, latest=third)["messages"]
    assert [each["ts"] for each in between] == [second]
    whole = client.conversations_history(channel=channels["ops"], oldest=first, latest=third, inclusive=True)
    assert len(whole["messages"]) == 3


def test_threads_stand_apart_and_may_be_broadcast(client, channels):
    (parent,) = post(client, "ops", "a")
    (quiet,) = post(client, "ops", "b", thread_ts=parent)
    (loud,) = post(client, "ops", "c", thread_ts=parent, reply_broadcast=True)
    newest, oldest = client.conversations_history(channel=channels["ops"])["messages"]
    assert (newest["ts"], newest["subtype"]) == (loud, "thread_broadcast")
    assert (oldest["ts"], oldest["reply_count"], oldest["latest_reply"]) == (parent, 2, loud)
    thread = client.conversations_replies(channel=channels["ops"], ts=parent)["messages"]
    assert [each["ts"] for each in thread] == [parent, quiet, loud]


def test_metadata_comes_when_it_is_asked_for(client, channels):
    about = {"event_type": "run", "event_payload": {"id": 7}}
    post(client, "ops", "a", metadata=about)
    assert "metadata" not in client.conversations_history(channel=channels["ops"])["messages"][0]
    found = client.conversations_history(channel=channels["ops"], include_all_metadata=True)["messages"]
    assert found[0]["metadata"] == about


def test_what_a_bot_may_not_read(refused, channels):
    assert refused("conversations.history", channel=channels["random"])["error"] == "not_in_channel"
    assert refused("conversations.history", channel="C0")["error"] == "channel_not_found"
    assert refused("conversations.replies", channel=channels["ops"], ts="1.000100")["error"] == "thread_not_found"


def test_people_are_listed_and_found_by_mail(client, refused):
    members = [each for page in client.users_list(limit=3) for each in page["members"]]
    assert [each["name"] for each in members] == ["opsbot", "mina", "jonas", "amara"]
    mina = client.users_lookupByEmail(email="Mina@example.com")["user"]
    assert client.users_info(user=mina["id"])["user"]["real_name"] == "Mina Kim"
    assert refused("users.lookupByEmail", email="nobody@example.com")["error"] == "users_not_found"
    assert refused("users.info", user="U0")["error"] == "user_not_found"


def test_mail_addresses_need_a_scope_of_their_own(slack, client):
    slack.set(scopes=["users:read"])
    assert all("email" not in each["profile"] for each in client.users_list()["members"])
