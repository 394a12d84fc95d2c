import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

LONG = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2900}}


def test_a_bot_learns_who_it_is(client):
    who = client.auth_test()
    assert (who["user"], who["user_id"][0], who["bot_id"][0], who["team_id"][0]) == ("opsbot", "U", "B", "T")


@pytest.mark.parametrize(
    ("token", "error"),
    [(None, "not_authed"), ("xoxb-other", "invalid_auth"), ("xapp-sandbox", "not_allowed_token_type")],
)
def test_a_wrong_token_is_refused(slack, token, error):
    with pytest.raises(SlackApiError) as caught:
        WebClient(token=token, base_url=slack.api).auth_test()
    assert (caught.value.response["error"], caught.value.response.status_code) == (error, 200)


def test_a_missing_scope_is_named(slack, refused, channels):
    slack.set(scopes=["channels:read"])
    answer = refused("chat.postMessage", channel=channels["ops"], text="x")
    assert (answer["error"], answer["needed"], answer["provided"]) == ("missing_scope", "chat:write", "channels:read")


def test_an_unknown_method_is_refused(refused):
    assert refused("chat.sing")["error"] == "unknown_method"


def test_a_message_is_posted_by_id_or_by_name(client, channels):
    first, second = (client.chat_postMessage(channel=where, text="up") for where in (channels["ops"], "#ops"))
    assert first["channel"] == second["channel"] == channels["ops"]
    assert first["ts"] < second["ts"]
    assert first["message"]["bot_id"].startswith("B")


def test_a_message_can_be_sent_as_form_fields(client, channels):
    blocks = '[{"type": "divider"}]'
    posted = client.api_call("chat.postMessage", data={"channel": channels["ops"], "text": "x", "blocks": blocks})
    assert posted["message"]["blocks"][0]["type"] == "divider"


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"channel": "C0NOWHERE00", "text": "x"}, "channel_not_found"),
        ({"channel": "random", "text": "x"}, "not_in_channel"),
        ({"channel": "ops"}, "no_text"),
        ({"text": "x"}, "invalid_arguments"),
        ({"channel": "ops", "text": "x", "metadata": {"event_type": "a"}}, "invalid_metadata_format"),
        ({"channel": "ops", "blocks": "[{"}, "invalid_blocks_format"),
        ({"channel": "ops", "blocks": [LONG] * 5}, "msg_blocks_too_long"),
    ],
)
def test_a_message_that_cannot_be_posted(refused, given, error):
    assert refused("chat.postMessage", **given)["error"] == error


def test_an_archived_channel_takes_no_messages(slack, client, refused, channels):
    ts = client.chat_postMessage(channel="ops", text="x")["ts"]
    slack.act("archive", channel="ops")
    assert refused("chat.postMessage", channel="ops", text="x")["error"] == "is_archived"
    assert refused("chat.update", channel=channels["ops"], ts=ts, text="y")["error"] == "is_inactive"


def test_a_bot_that_was_removed_cannot_post(slack, refused):
    slack.act("member", channel="ops", present=False)
    assert refused("chat.postMessage", channel="ops", text="x")["error"] == "not_in_channel"


def test_chat_write_public_needs_no_membership(slack, client):
    slack.set(scopes=["chat:write", "chat:write.public"])
    assert client.chat_postMessage(channel="random", text="x")["ok"]


def test_a_very_long_text_is_truncated(client):
    assert len(client.chat_postMessage(channel="ops", text="x" * 40_001)["message"]["text"]) == 40_000


def test_an_update_keeps_what_is_not_given(client, channels):
    about = {"event_type": "run", "event_payload": {"id": 7}}
    ts = client.chat_postMessage(channel="ops", text="a", blocks=[{"type": "divider"}], metadata=about)["ts"]
    updated = client.chat_update(channel=channels["ops"], ts=ts, text="b")["message"]
    assert (updated["text"], len(updated["blocks"]), updated["metadata"]) == ("b", 1, about)
    assert updated["edited"]["ts"] > ts
    assert "blocks" not in client.chat_update(channel=channels["ops"], ts=ts, text="b", blocks=[])["message"]


def test_updates_are_refused(slack, client, refused, channels):
    ops = channels["ops"]
    theirs = slack.act("message", user="mina", channel="ops", text="hello")["ts"]
    ours = client.chat_postMessage(channel="ops", text="a")["ts"]
    assert refused("chat.update", channel=ops, ts="1.000100", text="x")["error"] == "message_not_found"
    assert refused("chat.update", channel=ops, ts=theirs, text="x")["error"] == "cant_update_message"
    assert refused("chat.update", channel="ops", ts=ours, text="x")["error"] == "channel_not_found"
    assert refused("chat.update", channel=ops, ts=ours, text="x" * 4001)["error"] == "msg_too_long"
    slack.set(edit_minutes=0.000001)
    assert refused("chat.update", channel=ops, ts=ours, text="x")["error"] == "edit_window_closed"


def test_deleting(slack, client, refused, channels):
    ops, parent = channels["ops"], client.chat_postMessage(channel="ops", text="a")["ts"]
    reply = client.chat_postMessage(channel="ops", text="b", thread_ts=parent)["ts"]
    theirs = slack.act("message", user="mina", channel="ops", text="hello")["ts"]
    client.chat_delete(channel=ops, ts=parent)
    tombstone = client.conversations_replies(channel=ops, ts=reply)["messages"][0]
    assert (tombstone["subtype"], tombstone["text"]) == ("tombstone", "This message was deleted.")
    assert refused("chat.delete", channel=ops, ts=parent)["error"] == "message_not_found"
    assert refused("chat.delete", channel=ops, ts=theirs)["error"] == "cant_delete_message"


def test_an_ephemeral_message_is_seen_by_one_person(slack, client, refused):
    mina = client.users_lookupByEmail(email="mina@example.com")["user"]["id"]
    ts = client.chat_postEphemeral(channel="ops", user=mina, text="psst")["message_ts"]
    ops = next(each for each in slack.workspace()["channels"] if each["name"] == "ops")
    assert [(each["ts"], each["seen_by"]) for each in ops["messages"]] == [(ts, mina)]
    assert refused("chat.postEphemeral", channel="ops", user="U0", text="x")["error"] == "user_not_in_channel"
    assert refused("chat.update", channel=ops["id"], ts=ts, text="x")["error"] == "message_not_found"


def test_reactions(client, refused, channels):
    where = {"channel": channels["ops"], "timestamp": client.chat_postMessage(channel="ops", text="a")["ts"]}
    client.reactions_add(name="eyes", **where)
    assert refused("reactions.add", name="eyes", **where)["error"] == "already_reacted"
    assert client.reactions_get(**where)["message"]["reactions"][0]["count"] == 1
    client.reactions_remove(name="eyes", **where)
    assert refused("reactions.remove", name="eyes", **where)["error"] == "no_reaction"


def test_a_direct_message_opens_by_the_persons_id(client):
    mina = client.users_lookupByEmail(email="mina@example.com")["user"]["id"]
    opened = client.conversations_open(users=mina)["channel"]["id"]
    assert client.chat_postMessage(channel=mina, text="hi")["channel"] == opened
    assert opened.startswith("D")


def test_a_message_has_a_permalink(client, channels):
    ops, ts = channels["ops"], client.chat_postMessage(channel="ops", text="a")["ts"]
    reply = client.chat_postMessage(channel="ops", text="b", thread_ts=ts)["ts"]
    link = client.chat_getPermalink(channel=ops, message_ts=ts)["permalink"]
    assert link.endswith(f"/archives/{ops}/p{ts.replace('.', '')}")
    assert client.chat_getPermalink(channel=ops, message_ts=reply)["permalink"].endswith(f"?thread_ts={ts}&cid={ops}")
